import type { SyncStatus } from '#shared/sync/contract.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';
import { toGo } from './next-road.ts';

/** Sentences of the stick's card, each `stick:text.‹key›`: a number stands in those that count, a laptop's name in `parted`. */
export type StickSentence =
  | { readonly key: 'waiting' | 'refused' | 'shutOut' | 'versions' | 'sent'; readonly number: number }
  | { readonly key: 'parted'; readonly laptop: string }
  | { readonly key: 'syncing' | 'partly' | 'none' };

/** What a stick can carry from here and what it cannot; that all is handed over only where nothing is on its way in either direction. */
export function stickSentences(status: SyncStatus): StickSentence[] {
  const { saved, sent, refused, problem, state, progress } = status;
  if (saved > 0 && problem !== null && isShutOut(problem)) return [{ key: 'shutOut', number: saved }];
  if (saved > 0 && problem?.code === 'sync/protocol') return [{ key: 'versions', number: saved }];
  const waiting: StickSentence[] = [
    ...(toGo(status) > 0 ? [{ key: 'waiting', number: toGo(status) } as const] : []),
    ...(refused > 0 ? [{ key: 'refused', number: refused } as const] : []),
  ];
  if (waiting.length > 0) return waiting;
  if (state === 'syncing' && progress !== null) return [{ key: 'syncing' }];
  if (sent > 0) return [{ key: 'sent', number: sent }];
  if (problem?.code === 'sync/log-parted') return [{ key: 'parted', laptop: String(problem['laptop']) }];
  return [{ key: problem?.code === 'sync/segment-refused' ? 'partly' : 'none' }];
}
