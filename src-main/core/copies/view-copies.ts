/** The copies on sticks as screens show them. */
import type { FoundCopy } from '#shared/copies/contract.ts';
import { migrations } from '../store/migrate.ts';
import { type CopyAt, type FoundAt, headOf } from './found-copies.ts';

/** A copy's name among those of its place. */
export const idOf = ({ laptop, name }: CopyAt): string => `${laptop} ${name}`;

export function problemOf({ index }: CopyAt): FoundCopy['problem'] {
  if (index === null) return 'damaged';
  return index === 'from-future' || index.head.schema > migrations.length ? 'from-future' : null;
}

/**
 * @param found the newest of each laptop first
 * @param own the folder of this laptop's copies; null before its first
 */
export function viewOf(found: readonly FoundAt[], own: string | null): FoundCopy[] {
  const usable = Map.groupBy(
    found.filter(({ at }) => problemOf(at) === null),
    ({ at }) => at.laptop,
  );
  return found.map((each) => {
    const { place, at } = each;
    const [newest, second] = usable.get(at.laptop) ?? [];
    const head = headOf(at);
    return {
      place,
      copy: idOf(at),
      madeAt: head?.madeAt ?? null,
      commissionNames: head?.commissionNames ?? null,
      laptop: head?.laptop ?? null,
      bytes: head?.bytes ?? null,
      problem: problemOf(at),
      folder: at.laptop,
      isOwn: at.laptop === own,
      isNewest: second !== undefined && each === newest,
    };
  });
}
