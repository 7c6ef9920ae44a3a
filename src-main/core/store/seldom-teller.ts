/** Tells listeners twice a second of what goes on step by step, and of its end: each time every open page asks again. */
import type { Time } from '#shared/kernel/ports.ts';

const everyMs = 500;

export type SeldomTeller = (topics: Iterable<string>, isEnd: boolean) => void;

export function createSeldomTeller(deps: {
  readonly time: Time;
  readonly changed: (topics: readonly string[]) => void;
}): SeldomTeller {
  const untold = new Set<string>();
  let toldAt = 0;
  return (topics, isEnd) => {
    for (const topic of topics) untold.add(topic);
    const now = deps.time.now();
    if (!isEnd && now - toldAt < everyMs) return;
    toldAt = now;
    deps.changed([...untold]);
    untold.clear();
  };
}
