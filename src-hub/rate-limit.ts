/** At most so many requests a minute per key: a bucket that refills steadily. Kept in memory, per process. */
import type { Time } from '#shared/kernel/ports.ts';

export type RateLimit = { take(key: string): boolean };

/** No more keys than this are remembered; beyond it all buckets start full again. */
const maxKeys = 20_000;

export function createRateLimit(perMinute: number, time: Time): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    /** Whether one more request is allowed now. */
    take(key) {
      const now = time.now();
      if (buckets.size >= maxKeys) buckets.clear();
      const bucket = buckets.get(key) ?? { left: perMinute, at: now };
      const refill = (Math.max(0, now - bucket.at) / 60_000) * perMinute;
      const left = Math.min(perMinute, bucket.left + refill);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
      return left >= 1;
    },
  };
}
