/**
 * Calls of the conflict desk. An `item` is one place on it: a record with versions of its fields, or records that seem to be one and
 * the same. Every decision says which stamps the person had before them (`seen`): what has arrived meanwhile is not decided unseen.
 *
 * Failures: `desk/nothing-here` (decided or gone meanwhile), `desk/changed` (another version has arrived: look again),
 * `records/not-allowed`, `records/not-found`, `records/frozen` (signed: see `decideSigned`), `records/invalid` {fields, missing},
 * `store/disk-full`.
 */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';
import { Locale } from '../i18n/locale.ts';
import { Id } from '../kernel/ids.ts';
import { FieldValue, KindName, RecordView } from '../records/contract.ts';

/** A record's id, `<kind number>:<hash of the key>` or `<id>|<id>`. Opaque to screens. */
const Item = z.string().min(1).max(100);
const StampText = z.string().min(1).max(80);
const Seen = z.array(StampText).max(2000);

/** Who, on which laptop, when (ms UTC). `laptop` is null where its name has not arrived. */
const Author = z.object({
  by: Id.nullable(),
  byName: z.string().nullable(),
  laptop: z.string().nullable(),
  isThisLaptop: z.boolean(),
  at: z.int(),
});
export type DeskAuthor = z.infer<typeof Author>;

/** A decision that did not see the other one. `stands`: see settlement.ts. */
const Verdict = Author.extend({ stamp: StampText, stands: z.string() });
export type DeskVerdict = z.infer<typeof Verdict>;

const DeskVersion = Author.extend({
  stamp: StampText,
  value: FieldValue,
  /** The record holds it now. */
  standing: z.boolean(),
  /** The signings (by stamp) it stood under. */
  signings: z.array(StampText),
});
export type DeskVersion = z.infer<typeof DeskVersion>;

const DeskField = z.object({
  field: z.string(),
  versions: z.array(DeskVersion),
  verdicts: z.array(Verdict),
  /** Long texts may be kept one after the other. */
  mayJoin: z.boolean(),
});
export type DeskField = z.infer<typeof DeskField>;

export const DeskRecord = z.object({
  what: z.literal('record'),
  item: Item,
  record: RecordView,
  fields: z.array(DeskField),
  removal: z
    .object({
      removals: z.array(Author),
      edits: z.array(Author),
      verdicts: z.array(Verdict),
      stamps: z.array(StampText),
    })
    .nullable(),
  /** Of a signed record: what is in dispute is which text was signed. Empty where it is not signed. */
  signings: z.array(Author.extend({ stamp: StampText })),
  mayDecide: z.boolean(),
});
export type DeskRecord = z.infer<typeof DeskRecord>;

export const DeskClash = z.object({
  what: z.literal('clash'),
  item: Item,
  /** Two and more, oldest first. Signed ones cannot be merged away. */
  records: z.array(RecordView),
  frozen: z.array(Id),
  verdicts: z.array(Verdict),
  mayDecide: z.boolean(),
  mayMerge: z.boolean(),
});
export type DeskClash = z.infer<typeof DeskClash>;

/** A line of the list. */
export const DeskLine = z.object({
  item: Item,
  what: z.enum(['record', 'clash']),
  kind: KindName,
  id: Id,
  title: z.string(),
  titleLocale: Locale.nullable(),
  /** The number of a paper. */
  number: z.string(),
  fields: z.array(z.string()),
  isRemoval: z.boolean(),
  since: z.int(),
});
export type DeskLine = z.infer<typeof DeskLine>;

/** Something decided, for looking at it again. */
export const DeskDecided = z.object({
  item: Item,
  kind: KindName,
  id: Id,
  title: z.string(),
  titleLocale: Locale.nullable(),
  number: z.string(),
  about: z.enum(['field', 'removal', 'same']),
  field: z.string().nullable(),
  stands: z.string(),
  byName: z.string().nullable(),
  at: z.int(),
});
export type DeskDecided = z.infer<typeof DeskDecided>;

export const deskContract = {
  /** What waits for a person: records and clashes. */
  count: query(z.object({}), z.object({ count: z.int() })),
  list: query(
    z.object({ offset: z.int().min(0), limit: z.int().min(1).max(200), locale: Locale }),
    z.object({
      lines: z.array(DeskLine),
      total: z.int(),
      /** Of all places, not only those of the page. */
      bySort: z.array(z.object({ kind: KindName, what: z.enum(['record', 'clash']), count: z.int() })),
    }),
  ),
  /** The latest decisions, newest first. */
  decided: query(
    z.object({ limit: z.int().min(1).max(200), locale: Locale }),
    z.object({ rows: z.array(DeskDecided) }),
  ),
  /** One place in full. `again` shows it although it has been decided. */
  item: query(z.object({ item: Item, again: z.boolean() }), z.discriminatedUnion('what', [DeskRecord, DeskClash])),
  /** The place where a record lies, and the record it has been merged into; null where there is none. */
  ofRecord: query(z.object({ kind: KindName, id: Id }), z.object({ item: Item.nullable(), mergedInto: Id.nullable() })),
  /** Which versions of a record stand. `take` a version's stamp, or `join` all of a long text. */
  decide: command(
    z.object({
      item: Item,
      again: z.boolean(),
      seen: Seen,
      fields: z
        .array(
          z.union([
            z.object({ field: z.string(), take: StampText }),
            z.object({ field: z.string(), join: z.literal(true) }),
          ]),
        )
        .max(500),
      removal: z.enum(['kept', 'removed']).nullable(),
    }),
    z.object({}),
  ),
  /**
   * What stands under a signed paper: the text as it was signed in `signing`. `correct` also drafts a new paper that corrects it with the
   * other versions; its id is answered.
   */
  decideSigned: command(
    z.object({ item: Item, again: z.boolean(), seen: Seen, signing: StampText, correct: z.boolean() }),
    z.object({ correction: Id.nullable() }),
  ),
  /** The records are different things and all right. One that was merged away is brought back. */
  declareDifferent: command(z.object({ item: Item, ids: z.array(Id).min(2).max(20) }), z.object({})),
  /**
   * The records are one and the same: `survivor` stays, with the values of the records named in `take` by field, sets united and gaps filled in; the
   * others are removed, their history is kept, and what referred to them refers to the survivor.
   */
  merge: command(
    z.object({ item: Item, ids: z.array(Id).min(2).max(20), survivor: Id, take: z.record(z.string(), Id) }),
    RecordView,
  ),
  /**
   * Decides everything of a kind at once. `standing`: what the records hold now stays; `here`: this laptop's versions are taken. Of a
   * signed paper its signed text stands; records of one key are declared different. Two signatures under one paper are left.
   */
  decideAll: command(
    z.object({ kind: KindName, what: z.enum(['record', 'clash']), way: z.enum(['standing', 'here']) }),
    z.object({ decided: z.int(), left: z.int() }),
  ),
};
