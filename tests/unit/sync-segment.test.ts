/** Segments: what is sealed is opened alike, may be cut, joined and erased by anyone, and altered by nobody. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifySignature } from '#core/store/identity.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { createWriter } from '#shared/kernel/binary.ts';
import { bytesToHex, bytesToId } from '#shared/kernel/ids.ts';
import { loneOpToColumns } from '#shared/sync/lone-op.ts';
import { type Op, type OpValue, emptyHead } from '#shared/sync/op.ts';
import { fromColumns, toColumns } from '#shared/sync/op-columns.ts';
import { textToValues, valuesToText } from '#shared/sync/op-values.ts';
import {
  assembleSegment,
  cutSegment,
  eraseValues,
  headWithin,
  joinSegments,
  openSegment,
  readOps,
  readSegmentHeader,
  sealSegment,
  signedBytes,
} from '#shared/sync/segment.ts';

const pair = generateKeyPairSync('ed25519');
const publicKey = bytesToHex(pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const signWith = (data: Uint8Array): Uint8Array => sign(null, data, pair.privateKey);
const replica = '01890000-0000-7000-8000-0000000000aa';
const place = { replica, partition: 'kz/kz-19/own-sample' };
const seedOf = (block: number): Uint8Array => new Uint8Array(16).fill(block + 1);

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => bytesToId(bytes) as string);
const value: fc.Arbitrary<OpValue> = fc
  .oneof(
    { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    fc.constant(null),
    fc.record({
      add: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
      drop: fc.dictionary(fc.string({ maxLength: 5 }), fc.array(fc.string({ maxLength: 9 }), { maxLength: 2 }), {
        noNullPrototype: true,
      }),
    }),
  )
  .filter((each) => !JSON.stringify(each).includes('__proto__'));
const stamp = fc.record({
  time: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  replica: fc.oneof(id, fc.constant(replica)),
});
const field = fc.integer({ min: 1, max: 120 }).map(String);
const content = fc.record({
  time: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  actor: fc.option(id),
  ofOneAction: fc.boolean(),
  kind: fc.integer({ min: 1, max: 100_000 }),
  record: id,
  act: fc.constantFrom('set' as const, 'set' as const, 'remove' as const, 'restore' as const),
  set: fc.dictionary(field, value, { maxKeys: 5, noNullPrototype: true }),
  replaced: fc.dictionary(field, stamp, { maxKeys: 3, noNullPrototype: true }),
  seen: fc.dictionary(id, fc.integer({ min: 0, max: 1e9 }), { maxKeys: 3, noNullPrototype: true }),
});

/** Ops from `from`, some of them one action with the one before. */
function toOps(contents: readonly (typeof content extends fc.Arbitrary<infer T> ? T : never)[], from: number): Op[] {
  const ops: Op[] = [];
  for (const [index, { ofOneAction, act, set, seen, ...rest }] of contents.entries()) {
    const before = ops.at(-1);
    const joins = ofOneAction && before !== undefined;
    ops.push({
      ...rest,
      seq: from + index,
      group: joins ? before.group : from + index,
      actor: joins ? before.actor : rest.actor,
      act,
      set: act === 'remove' ? {} : set,
      seen: act === 'remove' ? seen : null,
      digest: null,
    });
  }
  return ops;
}
const run = (from: fc.Arbitrary<number>, most = 30): fc.Arbitrary<Op[]> =>
  fc
    .tuple(fc.array(content, { minLength: 1, maxLength: most }), from)
    .map(([contents, start]) => toOps(contents, start));

const sealed = (ops: readonly Op[], before = emptyHead) =>
  sealSegment({ ...place, before }, ops, seedOf, signWith, segmentPorts);
const opened = (bytes: Uint8Array, before = emptyHead) =>
  openSegment(bytes, before, (_header, data, signature) => verifySignature(publicKey, data, signature), segmentPorts);

test('what is sealed is opened alike, also over the border of a block', () => {
  fc.assert(
    fc.property(run(fc.constantFrom(1, 5, 990, 1001, 123_456)), (ops) => {
      const { bytes, head } = sealed(ops);
      const result = opened(bytes);
      expect(result).toMatchObject({
        ok: true,
        value: { header: { ...place, from: ops[0]?.seq, to: ops.at(-1)?.seq } },
      });
      if (!result.ok) return;
      expect(result.value.ops).toEqual(ops);
      expect(result.value.header.head).toBe(bytesToHex(head));
      expect(readOps(bytes, segmentPorts)).toEqual(ops);
    }),
    { numRuns: 150 },
  );
});

