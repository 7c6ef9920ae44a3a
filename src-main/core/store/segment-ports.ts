/** What segments need of this host. */
import { hash as hashOnce } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { latin1Bytes } from '#shared/kernel/binary.ts';
import { zstdContentBytes } from '#shared/kernel/zstd-frame.ts';
import type { Hash } from '#shared/sync/op.ts';
import type { SegmentPorts } from '#shared/sync/segment.ts';

// By way of a text: a Buffer of Node's own lies outside of the heap and costs three times what hashing does.
export const sha256: Hash = (data) => latin1Bytes(hashOnce('sha256', data, 'binary'));

/**
 * Unpacks a zstd frame of at most `limit` bytes; throws RangeError or Error on more, or what is none. Into one piece of memory where the
 * frame says how much it holds: Node's own way, 16 kB at a time and then all together, takes three times as long.
 */
export function unpackZstd(data: Uint8Array, limit: number): Uint8Array {
  const said = zstdContentBytes(data) ?? 0;
  // One byte more than it needs: of what is full Node thinks that more may come, and gets as much again.
  const chunkSize = Math.max(leastAtOnce, Math.min(said + 1, limit, mostAtOnce));
  return zstdDecompressSync(data, { maxOutputLength: limit, chunkSize });
}
const leastAtOnce = 1024;
const mostAtOnce = 4 * 1024 * 1024;

/** Hash and compression of segments on this host: SHA-256, zstd level 3. */
export const segmentPorts: SegmentPorts = {
  hash: sha256,
  pack: (data) => zstdCompressSync(data),
  unpack: unpackZstd,
};
