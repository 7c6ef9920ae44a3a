/** Snapshots: what is squeezed says the same to later ops as all ops would; a file altered anywhere is refused by name. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldColumns, foldSteps } from '#core/store/fold-record.ts';
import { verifySignature } from '#core/store/identity.ts';
import type { Log } from '#core/store/op-log.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { kindsByNumber } from '#shared/kinds/all-kinds.ts';
import { createFold } from '#shared/sync/fold.ts';
import {
  compareLoose,
  fromLooseColumns,
  looseOp,
  type LooseOp,
  readLooseColumns,
  toLooseColumns,
} from '#shared/sync/loose-ops.ts';
import { SnapshotOffer } from '#shared/sync/hub-http.ts';
import { createMerger, emptyState, mergeOp, type RecordState } from '#shared/sync/merge.ts';
import { type Op, stampToText } from '#shared/sync/op.ts';
import { signedBytes } from '#shared/sync/segment.ts';
import {
  checkSnapshotLogs,
  maxPieceBytes,
  openChunk,
  openSnapshotHead,
  sealChunk,
  sealSnapshotHead,
  type SnapshotHeader,
} from '#shared/sync/snapshot.ts';
import { squeezeRecord, squeezeRules } from '#shared/sync/squeeze.ts';

const replicas = ['aa', 'bb', 'cc'].map((end) => `01890000-0000-7000-8000-0000000000${end}`);
const records = ['01', '02', '03'].map((end) => `01890000-0000-7000-8000-000000000c${end}`);
const languages = Contact.fields.languages.number;
/** A kind of a newer version. */
const unknownKind = 70;

type Written = {
  readonly who: number;
  readonly record: number;
  readonly what: 'name' | 'phone' | 'unknown' | 'add' | 'drop' | 'remove' | 'restore' | 'erased' | 'other';
  readonly value: number;
  /** How many of the ops before it its author had seen. */
  readonly seen: number;
  readonly late: number;
};
const written: fc.Arbitrary<Written> = fc.record({
  who: fc.nat(2),
  record: fc.nat(2),
  what: fc.constantFrom('name', 'phone', 'unknown', 'add', 'drop', 'remove', 'restore', 'erased', 'other'),
  value: fc.nat(3),
  seen: fc.nat(40),
  late: fc.nat(3),
});

/** Ops as laptops would write them: numbers rise in a log, stamps too, and a drop or a removal names what was seen. */
function toOps(all: readonly Written[]): LooseOp[] {
  const entries: LooseOp[] = [];
  const clocks = [0, 0, 0];
  const seqs = [0, 0, 0];
  for (const { who, record, what, value, seen, late } of all) {
    const replica = replicas[who] ?? '';
    const known = entries.filter((entry, index) => index < seen || entry.replica === replica);
    clocks[who] = (clocks[who] ?? 0) + 2048 * (1 + late * 40);
    seqs[who] = (seqs[who] ?? 0) + 1;
    const seq = seqs[who] ?? 0;
    const held: { [replica: string]: number } = {};
    for (const entry of known) held[entry.replica] = Math.max(held[entry.replica] ?? 0, entry.op.seq);
    const additions = known.filter(({ op }) => {
      const change = op.set?.[languages];
      return (
        op.record === records[record] && typeof change === 'object' && change !== null && change.add.includes('kk')
      );
    });
    const set: Op['set'] =
      what === 'name' || what === 'phone'
        ? { [Contact.fields[what].number]: value === 3 ? null : `${what} ${value}` }
        : what === 'unknown'
          ? { '900': value === 0 ? { add: [`${value}`], drop: {} } : value }
          : what === 'add'
            ? { [languages]: { add: ['kk', 'ru'].slice(0, 1 + (value % 2)), drop: {} } }
            : what === 'drop'
              ? {
                  [languages]: {
                    add: [],
                    drop: {
                      kk: additions.map((entry) => stampToText({ time: entry.op.time, replica: entry.replica })),
                    },
                  },
                }
              : what === 'other'
                ? { '1': `other ${value}` }
                : {};
    entries.push({
      replica,
      op: {
        seq,
        time: clocks[who] ?? 0,
        actor: value === 1 ? null : (records[value % 3] ?? null),
        group: seq,
        kind: what === 'other' ? unknownKind : Contact.number,
        record: records[record] ?? '',
        act: what === 'remove' || what === 'restore' ? what : 'set',
        set: what === 'erased' ? null : set,
        replaced: what === 'other' && seq > 1 ? { '1': { time: 5, replica } } : {},
        seen: what === 'remove' ? { ...held, [replica]: seq } : null,
        digest: what === 'erased' ? new Uint8Array(32).fill(value) : null,
      },
    });
  }
  return entries;
}

