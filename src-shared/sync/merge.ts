/**
 * The merge: pure, per field, the same in any order, grouping or repetition of ops (repetition is already excluded by
 * sequence numbers, but harmless).
 *
 * - `latest` and `final`: the value with the greatest stamp stands. Signing is guarded where it is made; once two
 *   laptops meet, freezing cannot refuse an op that another laptop has already accepted, so `final` merges as `latest`
 *   and the loser is found by `overruled`.
 * - `set`: an observed-remove set (Shapiro et al. 2011, OR-Set): dropping an element drops only the additions that were
 *   seen, so a concurrent addition wins.
 * - Removal: takes effect only over what its author had seen; an edit unseen by the remover brings the record back.
 */
import type { Field, FieldValue, Kind } from '../kinds/define-kind.ts';
import { emptyValue } from '../kinds/define-kind.ts';
import { type Op, type OpValue, stampToText } from './op.ts';
import { compareStamps, type Stamp, zeroStamp } from './stamp.ts';

/** A set field's memory: element → live additions; and additions dropped before they arrived. Stamps as text. */
export type SetState = {
  readonly live: { readonly [element: string]: readonly string[] };
  readonly dead: readonly string[];
};

export type RecordState = {
  readonly values: { readonly [field: string]: FieldValue };
  /** Stamp of each field ever written. */
  readonly clocks: { readonly [field: string]: Stamp };
  readonly sets: { readonly [field: string]: SetState };
  /** Highest seq of a set or restore op per replica. */
  readonly edits: { readonly [replica: string]: number };
  /** Removals not yet outlived: what each had seen, per replica. */
  readonly removals: readonly { readonly [replica: string]: number }[];
};

export const emptyState: RecordState = { values: {}, clocks: {}, sets: {}, edits: {}, removals: [] };

/** Whether a record exists for readers: it has been written and no removal stands. */
export function isAlive(state: RecordState): boolean {
  return state.removals.length === 0 && !isEmpty(state.edits);
}

/**
 * Applies one op of `replica` to a record's state. Of values, clocks and sets it reads and changes only those of the fields the
 * op sets: a state that holds no others gives the same for them.
 */
export function mergeOp(kind: Kind, state: RecordState, op: Op, replica: string): RecordState {
  if (op.act === 'remove') return settle({ ...state, removals: [...state.removals, op.seen ?? {}] });

  const stamp: Stamp = { time: op.time, replica };
  const edits = { ...state.edits, [replica]: Math.max(state.edits[replica] ?? 0, op.seq) };
  if (op.set === null || isEmpty(op.set)) return settle({ ...state, edits });

  const made = { ...state, values: { ...state.values }, clocks: { ...state.clocks }, sets: { ...state.sets }, edits };
  const fields = fieldsByNumber(kind);
  for (const number in op.set) mergeValue(made, fields.get(Number(number)), op.set[number] ?? null, stamp);
  return settle(made);
}

/** What a record's first op makes of it: `mergeOp` on `emptyState`, for an op that sets something, in one pass. */
export function firstState(kind: Kind, op: Op, replica: string): RecordState {
  const stamp: Stamp = { time: op.time, replica };
  const written = op.set ?? {};
  const made = emptyDraft();
  made.edits[replica] = op.seq;
  for (const known of fieldsByNumber(kind).values()) {
    const value = written[known.field.number];
    if (value !== undefined) mergeValue(made, known, value, stamp);
  }
  return made;
}

/** Merges all ops of one record after the other, as `mergeOp` on `emptyState` does, without the states between. */
export type Merger = {
  /** A set or restore op; what it sets follows. */
  write(time: number, replica: string, seq: number): void;
  value(field: number, value: OpValue): void;
  remove(seen: Op['seen']): void;
  /** What they make of the record; the next op is another's. */
  end(): RecordState;
};

export function createMerger(kind: Kind): Merger {
  const fields = fieldsByNumber(kind);
  let draft = emptyDraft();
  let stamp = zeroStamp;
  return {
    write(time, replica, seq) {
      stamp = { time, replica };
      draft.edits[replica] = Math.max(draft.edits[replica] ?? 0, seq);
    },
    value: (number, value) => mergeValue(draft, fields.get(number), value, stamp),
    remove: (seen) => void draft.removals.push(seen ?? {}),
    end() {
      const made = draft;
      draft = emptyDraft();
      return settle(made);
    },
  };
}

function emptyDraft() {
  return {
    values: {} as { [field: string]: FieldValue },
    clocks: {} as { [field: string]: Stamp },
    sets: {} as { [field: string]: SetState },
    edits: {} as { [replica: string]: number },
    removals: [] as { readonly [replica: string]: number }[],
  };
}

