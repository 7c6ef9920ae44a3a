/** When to try next: one timer, the earliest wish wins. Pure waiting times beside it. */
import type { Random, Time } from '#shared/kernel/ports.ts';

export type Schedule = {
  /** Runs in `ms` unless something earlier is planned. */
  within(ms: number): void;
  nextAt(): number | null;
  clear(): void;
};

export function createSchedule(run: () => void, time: Time): Schedule {
  let timer: NodeJS.Timeout | null = null;
  let at: number | null = null;
  const clear = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    at = null;
  };
  return {
    within(ms) {
      const wanted = time.now() + ms;
      if (at !== null && at <= wanted) return;
      clear();
      at = wanted;
      timer = setTimeout(() => {
        clear();
        run();
      }, ms);
    },
    nextAt: () => at,
    clear,
  };
}

const minuteMs = 60_000;

/** Between exchanges when all is well: ten minutes, a tenth more or less, so that laptops do not come in step. */
export function regularDelay(random: Random): number {
  return jitter(10 * minuteMs, 0.1, random);
}

/** After sign-in: half a second to five and a half, so that laptops whose people all come at nine do not ask the hub in step. */
export function signInDelay(random: Random): number {
  return jitter(3000, 5 / 6, random);
}

/** After `failures` (1, 2, …) without contact: 5 s, doubled each time, ten minutes at most, a fifth more or less. */
export function retryDelay(failures: number, random: Random): number {
  return jitter(Math.min(10 * minuteMs, 5000 * 2 ** Math.min(failures - 1, 10)), 0.2, random);
}

/** `ms` up to `share` more or less. */
export function jitter(ms: number, share: number, random: Random): number {
  const [high = 0, low = 0] = random.bytes(2);
  return Math.round(ms * (1 - share + (2 * share * (high * 256 + low)) / 65_535));
}