/** The state of a record as readers and later ops meet it. Of a set only what is there: what a drop remembers shows when additions come late. */
function stateOf(entries: readonly LooseOp[]): unknown {
  const state = entries.reduce((merged, { op, replica }) => mergeOp(Contact, merged, op, replica), emptyState);
  const { languages: _, ...values } = state.values;
  const { live = {} } = state.sets.languages ?? {};
  return {
    values,
    clocks: state.clocks,
    sets: { languages: { live, dead: [] } },
    edits: Object.fromEntries(Object.entries(state.edits).sort()),
    removals: state.removals.map((seen) => JSON.stringify(Object.entries(seen).sort())).sort(),
  };
}

function facts(entries: readonly LooseOp[]): unknown {
  const inOrder = [...entries].sort(compareLoose);
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  return { madeAt: first?.op.time, changedAt: last?.op.time, changedBy: last?.op.actor };
}

const contactsOf = (entries: readonly LooseOp[], record: string): LooseOp[] =>
  entries.filter(({ op }) => op.record === record && op.kind === Contact.number);

test('squeezed ops say to later ops what all ops would', () => {
  fc.assert(
    fc.property(fc.array(written, { maxLength: 40 }), fc.nat(40), fc.boolean(), (all, cut, reversed) => {
      const ops = toOps(all);
      const [early, late] = [ops.slice(0, cut), ops.slice(cut)];
      const rest = reversed ? late.toReversed() : late;
      for (const record of records) {
        const squeezed = squeezeRecord(contactsOf(early, record));
        const both = [...squeezed, ...contactsOf(rest, record)];
        expect(stateOf(both)).toEqual(stateOf(contactsOf(ops, record)));
        expect(facts(both)).toEqual(facts(contactsOf(ops, record)));
        // Squeezing in steps says what squeezing at once does.
        expect(stateOf(squeezeRecord(both))).toEqual(stateOf(squeezeRecord(contactsOf(ops, record))));
      }
    }),
    { numRuns: 500 },
  );
});

test('a record made of columns is what its ops make one after the other', () => {
  const logOf = (replica: string): Log => ({ ref: 1 + replicas.indexOf(replica), replica, partition: 'kz' });
  const isOwn = (log: Log): boolean => log.ref === 2;
  const sorted = ({ edits, removals, ...state }: RecordState): unknown => ({
    ...state,
    edits: Object.entries(edits).sort(),
    removals: removals.map((seen) => JSON.stringify(Object.entries(seen).sort())).sort(),
  });
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 40 }), (all) => {
      const ops = toOps(all).sort(compareLoose);
      const columns = readLooseColumns(toLooseColumns(ops));
      const merger = createMerger(Contact);
      const ends = [...columns.ends];
      for (const [place, end] of ends.entries()) {
        if (columns.kinds[place] !== Contact.number) continue;
        const first = ends[place - 1] ?? 0;
        const logged = ops.slice(first, end).map(({ op, replica }) => ({ op, log: logOf(replica) }));
        const { steps: _, ...stepwise } = foldSteps(Contact, logged, isOwn, null);
        const ownLog = (writer: number): Log | null => {
          const log = logOf(columns.replicas[writer] ?? '');
          return isOwn(log) ? log : null;
        };
        const made = foldColumns(merger, columns, first, end, ownLog);
        expect(made.facts).toEqual(stepwise.facts);
        expect(sorted(made.state)).toEqual(sorted(stepwise.state));
      }
    }),
    { numRuns: 500 },
  );
});

