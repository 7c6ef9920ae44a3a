/**
 * An op is one person's action on one record: which fields it set, and the stamp of each value it replaced. It is the
 * unit of the log, of the history and of the exchange.
 *
 * The chain. Each log is a hash chain. Its links are runs of ops: the ops of one action (one `group`) stand in one link,
 * but no link reaches over a `seq` that is a multiple of 1,000. So a log may be cut into segments behind any action, and
 * always behind each thousandth op, and the chain is the same however it is cut.
 *
 *   head after a link = H(head before · u32 count of ops, big-endian · digest of each op · link text as UTF-8)
 *   digest of an op   = H(salt, 16 bytes · its values' text as UTF-8)                               (op-values.ts)
 *
 * The head of an empty log is 32 zero bytes; H is SHA-256. The link text is a line for the link and a line for each op,
 * each ended by U+000A:
 *
 *   group ` ` seq of the link's first op ` ` actor, or `-`
 *   act letter, kind ` ` record ` ` time, then for each value replaced, by rising field ` ` field `:` time `@` replica,
 *     then, where the op says what its author had seen, ` seen` and by replica ` ` replica `=` seq
 *
 * The act letters: `s` set, `x` remove, `r` restore. Numbers are decimal, ids lower-case UUIDs.
 *
 * Because the chain covers only the salted digest of the values, one person's values (and their salts) can be erased
 * everywhere while every chain and signature still verifies: the digest is kept in place of the values.
 *
 * Salts. A block is 1,000 seqs of a log: 1–1000, 1001–2000, … Its writer draws one seed of 16 random bytes for it.
 * With pair = floor((seq − 1) / 2), the first 16 bytes of H(seed · u32 pair, big-endian) are the salt of the odd seq of the
 * pair, the last 16 that of the even one. Once values of a block are erased, its other ops keep their salts one by one and the seed is forgotten.
 */
import { type BinaryWriter, createWriter } from '../kernel/binary.ts';
import { utf8 } from '../kernel/utf8.ts';
import { type OpValues, valuesToText } from './op-values.ts';
import { compareStamps, type Stamp } from './stamp.ts';

export type { OpValue, OpValues, SetChange } from './op-values.ts';
export { isSetChange } from './op-values.ts';

export type Op = {
  /** Gap-free from 1 within one replica's log of one partition. */
  readonly seq: number;
  readonly time: number;
  /** Person who acted; null for what the app did by itself. */
  readonly actor: string | null;
  /** Ops of one action share it: the seq of the first of them. */
  readonly group: number;
  readonly kind: number;
  readonly record: string;
  readonly act: 'set' | 'remove' | 'restore';
  /** By field number. Empty for remove and restore. Null once the values have been erased. */
  readonly set: OpValues | null;
  /** Stamp of each value replaced, by field number; fields never written before are left out. */
  readonly replaced: { readonly [field: string]: Stamp };
  /** For `remove`, and for a `set` that signs: highest seq of each replica's log that the author had applied. Else null. */
  readonly seen: { readonly [replica: string]: number } | null;
  /** 32 bytes in place of erased values; else null. */
  readonly digest: Uint8Array | null;
};

/** Ops to a block of salts; links and full segments end where blocks do. */
export const blockOps = 1000;

/** The block of a seq, from 0. */
export function blockOf(seq: number): number {
  return Math.floor((seq - 1) / blockOps);
}

/** Whether the chain has a head after `ops[index]`: the action ends there as far as these ops tell, or the block does. */
export function endsLink(ops: readonly Op[], index: number): boolean {
  const op = ops[index];
  if (op === undefined) return false;
  return op.seq % blockOps === 0 || ops[index + 1]?.group !== op.group;
}

/** SHA-256, injected because the shared tree has no crypto. */
export type Hash = (data: Uint8Array) => Uint8Array;

/** The secrets behind the digests of a run of ops: per block its seed, or per op its salt. */
export type Salts = {
  /** By block. */
  readonly seeds: ReadonlyMap<number, Uint8Array>;
  /** By seq; of blocks that have no seed any more. */
  readonly single: ReadonlyMap<number, Uint8Array>;
};

