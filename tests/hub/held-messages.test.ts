/** What the hub keeps of messages whose line broke: behind what it goes on, how much, and for how long. */
import { createHash, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { holdBody, LineBroken } from '#hub/held-body.ts';
import { createHeldMessages, type HeldMessages } from '#hub/held-messages.ts';

const minuteMs = 60_000;
const message = randomBytes(10_000);
const named = { sha256: createHash('sha256').update(message).digest('hex'), bytes: message.length };

/** Sends `bytes` of the message from where they are wanted on, then breaks the line, or ends. Answers where that was and what came of it. */
async function go(held: HeldMessages, replica: string, bytes: number, content: Buffer = message, of = named) {
  const line = new PassThrough();
  let from = -1;
  const begins = (wanted: number): boolean => {
    from = wanted;
    line.write(content.subarray(wanted, wanted + bytes));
    if (wanted + bytes >= content.length) line.end();
    else setTimeout(() => line.destroy(), 20);
    return true;
  };
  const taken = await held.take(replica, of, holdBody(line, begins)).catch((error: unknown) => error);
  return { from, taken };
}

test('it goes on behind what has come, for the laptop whose it is and no other', async () => {
  const held = createHeldMessages({ now: () => 0 });
  expect(await go(held, 'a', 4000)).toMatchObject({ from: 0, taken: expect.any(LineBroken) });
  expect(await go(held, 'b', 10_000)).toMatchObject({ from: 0, taken: { ok: true } });
  expect(await go(held, 'a', 3000)).toMatchObject({ from: 4000, taken: expect.any(LineBroken) });
  const last = await go(held, 'a', 3000);
  expect(last.from).toBe(7000);
  expect(last.taken).toEqual({ ok: true, value: message });
  expect((await go(held, 'a', 100)).from, 'what was taken is gone').toBe(0);
});

test('a laptop has one at a time, and what is not what it is named by is dropped', async () => {
  const held = createHeldMessages({ now: () => 0 });
  await go(held, 'a', 4000);
  const other = randomBytes(5000);
  const otherName = { sha256: createHash('sha256').update(other).digest('hex'), bytes: other.length };
  expect((await go(held, 'a', 100, other, otherName)).from).toBe(0);
  expect((await go(held, 'a', 4000)).from).toBe(0);
  const forged = Buffer.concat([message.subarray(0, 9999), Buffer.from([(message[9999] ?? 0) ^ 1])]);
  expect(await go(held, 'a', 6000, forged)).toEqual({
    from: 4000,
    taken: { ok: false, error: { code: 'hub/bad-hash' } },
  });
  expect((await go(held, 'a', 100)).from).toBe(0);
});

test('it is bounded in all and forgotten in time', async () => {
  let now = 0;
  const held = createHeldMessages({ now: () => now }, 9000);
  await go(held, 'a', 4000);
  await go(held, 'b', 4000);
  await go(held, 'c', 4000);
  expect((await go(held, 'b', 0)).from).toBe(4000);
  expect((await go(held, 'a', 0)).from, 'the longest unused').toBe(0);
  now = 16 * minuteMs;
  expect((await go(held, 'b', 0)).from).toBe(0);
});

test('a laptop that asks anew has given up its old line', async () => {
  const held = createHeldMessages({ now: () => 0 });
  const old = new PassThrough();
  old.write(message.subarray(0, 5000));
  const waiting = held
    .take(
      'a',
      named,
      holdBody(old, () => true),
    )
    .catch((error: unknown) => error);
  await new Promise((done) => setTimeout(done, 20));
  expect((await go(held, 'a', 5000)).taken).toEqual({ ok: true, value: message });
  expect(await waiting).toBeInstanceOf(LineBroken);
});

test('of two that come while an old line is given up the later one goes on, behind what the other brought', async () => {
  const held = createHeldMessages({ now: () => 0 });
  const old = new PassThrough();
  old.write(message.subarray(0, 5000));
  const waiting = held.take(
    'a',
    named,
    holdBody(old, () => true),
  );
  void waiting.catch(() => undefined);
  await new Promise((done) => setTimeout(done, 20));
  const [, later] = await Promise.all([go(held, 'a', 10_000), go(held, 'a', 10_000)]);
  expect(later.taken).toEqual({ ok: true, value: message });
  await expect(waiting).rejects.toBeInstanceOf(LineBroken);
});