test('a snapshot of a snapshot and later ops is that of all ops, in whole records by rising id', () => {
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 40 }), fc.nat(40), (all, cut) => {
      const ops = toOps(all);
      const first = createFold(ops.slice(0, cut)).end();
      const fold = createFold(ops.slice(cut));
      const stepwise = [...first.flatMap((chunk) => fold.push(chunk)), ...fold.end()].flat();
      const atOnce = createFold(ops).end().flat();
      for (const record of records) {
        const [one, other] = [contactsOf(stepwise, record), contactsOf(atOnce, record)];
        expect([stateOf(one), facts(one)]).toEqual([stateOf(other), facts(other)]);
      }
      expect(stepwise).toEqual([...stepwise].sort(compareLoose));
      expect(fromLooseColumns(toLooseColumns(atOnce))).toEqual(atOnce);
      // Of a kind nobody here knows every op is there as it was written.
      const others = (entries: readonly LooseOp[]) => entries.filter(({ op }) => !kindsByNumber.has(op.kind));
      for (const made of [stepwise, atOnce]) expect(others(made)).toEqual(others([...ops].sort(compareLoose)));
    }),
    { numRuns: 300 },
  );
});

test('a writer that is none is refused, also one that 32 bits would take for the first', () => {
  const [entry] = toOps([{ who: 0, record: 0, what: 'name', value: 1, seen: 0, late: 0 }]);
  const columns = entry === undefined ? new Uint8Array() : toLooseColumns([entry]);
  // One record, its id, kind and count; no actor, one replica; a flag. Then the op's writer.
  const writer = 1 + 16 + 1 + 1 + 1 + (1 + 16) + 1;
  for (const place of [[0x01], [0x80, 0x80, 0x80, 0x80, 0x10]]) {
    const bytes = Uint8Array.of(...columns.subarray(0, writer), ...place, ...columns.subarray(writer + 1));
    expect(() => readLooseColumns(bytes)).toThrow('beyond the list');
  }
});

const pairOf = (): { publicKey: string; sign: (data: Uint8Array) => Uint8Array } => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: bytesToHex(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: (data) => sign(null, data, privateKey),
  };
};
const [hub, writer, stranger] = [pairOf(), pairOf(), pairOf()];
const partition = 'kz/kz-19/own-sample';

function sample(): { header: SnapshotHeader; head: Uint8Array; chunk: Uint8Array; ops: LooseOp[] } {
  const ops = toOps([
    { who: 0, record: 0, what: 'name', value: 1, seen: 0, late: 0 },
    { who: 0, record: 1, what: 'add', value: 1, seen: 0, late: 0 },
  ]).sort(compareLoose);
  const chunk = sealChunk(ops, segmentPorts);
  const log = { replica: replicas[0] ?? '', partition, to: 2, head: 'ab'.repeat(32) };
  const header: SnapshotHeader = {
    partition,
    epoch: 'sample',
    madeAt: 1,
    rules: squeezeRules,
    logs: [{ replica: log.replica, seq: log.to, head: log.head, signature: bytesToHex(writer.sign(signedBytes(log))) }],
    credentials: [],
    chunks: [{ bytes: chunk.length, ops: 2, sha256: bytesToHex(segmentPorts.hash(chunk)) }],
  };
  return { header, head: sealSnapshotHead(header, hub.sign, segmentPorts), chunk, ops };
}