/** Gives the salt of each seq; remembers the last hash because neighbours share one. Throws RangeError where there is none. */
export function createSalter(salts: Salts, hash: Hash): (seq: number) => Uint8Array {
  const input = new Uint8Array(20);
  const view = new DataView(input.buffer);
  let pair = -1;
  let halves: Uint8Array = new Uint8Array(32);
  return (seq) => {
    const seed = salts.seeds.get(blockOf(seq));
    if (seed === undefined) {
      const single = salts.single.get(seq);
      if (single === undefined) throw new RangeError('an op without its salt');
      return single;
    }
    const wanted = Math.floor((seq - 1) / 2);
    // Blocks begin at odd seqs, so a pair never belongs to two seeds.
    if (pair !== wanted) {
      input.set(seed, 0);
      view.setUint32(16, wanted);
      halves = hash(input);
      pair = wanted;
    }
    return seq % 2 === 1 ? halves.subarray(0, 16) : halves.subarray(16, 32);
  };
}

/** The digest of values whose text is in `text` from `start` to `end`, UTF-8. */
export function valuesDigest(salt: Uint8Array, text: Uint8Array, hash: Hash): Uint8Array {
  const data = new Uint8Array(16 + text.length);
  data.set(salt, 0);
  data.set(text, 16);
  return hash(data);
}

/** The head of an empty log. */
export const emptyHead: Uint8Array = new Uint8Array(32);

/** The head after a run of ops that begins and ends with a link. */
export function chainHead(from: Uint8Array, ops: readonly Op[], salts: Salts, hash: Hash): Uint8Array {
  if (ops.length === 0) return from;
  const salt = createSalter(salts, hash);
  const digests = ops.map((op) => op.digest ?? valuesDigest(salt(op.seq), utf8(valuesToText(op.set ?? {})), hash));
  return chainOfDigests(from, ops, (index) => digests[index] ?? emptyHead, hash);
}

/** As `chainHead`, for whoever has the digests already. */
export function chainOfDigests(
  from: Uint8Array,
  ops: readonly Op[],
  digestOf: (index: number) => Uint8Array,
  hash: Hash,
): Uint8Array {
  // A person's edits are links of one op each: every link is written into the same bytes, digit by digit, as texts and arrays of
  // their own would cost more than the hashing.
  const link = createWriter(512);
  let head = from;
  let first = 0;
  for (let index = 0; index < ops.length; index += 1) {
    if (!endsLink(ops, index)) continue;
    link.clear();
    link.bytes(head);
    const count = index - first + 1;
    for (const shift of [24, 16, 8, 0]) link.byte((count >>> shift) & 0xff);
    for (let each = first; each <= index; each += 1) link.bytes(digestOf(each));
    writeLinkText(link, ops, first, index);
    head = hash(link.written());
    first = index + 1;
  }
  return head;
}

const actLetters = { set: 's', remove: 'x', restore: 'r' } as const;

function writeLinkText(link: BinaryWriter, ops: readonly Op[], first: number, last: number): void {
  const start = ops[first];
  if (start === undefined) return;
  link.decimal(start.group);
  link.ascii(' ');
  link.decimal(start.seq);
  link.ascii(' ');
  link.ascii(start.actor ?? '-');
  link.ascii('\n');
  for (let index = first; index <= last; index += 1) {
    const op = ops[index];
    if (op === undefined) break;
    link.ascii(actLetters[op.act]);
    link.decimal(op.kind);
    link.ascii(' ');
    link.ascii(op.record);
    link.ascii(' ');
    link.decimal(op.time);
    for (const field in op.replaced) {
      const stamp = op.replaced[field];
      if (stamp === undefined) continue;
      link.ascii(' ');
      link.ascii(field);
      link.ascii(':');
      link.decimal(stamp.time);
      link.ascii('@');
      link.ascii(stamp.replica);
    }
    if (op.seen !== null) writeSeen(link, op.seen);
    link.ascii('\n');
  }
}

function writeSeen(link: BinaryWriter, seen: NonNullable<Op['seen']>): void {
  link.ascii(' seen');
  for (const replica of Object.keys(seen).sort()) {
    link.ascii(` ${replica}=`);
    link.decimal(seen[replica] ?? 0);
  }
}

/** Puts the ops of several logs in the order in which they were written. */
export function byStamp<T extends { readonly op: Op; readonly replica: string }>(entries: T[]): T[] {
  return entries.sort((a, b) =>
    compareStamps({ time: a.op.time, replica: a.replica }, { time: b.op.time, replica: b.replica }),
  );
}

/** `time@replica`, and back. Throws RangeError on other text. */
export function stampToText(stamp: Stamp): string {
  return `${stamp.time}@${stamp.replica}`;
}
export function textToStamp(text: string): Stamp {
  const at = text.indexOf('@');
  const time = Number(text.slice(0, at));
  if (at < 1 || !Number.isSafeInteger(time)) throw new RangeError('not a stamp');
  return { time, replica: text.slice(at + 1) };
}