/** Merges a value that was written under `stamp` into a state in the making. */
function mergeValue(
  draft: Pick<ReturnType<typeof emptyDraft>, 'values' | 'clocks' | 'sets'>,
  known: KnownField | undefined,
  value: OpValue,
  stamp: Stamp,
): void {
  // A field of a newer version stays in the log; the upgrade rebuilds the kind's table from there.
  if (known === undefined) return;
  const { name, field } = known;
  if (field.merge === 'set') {
    const set = mergeSet(draft.sets[name] ?? { live: {}, dead: [] }, value, stampToText(stamp));
    draft.sets[name] = set;
    draft.values[name] = Object.keys(set.live).sort();
  } else if (compareStamps(stamp, draft.clocks[name] ?? zeroStamp) > 0) {
    draft.values[name] = toFieldValue(field, value);
    draft.clocks[name] = stamp;
  }
}

/** Without members: cheaper than counting them. */
export function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** Forgets the removals that some edit has outlived: edits only grow, so they can never stand again. */
function settle(state: RecordState): RecordState {
  if (state.removals.length === 0) return state;
  const standing = state.removals.filter((seen) =>
    Object.entries(state.edits).every(([replica, seq]) => seq <= (seen[replica] ?? 0)),
  );
  return standing.length === state.removals.length ? state : { ...state, removals: standing };
}

/** A set's memory after one change of it, written under `stamp`. */
export function mergeSet(set: SetState, value: OpValue, stamp: string): SetState {
  if (value === null || typeof value !== 'object') return set;
  const live: { [element: string]: readonly string[] } = { ...set.live };
  const dead = new Set(set.dead);
  for (const [element, stamps] of Object.entries(value.drop)) {
    const present = live[element] ?? [];
    for (const dropped of stamps) if (!present.includes(dropped)) dead.add(`${dropped} ${element}`);
    const left = present.filter((added) => !stamps.includes(added));
    if (left.length > 0) live[element] = left;
    else delete live[element];
  }
  for (const element of value.add) {
    if (dead.delete(`${stamp} ${element}`)) continue;
    const present = live[element] ?? [];
    if (!present.includes(stamp)) live[element] = [...present, stamp].sort();
  }
  return { live, dead: [...dead].sort() };
}

/** The op value that turns a set's present elements into `wanted`; null where nothing changes. */
export function setChange(set: SetState | undefined, wanted: readonly string[]): OpValue {
  const live = set?.live ?? {};
  const add = wanted.filter((element) => live[element] === undefined);
  const drop: { [element: string]: string[] } = {};
  for (const [element, stamps] of Object.entries(live)) if (!wanted.includes(element)) drop[element] = [...stamps];
  return add.length === 0 && Object.keys(drop).length === 0 ? null : { add: [...new Set(add)].sort(), drop };
}

/** A value another version wrote may not fit this version's schema: it is kept in the log and shown as empty. */
function toFieldValue(field: Field, value: OpValue): FieldValue {
  if (value === null) return emptyValue(field);
  return field.fits(value) ? value : emptyValue(field);
}

type KnownField = { readonly name: string; readonly field: Field };

const fieldsOfKind = new WeakMap<Kind, ReadonlyMap<number, KnownField>>();

/** A kind's fields by wire number, in the order of its declaration; worked out once per kind (a pure memo, no state). */
export function fieldsByNumber(kind: Kind): ReadonlyMap<number, KnownField> {
  let fields = fieldsOfKind.get(kind);
  if (fields === undefined) {
    fields = new Map(Object.entries(kind.fields).map(([name, field]) => [field.number, { name, field }]));
    fieldsOfKind.set(kind, fields);
  }
  return fields;
}

/**
 * Which written values were overruled by somebody who had not seen them: those that no write names as replaced, but for the greatest,
 * which stands. A function of the set of ops alone, so every laptop finds the same ones. What came of it: desk/disputes.ts.
 *
 * Returns `time@replica field-number` texts.
 */
export function overruled(ops: readonly { readonly op: Op; readonly replica: string }[]): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const greatest = new Map<string, Stamp>();
  for (const { op, replica } of ops) {
    for (const [number, value] of Object.entries(op.set ?? {})) {
      if (value !== null && typeof value === 'object') continue;
      const stamp: Stamp = { time: op.time, replica };
      found.add(`${stampToText(stamp)} ${number}`);
      const replaced = op.replaced[number];
      if (replaced !== undefined) seen.add(`${stampToText(replaced)} ${number}`);
      if (compareStamps(stamp, greatest.get(number) ?? zeroStamp) > 0) greatest.set(number, stamp);
    }
  }
  for (const write of seen) found.delete(write);
  for (const [number, stamp] of greatest) found.delete(`${stampToText(stamp)} ${number}`);
  return found;
}