test('a file altered at any byte, cut short or signed by another is refused by name', () => {
  const { header, head, chunk, ops } = sample();
  const open = (bytes: Uint8Array, key = hub.publicKey) =>
    openSnapshotHead(bytes, (data, signature) => verifySignature(key, data, signature), segmentPorts);
  expect(open(head)).toEqual({ ok: true, value: header });
  expect(open(head, stranger.publicKey)).toMatchObject({ ok: false, error: { code: 'snapshot/bad-signature' } });
  for (let at = 0; at < head.length; at += 1) {
    const altered = new Uint8Array(head);
    altered[at] = (altered[at] ?? 0) ^ 1;
    const opened = open(altered);
    // What zstd does not look at may be altered: the header that counts is the one that was signed.
    const said = opened.ok ? isDeepStrictEqual(opened.value, header) : opened.error.code;
    expect(String(said)).toMatch(/^(true|snapshot\/(garbage|version|bad-signature))$/);
    expect(open(head.subarray(0, at))).toMatchObject({ ok: false, error: { code: 'snapshot/garbage' } });
  }
  const opened = openChunk(chunk, 0, header, segmentPorts);
  expect(opened.ok && ops.map((_, place) => looseOp(opened.value, place))).toEqual(ops);
  for (let at = 0; at < chunk.length; at += 1) {
    const altered = new Uint8Array(chunk);
    altered[at] = (altered[at] ?? 0) ^ 1;
    const refused = { ok: false, error: { code: 'snapshot/altered' } };
    expect(openChunk(altered, 0, header, segmentPorts)).toMatchObject(refused);
    expect(openChunk(chunk.subarray(0, at), 0, header, segmentPorts)).toMatchObject(refused);
  }
  expect(openChunk(chunk, 1, header, segmentPorts)).toMatchObject({ ok: false, error: { code: 'snapshot/altered' } });
});

test('a hub cannot make a laptop collect pieces without end', () => {
  const { header, head } = sample();
  const [chunk] = header.chunks;
  if (chunk === undefined) throw new Error('no chunk');
  const longer = { ...header, chunks: [{ ...chunk, bytes: maxPieceBytes + 1 }] };
  expect(openSnapshotHead(sealSnapshotHead(longer, hub.sign, segmentPorts), () => true, segmentPorts)).toMatchObject({
    ok: false,
    error: { code: 'snapshot/garbage' },
  });
  const offer = { partition, sha256: chunk.sha256, bytes: 2 ** 40, summary: {}, madeAt: 1 };
  expect(SnapshotOffer.safeParse({ ...offer, headBytes: head.length }).success).toBe(true);
  expect(SnapshotOffer.safeParse({ ...offer, headBytes: maxPieceBytes + 1 }).success).toBe(false);
});

test('a hub cannot make up a log, its end, or ops beyond it', () => {
  const { header, chunk } = sample();
  const check = (changed: SnapshotHeader, key: string | null) =>
    checkSnapshotLogs(
      changed,
      () => key,
      (publicKey, data, signature) => verifySignature(publicKey, data, signature),
    );
  const refusal = (code: string) => ({ ok: false, error: { code } });
  expect(check(header, writer.publicKey)).toEqual({ ok: true, value: null });
  expect(check(header, null)).toMatchObject(refusal('snapshot/no-credential'));
  expect(check(header, stranger.publicKey)).toMatchObject(refusal('snapshot/bad-signature'));
  const [log] = header.logs;
  if (log === undefined) throw new Error('no log');
  for (const change of [{ seq: 3 }, { head: 'cd'.repeat(32) }])
    expect(check({ ...header, logs: [{ ...log, ...change }] }, writer.publicKey)).toMatchObject(
      refusal('snapshot/bad-signature'),
    );
  expect(check({ ...header, partition: 'kz/kz-19/other' }, writer.publicKey)).toMatchObject(
    refusal('snapshot/bad-signature'),
  );
  for (const logs of [[{ ...log, seq: 1 }], [{ ...log, replica: replicas[1] ?? '' }]])
    expect(openChunk(chunk, 0, { ...header, logs }, segmentPorts)).toMatchObject(refusal('snapshot/garbage'));
});
