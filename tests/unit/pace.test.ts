/** One limit for all large things on the line: two streams together move no faster than one alone. */
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createPace, paced } from '#core/files/pace.ts';

test('streams that share a pace take turns at its rate', async () => {
  const pace = createPace(() => 160 * 1024);
  const order: number[] = [];
  const { signal } = new AbortController();
  const run = async (which: number): Promise<void> => {
    const content = Readable.from([Buffer.alloc(64 * 1024)]);
    for await (const step of paced(content, pace, () => undefined, signal)) if (step.length > 0) order.push(which);
  };
  const from = performance.now();
  await Promise.all([run(0), run(1)]);
  // Eight steps of 16 kB: a tenth of a second each, whoever's they are. Alone at the whole rate both would be done in half the time.
  expect(performance.now() - from).toBeGreaterThan(790);
  expect(order).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
});