test('a segment may be cut behind any action and joined again, under the same signature and chain', () => {
  fc.assert(
    fc.property(run(fc.constantFrom(1, 995)), fc.nat(30), (ops, at) => {
      const { bytes, head } = sealed(ops);
      const seq = (ops[0]?.seq ?? 0) + at;
      const end = cutSegment(bytes, seq, segmentPorts);
      const read = readSegmentHeader(end);
      if (!read.ok) throw new Error(read.error.code);
      const { from } = read.value.header;
      const before = headWithin(bytes, from - 1, segmentPorts);
      if (before === null) throw new Error('cut where no link ends');
      const result = opened(end, before);
      expect(result.ok && result.value.ops).toEqual(ops.filter((op) => op.seq >= from));
      if (from === ops[0]?.seq) return;
      // The writer would have sealed the beginning alike, had it been handed over then.
      const start = sealed(ops.filter((op) => op.seq < from));
      expect(start.head).toEqual(before);
      const joined = joinSegments([start.bytes, end], segmentPorts);
      expect(joined).toEqual(new Uint8Array(bytes));
      expect(bytesToHex(head)).toBe(read.value.header.head);
    }),
    { numRuns: 150 },
  );
});

test('values erased are gone for good, and the chain and the signature still hold', () => {
  fc.assert(
    fc.property(run(fc.constantFrom(1, 995)), fc.func(fc.boolean()), (ops, isErased) => {
      const { bytes } = sealed(ops);
      const erased = new Set(ops.filter((op) => isErased(op.seq)).map((op) => op.seq));
      const result = opened(eraseValues(bytes, erased, segmentPorts));
      if (!result.ok) throw new Error(result.error.code);
      const digest: unknown = expect.any(Uint8Array);
      const wanted = ops.map((op) => (erased.has(op.seq) ? { ...op, set: null, digest } : op));
      expect(result.value.ops).toEqual(wanted);
      // Once more, and in a segment that is joined afterwards.
      const all = eraseValues(eraseValues(bytes, erased, segmentPorts), new Set(ops.map((op) => op.seq)), segmentPorts);
      expect(opened(all)).toMatchObject({ ok: true });
      expect(readOps(all, segmentPorts).every((op) => op.set === null)).toBe(true);
    }),
    { numRuns: 100 },
  );
  const secret = 'Тайна, которую стёрли';
  const ops = toOps(
    [1, 2].map((time) => ({
      time,
      actor: null,
      ofOneAction: false,
      kind: 2,
      record: replica,
      act: 'set' as const,
      set: { '1': time === 1 ? secret : 'x' },
      replaced: {},
      seen: {},
    })),
    1,
  );
  const plain = { ...segmentPorts, pack: (data: Uint8Array) => data, unpack: (data: Uint8Array) => data };
  const { bytes } = sealSegment({ ...place, before: emptyHead }, ops, seedOf, signWith, plain);
  expect(Buffer.from(bytes).includes(secret)).toBe(true);
  expect(Buffer.from(bytes).includes(Buffer.from(seedOf(0)))).toBe(true);
  const without = Buffer.from(eraseValues(bytes, new Set([1]), plain));
  expect(without.includes(secret)).toBe(false);
  // With the seed the digest of a guess could be compared.
  expect(without.includes(Buffer.from(seedOf(0)))).toBe(false);
});

