/** What goes on where its line broke: at once, for as long as more has come each time, and no longer. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type Coming, goingOn, goOn } from '#core/sync/going-on.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';

const broken: Failure = { code: 'sync/hub-unreachable', cause: 'ECONNRESET' };
const content = Buffer.from('what is to come, all of it');

/** A line that gives so many bytes from there on, then breaks; or ends where that is all. */
function line(from: number, bytes: number, failure = broken): Coming {
  const piece = content.subarray(from, from + bytes);
  async function* pass(): AsyncGenerator<Buffer> {
    if (piece.length > 0) yield piece;
    if (from + bytes < content.length) throw new Error('the line broke');
  }
  return { length: content.length - from, content: Readable.from(pass()), failureOf: () => failure };
}

test('a stream goes on behind what has come, over as many lines as it takes', async () => {
  const asked: number[] = [];
  const coming = goingOn(line(0, 7), async (from) => {
    asked.push(from);
    return ok(line(from, 7));
  });
  expect(coming.length).toBe(content.length);
  expect(await buffer(coming.content)).toEqual(content);
  expect(asked).toEqual([7, 14, 21]);
});

test('a line that brings nothing more is given up, and so is one that is answered by no hub', async () => {
  let opened = 0;
  const open = async (from: number): Promise<Result<Coming>> => {
    opened += 1;
    return ok(line(from, 0));
  };
  const coming = goingOn(line(0, 7), open);
  const error = await buffer(coming.content).catch((thrown: unknown) => thrown);
  expect([opened, coming.failureOf(error)]).toEqual([1, broken]);
  const noHub: Failure = { code: 'sync/hub-unreachable', cause: 'not-a-hub' };
  await expect(buffer(goingOn(line(0, 7, noHub), open).content)).rejects.toThrow('the line broke');
  expect(opened).toBe(1);
});

test('where the rest is not to be had the failure is what broke the line: a hub of an earlier version, another length', async () => {
  for (const answer of [err({ code: 'sync/hub-unreachable', cause: 'not-a-hub' }), ok({ ...line(7, 3), length: 3 })]) {
    const coming = goingOn(line(0, 7), async () => answer);
    const error = await buffer(coming.content).catch((thrown: unknown) => thrown);
    expect(coming.failureOf(error)).toEqual(broken);
  }
});

test('who leaves before anything was read leaves the line', async () => {
  const first = line(0, 7);
  const coming = goingOn(first, async (from) => ok(line(from, 7)));
  coming.content.destroy();
  await new Promise((done) => setImmediate(done));
  expect(first.content.destroyed).toBe(true);
});

test('an upload goes on as long as the hub has got further, and a refusal ends it', async () => {
  const goes = async (results: readonly (readonly [Result<null>, number | null])[]): Promise<number> => {
    let gone = 0;
    await goOn(async () => {
      const [result, reached] = results[gone] ?? [ok(null), null];
      gone += 1;
      return { result, reached };
    });
    return gone;
  };
  const breaks = err(broken);
  expect(
    await goes([
      [breaks, 0],
      [breaks, 5],
      [breaks, 9],
      [ok(null), 9],
    ]),
  ).toBe(4);
  expect(
    await goes([
      [breaks, 0],
      [breaks, 5],
      [breaks, 5],
      [breaks, 9],
    ]),
  ).toBe(3);
  expect(
    await goes([
      [breaks, null],
      [breaks, 9],
    ]),
  ).toBe(1);
  expect(
    await goes([
      [breaks, 0],
      [err({ code: 'sync/revoked' }), 5],
      [breaks, 9],
    ]),
  ).toBe(2);
});
