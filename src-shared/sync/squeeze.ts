/**
 * The fewest ops of a record that say all that later ops need to meet: what a snapshot holds of it. Whoever has squeezed ops and then
 * gets the later ops of the logs has the same merged state, the same desk and the same clashes as one who has all ops.
 *
 * - Of kinds that come to the conflict desk, and of kinds not known here, every op is kept as it is: the desk is a function of all
 *   ops of its records (desk/disputes.ts), and they are few beside the others.
 * - Of every other kind an op is kept with the values that stand (of a set: the additions that are there, and the drops of additions
 *   that have not arrived), without what it replaced. An op with no such value is kept empty where it is its laptop's last edit of the
 *   record (a removal asks for it), or the record's first or last op (when it was made, and who changed it last).
 * - A removal is kept while it stands.
 * - Of a field not known here the last value is kept, or, where it looks like a set, every change.
 *
 * Squeezing squeezed and later ops says what squeezing all of them at once does (a drop of what is gone already may stay in one and not in
 * the other: it says nothing).
 */
import { kindsByNumber } from '../kinds/all-kinds.ts';
import type { Kind } from '../kinds/define-kind.ts';
import { fieldsByNumber, mergeSet, type SetState } from './merge.ts';
import { compareLoose, type LooseOp } from './loose-ops.ts';
import { isSetChange, type OpValue, type OpValues, type SetChange, stampToText } from './op.ts';

/** Raised when the rules above keep more than before, or chunks take another form: older snapshots are then made anew from the first op. */
export const squeezeRules = 2;

/** Squeezes the ops of one record of one kind, each given once. They come and go in the order of `compareLoose`. */
export function squeezeRecord(
  entries: readonly LooseOp[],
  kinds: ReadonlyMap<number, Kind> = kindsByNumber,
): LooseOp[] {
  const inOrder = [...entries].sort(compareLoose);
  const number = inOrder[0]?.op.kind ?? 0;
  const kind = kinds.get(number);
  if (kind === undefined || isKeptWhole(number, kinds)) return inOrder;
  const standing = standingValues(kind, inOrder);
  const edits = lastEdits(inOrder);
  const last = inOrder.length - 1;
  const kept: LooseOp[] = [];
  // From the end: of two ops that drop the same, the later one is kept, whatever has been squeezed before.
  for (let index = last; index >= 0; index -= 1) {
    const entry = inOrder[index];
    if (entry === undefined) break;
    const { op, replica } = entry;
    const isEnd = index === 0 || index === last;
    if (op.act === 'remove') {
      const stands = [...edits].every(([writer, seq]) => seq <= (op.seen?.[writer] ?? 0));
      if (stands || isEnd) kept.push({ replica, op: { ...op, replaced: {} } });
      continue;
    }
    const values = standing(index);
    if (values === null && edits.get(replica) !== op.seq && !isEnd) continue;
    kept.push({ replica, op: { ...op, set: values ?? {}, replaced: {}, seen: null, digest: null } });
  }
  return kept.reverse();
}

/** Whether every op of a kind's records is kept as it is. */
export function isKeptWhole(number: number, kinds: ReadonlyMap<number, Kind> = kindsByNumber): boolean {
  const kind = kinds.get(number);
  return kind === undefined || kind.conflicts === 'desk';
}

function lastEdits(entries: readonly LooseOp[]): Map<string, number> {
  const edits = new Map<string, number>();
  for (const { op, replica } of entries)
    if (op.act !== 'remove') edits.set(replica, Math.max(edits.get(replica) ?? 0, op.seq));
  return edits;
}

/** By place of the op, asked from the last one down: its values that still count; null for none. */
function standingValues(kind: Kind, entries: readonly LooseOp[]): (index: number) => OpValues | null {
  const fields = fieldsByNumber(kind);
  const latest = new Map<string, number>();
  const sets = new Map<string, SetState>();
  const whole = new Set<string>();
  for (const [index, { op, replica }] of entries.entries()) {
    for (const field in op.set) {
      const value = op.set[field] ?? null;
      const known = fields.get(Number(field));
      if (known === undefined && isSetChange(value)) whole.add(field);
      if (known?.field.merge === 'set') {
        const stamp = stampToText({ time: op.time, replica });
        sets.set(field, mergeSet(sets.get(field) ?? { live: {}, dead: [] }, value, stamp));
      } else latest.set(field, index); // ops come by rising stamp
    }
  }
  const dropped = new Set<string>();
  return (index) => {
    const { op, replica } = entries[index] ?? {};
    const kept: { [field: string]: OpValue } = {};
    let isAny = false;
    for (const field in op?.set) {
      let value: OpValue | undefined = op.set[field] ?? null;
      const set = sets.get(field);
      if (set !== undefined) {
        const stamp = stampToText({ time: op.time, replica: replica ?? '' });
        value = isSetChange(value) ? standingChange(field, value, stamp, set, dropped) : undefined;
      } else if (latest.get(field) !== index && !whole.has(field)) value = undefined;
      if (value === undefined) continue;
      kept[field] = value;
      isAny = true;
    }
    return isAny ? kept : null;
  };
}

/** What of a set's change still counts. `told`: the drops a later op has been kept for. */
function standingChange(
  field: string,
  change: SetChange,
  stamp: string,
  set: SetState,
  told: Set<string>,
): SetChange | undefined {
  const add = change.add.filter((element) => set.live[element]?.includes(stamp));
  const drop: { [element: string]: readonly string[] } = {};
  for (const [element, stamps] of Object.entries(change.drop)) {
    const waiting = stamps.filter((each) => {
      const isWaiting = set.dead.includes(`${each} ${element}`) && !told.has(`${field} ${each} ${element}`);
      if (isWaiting) told.add(`${field} ${each} ${element}`);
      return isWaiting;
    });
    if (waiting.length > 0) drop[element] = waiting;
  }
  return add.length === 0 && Object.keys(drop).length === 0 ? undefined : { add, drop };
}