describe('a hostile segment', () => {
  const ops = fc.sample(run(fc.constant(990), 40), { numRuns: 3, seed: 7 });

  test.each([0, 1, 2])('every byte altered or cut is refused (%i)', (index) => {
    const { bytes } = sealed(ops[index] ?? []);
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = new Uint8Array(bytes);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      expect(opened(altered).ok, `byte ${at}`).toBe(false);
      expect(opened(bytes.subarray(0, at)).ok, `cut at ${at}`).toBe(false);
    }
    expect(opened(new Uint8Array([...bytes, 0])).ok).toBe(false);
  });

  test.each([0, 1, 2])('with a renewed seal too: each byte of the unpacked body altered (%i)', (index) => {
    const { bytes } = sealed(ops[index] ?? []);
    const read = readSegmentHeader(bytes);
    if (!read.ok) throw new Error(read.error.code);
    const { header, body } = read.value;
    const unpacked = segmentPorts.unpack(body, 1e6);
    const around = {
      ...place,
      from: header.from,
      to: header.to,
      before: emptyHead,
      head: Buffer.from(header.head, 'hex'),
      signature: Buffer.from(header.signature, 'hex'),
    };
    const codes = new Set<string>();
    for (let at = 0; at < unpacked.length; at += 1) {
      const altered = new Uint8Array(unpacked);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      const result = opened(assembleSegment(around, segmentPorts.pack(altered), segmentPorts.hash));
      // Ids and replicas that nothing refers to and the order of the lists say nothing; what the ops say is the chain's.
      const saysTheSame = result.ok && isDeepStrictEqual(result.value.ops, readOps(bytes, segmentPorts));
      codes.add(saysTheSame ? 'says the same' : result.ok ? `byte ${at}: says something else` : result.error.code);
    }
    codes.delete('says the same');
    expect([...codes].sort()).toEqual(['segment/broken-chain', 'segment/garbage']);
  });

  test('another writer, another place, a head of somebody else', () => {
    const good = sealed(ops[0] ?? []);
    const read = readSegmentHeader(good.bytes);
    if (!read.ok) throw new Error(read.error.code);
    const { header, body } = read.value;
    const parts = { ...place, from: header.from, to: header.to, before: emptyHead, head: good.head };
    const signature = Buffer.from(header.signature, 'hex');
    const again = (change: Partial<typeof parts>) =>
      opened(assembleSegment({ ...parts, signature, ...change }, body, segmentPorts.hash));
    expect(again({}).ok).toBe(true);
    expect(again({ partition: 'kz' })).toMatchObject({ error: { code: 'segment/bad-signature' } });
    expect(again({ replica: header.replica.replace('aa', 'ab') })).toMatchObject({
      error: { code: 'segment/bad-signature' },
    });
    expect(again({ to: header.to + 1 })).toMatchObject({ error: { code: 'segment/bad-signature' } });
    expect(again({ from: header.from - 1 }).ok).toBe(false);
    expect(again({ before: good.head })).toMatchObject({ error: { code: 'segment/broken-chain' } });
    expect(opened(good.bytes, good.head)).toMatchObject({ error: { code: 'segment/broken-chain' } });
    const forged = signWith(signedBytes({ ...header, head: bytesToHex(new Uint8Array(32)) }));
    expect(
      opened(assembleSegment({ ...parts, head: new Uint8Array(32), signature: forged }, body, segmentPorts.hash)),
    ).toMatchObject({ error: { code: 'segment/broken-chain' } });
  });

  test('a bomb is not unpacked, and a version of tomorrow is named', () => {
    const parts = { ...place, from: 1, to: 1, before: emptyHead, head: emptyHead };
    const signature = signWith(signedBytes({ ...parts, head: bytesToHex(emptyHead) }));
    const bomb = segmentPorts.pack(new Uint8Array(64 * 1024 * 1024));
    expect(opened(assembleSegment({ ...parts, signature }, bomb, segmentPorts.hash))).toEqual({
      ok: false,
      error: { code: 'segment/garbage' },
    });
    const tomorrow = new Uint8Array(sealed(ops[0] ?? []).bytes);
    tomorrow[4] = 3;
    expect(opened(tomorrow)).toEqual({ ok: false, error: { code: 'segment/version', version: 3 } });
  });
});

test('one op alone makes the bytes that columns of one op are', () => {
  const digest = new Uint8Array(32).fill(9);
  fc.assert(
    fc.property(run(fc.constantFrom(1, 1001, 123_456), 1), fc.boolean(), fc.nat(3), ([op], isErased, behind) => {
      if (op === undefined) throw new Error('no op');
      // An action may go on over the border of a block.
      const group = op.seq === 1001 ? op.seq - behind : op.seq;
      const written: Op = isErased ? { ...op, group, set: null, digest } : { ...op, group };
      const alone = loneOpToColumns(written, replica);
      expect(bytesToHex(alone)).toBe(bytesToHex(toColumns([written], replica).bytes));
      expect(fromColumns(alone, op.seq, replica).ops).toEqual([written]);
    }),
  );
});

test('values have one text, and every other text is refused', () => {
  fc.assert(
    fc.property(fc.dictionary(field, value, { noNullPrototype: true }), (values) => {
      const text = valuesToText(values);
      expect(textToValues(text, 0, text.length)).toEqual(values);
      expect(valuesToText(textToValues(text, 0, text.length))).toBe(text);
    }),
    { numRuns: 300 },
  );
  const wrong = [
    '1',
    '1q',
    '01z',
    '2z1z',
    '1z1z',
    '0z',
    '1s2:a',
    '1s01:a',
    '1i01;',
    '1i1.5;',
    '1f1;',
    '1i1',
    '1i9007199254740992;',
    '1f1e999;',
    '1c2:{}',
    '1c24:{"drop":{},"add":["a"]} ',
    '1c32:{"add":["__proto__"],"drop":{}}  ',
    '100000z',
    '1s1:ab',
  ];
  for (const text of wrong) expect(() => textToValues(text, 0, text.length), text).toThrow(Error);
});

test('ids that are no UUIDs, gaps and empty runs are not sealed', () => {
  const [op] = fc.sample(run(fc.constant(1), 1), { numRuns: 1, seed: 1 })[0] ?? [];
  if (op === undefined) throw new Error('no op');
  expect(() => sealed([{ ...op, record: 'kz-19' }])).toThrow(RangeError);
  expect(() => sealed([op, { ...op, seq: 3, group: 3 }])).toThrow(RangeError);
  expect(() => sealed([])).toThrow(RangeError);
  expect(createWriter().written()).toHaveLength(0);
});
