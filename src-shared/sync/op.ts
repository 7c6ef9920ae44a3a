/**
 * An op is one person's action on one record: which fields it set, and the stamp of each value it replaced. It is the
 * unit of the log, of the history and of the exchange.
 *
 * The chain. Each log is a hash chain over its ops: head(n) = H(head(n−1) ‖ meta(n) ‖ digest(n)), where `digest` =
 * H(salt ‖ values). Because the chain covers only the salted digest, one person's values (and their salts) can be erased
 * everywhere while every chain still verifies. Values are erased by putting `digest` in their place.
 */
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { hexToBytes } from '../kernel/ids.ts';
import { utf8 } from '../kernel/utf8.ts';

/** A value as it travels: a scalar, or what was added to and dropped from a set. */
export const OpValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.object({
    add: z.array(z.string()),
    /** Element → the add stamps its dropper had seen, as `time@replica`. */
    drop: z.record(z.string(), z.array(z.string())),
  }),
]);
export type OpValue = z.infer<typeof OpValue>;

/** A stamp as text, `time@replica`. */
export const StampText = z.string().max(60);

export const Op = z.object({
  /** Gap-free from 1 within one replica's log of one partition. */
  seq: z.int().min(1),
  time: z.int().min(1),
  /** Person who acted; null for what the app did by itself. */
  actor: z.string().nullable(),
  /** Ops of one action share it. */
  group: z.string(),
  kind: z.int().min(1),
  record: z.string(),
  act: z.enum(['set', 'remove', 'restore']),
  /** By field number. Empty for remove and restore. Null once the values have been erased. */
  set: z.record(z.string(), OpValue).nullable(),
  /** Stamp of each value replaced, by field number; fields never written before are left out. */
  replaced: z.record(z.string(), StampText),
  /** For `remove`, and for a `set` that signs: highest seq of each replica's log that the author had applied. */
  seen: z.record(z.string(), z.int()).nullable(),
  /** 16 random bytes as hex; null once the values have been erased. */
  salt: z.string().nullable(),
  /** Set only once the values have been erased. */
  digest: z.string().nullable(),
});
export type Op = z.infer<typeof Op>;

/** SHA-256, injected because the shared tree has no crypto. */
export type Hash = (data: Uint8Array) => Uint8Array;

/** The salted digest of an op's values, 32 bytes. */
export function opDigest(op: Op, hash: Hash): Uint8Array {
  if (op.digest !== null) return hexToBytes(op.digest);
  return hash(utf8(`${op.salt ?? ''}|${canonicalJson(op.set)}`));
}

/** The head of the chain after `op`; the first op follows 32 zero bytes. */
export function nextHead(head: Uint8Array, op: Op, hash: Hash): Uint8Array {
  const meta = utf8(
    canonicalJson([op.seq, op.time, op.actor, op.group, op.kind, op.record, op.act, op.replaced, op.seen]),
  );
  const digest = opDigest(op, hash);
  const data = new Uint8Array(head.length + meta.length + digest.length);
  data.set(head, 0);
  data.set(meta, head.length);
  data.set(digest, head.length + meta.length);
  return hash(data);
}

/** The head of an empty log. */
export const emptyHead: Uint8Array = new Uint8Array(32);

/** The head after a run of ops. */
export function chainHead(from: Uint8Array, ops: readonly Op[], hash: Hash): Uint8Array {
  let head = from;
  for (const op of ops) head = nextHead(head, op, hash);
  return head;
}

/** `time@replica`, and back. Throws RangeError on other text. */
export function stampToText(stamp: { time: number; replica: string }): string {
  return `${stamp.time}@${stamp.replica}`;
}
export function textToStamp(text: string): { time: number; replica: string } {
  const at = text.indexOf('@');
  const time = Number(text.slice(0, at));
  if (at < 1 || !Number.isSafeInteger(time)) throw new RangeError('not a stamp');
  return { time, replica: text.slice(at + 1) };
}
