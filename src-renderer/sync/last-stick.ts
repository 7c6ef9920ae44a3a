import type { SyncExchange } from '#shared/sync/contract.ts';
import { useCall } from '#renderer/app/api.ts';

/** So many past exchanges are looked through for the last stick. */
const exchangesLooked = 100;

/** What was done with a stick; null where only what was known or attachments went, which the exchange does not tell apart. */
export function stickAct({ sent, received }: SyncExchange): 'written' | 'taken' | null {
  return received > 0 ? 'taken' : sent > 0 ? 'written' : null;
}

/** What was done with the last stick that went well, and when (milliseconds UTC); null where there was none, or where nobody `asks`. */
export function useLastStick(asks = true): { readonly act: ReturnType<typeof stickAct>; readonly at: number } | null {
  const past = useCall('sync.exchanges', { limit: exchangesLooked }, { enabled: asks }).value?.items;
  const last = past?.find(({ road, problem }) => road === 'stick' && problem === null);
  return last === undefined ? null : { act: stickAct(last), at: last.startedAt };
}
