/**
 * Generic calls over every record kind, and what is particular to decisions.
 *
 * Failures: `records/unknown-kind`, `records/not-found` (nothing of it is here), `records/removed` (it can be restored), `records/invalid` {fields,
 * missing}, `records/not-allowed`,
 * `records/frozen` (signed), `records/bad-move` {from, to}, `records/number-taken` {id} (signing only), `records/not-ready` {missing},
 * `store/disk-full`.
 */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';
import { Id } from '../kernel/ids.ts';
import { Locale } from '../i18n/locale.ts';

export const KindName = z.enum([
  'person',
  'contact',
  'commission',
  'membership',
  'decision',
  'progress',
  'attempt',
  'settlement',
  'stray',
]);

export const FieldValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]);
export const Values = z.record(z.string(), FieldValue);

/** Where what we wrote is: on this laptop, handed over, or stored durably by the hub. */
export const Road = z.enum(['saved', 'sent', 'received']);
export type Road = z.infer<typeof Road>;

export const RecordView = z.object({
  id: Id,
  kind: KindName,
  values: Values,
  road: Road,
  removed: z.boolean(),
  createdAt: z.int(),
  changedAt: z.int(),
  changedBy: Id.nullable(),
  changedByName: z.string().nullable(),
});
export type RecordView = z.infer<typeof RecordView>;

/** One step in a record's history: what one action changed. */
export const HistoryStep = z.object({
  at: z.int(),
  by: Id.nullable(),
  byName: z.string().nullable(),
  act: z.enum(['created', 'changed', 'removed', 'restored']),
  /** Not yet at the hub. */
  road: Road,
  changes: z.array(
    z.object({
      field: z.string(),
      before: FieldValue,
      after: FieldValue,
      /** The value was written at the same time elsewhere and lost; it stays readable here. */
      overruled: z.boolean(),
    }),
  ),
});
export type HistoryStep = z.infer<typeof HistoryStep>;

export const ListQuery = z.object({
  kind: KindName,
  /** Equality on fields; a list of values means any of them. */
  where: z.record(z.string(), z.union([FieldValue, z.array(FieldValue)])).optional(),
  /** Words as typed, any script; folded by the core. */
  search: z.string().max(300).optional(),
  /** A sortable field, `changedAt`, or a date or integer field. */
  sort: z.object({ field: z.string(), descending: z.boolean().optional() }).optional(),
  /** The alphabet that orders texts. */
  locale: Locale,
  offset: z.int().min(0).optional(),
  limit: z.int().min(1).max(500).optional(),
});

export const recordsContract = {
  list: query(ListQuery, z.object({ rows: z.array(RecordView), total: z.int() })),
  get: query(z.object({ kind: KindName, id: Id }), RecordView),
  history: query(
    z.object({ kind: KindName, id: Id }),
    z.object({
      steps: z.array(HistoryStep),
      /** Where this laptop began with what the hub had made ready: when that was, milliseconds UTC. Earlier changes are not here. */
      beginsAt: z.int().nullable(),
    }),
  ),
  /** Creates (no id) or changes (id) a record. Only the given fields are touched. */
  save: command(z.object({ kind: KindName, id: Id.optional(), values: Values }), RecordView),
  /** Saves several records as one action (one group): all or none. `key` names a new record so that others may refer to it as `@key`. */
  saveTogether: command(
    z.object({
      items: z
        .array(z.object({ kind: KindName, id: Id.optional(), key: z.string().max(40).optional(), values: Values }))
        .min(1)
        .max(500),
    }),
    z.object({ rows: z.array(RecordView) }),
  ),
  remove: command(z.object({ kind: KindName, id: Id }), z.object({})),
  restore: command(z.object({ kind: KindName, id: Id }), RecordView),
  /** Search over all kinds for the header's field. */
  searchAll: query(
    z.object({ text: z.string().max(300), locale: Locale }),
    z.object({
      hits: z.array(
        z.object({ kind: KindName, id: Id, title: z.string(), detail: z.string(), locale: Locale.nullable() }),
      ),
    }),
  ),
  /** What others and I changed since a moment, newest first, for Today. */
  recentChanges: query(
    z.object({ since: z.int(), limit: z.int().min(1).max(100), locale: Locale }),
    z.object({
      items: z.array(
        z.object({
          at: z.int(),
          kind: KindName,
          id: Id,
          title: z.string(),
          act: HistoryStep.shape.act,
          byName: z.string().nullable(),
        }),
      ),
    }),
  ),
  /** The number a new decision would get: the last one's with its final figure raised; `free` on this laptop only. */
  nextDecisionNumber: query(z.object({}), z.object({ number: z.string() })),
  /** Whether no other decision on this laptop has the number. */
  isDecisionNumberFree: query(
    z.object({ number: z.string().max(60), except: Id.optional() }),
    z.object({ free: z.boolean() }),
  ),
  /** Freezes the decision. Cannot be undone. */
  signDecision: command(z.object({ id: Id }), RecordView),
  /** A new draft that corrects a signed decision. */
  correctDecision: command(z.object({ id: Id }), RecordView),
};
