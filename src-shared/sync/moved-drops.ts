/**
 * An addition to a set is dropped by naming its stamp. Written again under another identity (reissue.ts, take-back.ts) it has another one, and a
 * drop that somebody else has written, or that is handed over, goes on naming the one before. Whoever has written the addition again writes such
 * a drop again too: otherwise an element that somebody took away who had seen it would be back.
 *
 * An addition is known again by its element and time: the one before is not here any more, which is why its drop waits for it. Where the log it
 * went into had given that field its stamp already it has the next time that was free there (reissue.ts).
 */
import type { RecordState } from './merge.ts';
import { isSetChange, type Op } from './op.ts';

/** Whether a laptop writes again what a replica wrote, or has. */
export type IsMoved = (replica: string) => boolean;

/** What ops of this laptop of one time have added to a set field of a record; null where none of them sets it. */
export type AddedAt = (field: string, time: number) => readonly string[] | null;

/**
 * The set fields of a record that hold, only because this laptop has written their additions again, elements that are dropped, with the elements
 * that are right; null where none does. `isOwn`: whether a replica is this laptop.
 */
export function withoutMoved(
  { sets }: Pick<RecordState, 'sets'>,
  isOwn: IsMoved,
  isMoved: IsMoved,
  addedAt: AddedAt,
): { readonly [field: string]: readonly string[] } | null {
  const changed = Object.entries(sets).flatMap(([field, { live, dead }]) => {
    const waiting = new Set(
      dead.flatMap((text) => {
        const end = text.indexOf(' ');
        const [time, replica] = partsOf(text.slice(0, end));
        const element = text.slice(end + 1);
        const now = isMoved(replica) ? timeNow(Number(time), element, (at) => addedAt(field, at)) : null;
        return now === null ? [] : [`${now} ${element}`];
      }),
    );
    if (waiting.size === 0) return [];
    const isDropped = (element: string, added: string): boolean => {
      const [time, replica] = partsOf(added);
      return isOwn(replica) && waiting.has(`${time} ${element}`);
    };
    const right = Object.keys(live).filter((element) => !live[element]?.every((added) => isDropped(element, added)));
    return right.length === Object.keys(live).length ? [] : [[field, right.sort()] as const];
  });
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

/** The time an addition of one time has where it was written again; null where it was not. */
function timeNow(time: number, element: string, addedAt: (time: number) => readonly string[] | null): number | null {
  for (let at = time; ; at += 1) {
    const added = addedAt(at);
    if (added === null) return null;
    if (added.includes(element)) return at;
  }
}

/** Whether an op drops an addition of a replica that passes. */
export function dropsOf({ set }: Pick<Op, 'set'>, isMoved: IsMoved): boolean {
  return Object.values(set ?? {}).some(
    (value) =>
      isSetChange(value) &&
      Object.values(value.drop).some((stamps) => stamps.some((stamp) => isMoved(partsOf(stamp)[1]))),
  );
}

/** Time and replica of a stamp's text; whatever a text that is none has in their places. */
function partsOf(stamp: string): [time: string, replica: string] {
  const at = stamp.indexOf('@');
  return [stamp.slice(0, at), stamp.slice(at + 1)];
}
