/** What segments need of this host. */
import { hash as hashOnce } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { latin1Bytes } from '#shared/kernel/binary.ts';
import type { Hash } from '#shared/sync/op.ts';
import type { SegmentPorts } from '#shared/sync/segment.ts';

// By way of a text: a Buffer of Node's own lies outside of the heap and costs three times what hashing does.
export const sha256: Hash = (data) => latin1Bytes(hashOnce('sha256', data, 'binary'));

/** Hash and compression of segments on this host: SHA-256, zstd level 3. */
export const segmentPorts: SegmentPorts = {
  hash: sha256,
  pack: (data) => zstdCompressSync(data),
  unpack: (data, limit) => zstdDecompressSync(data, { maxOutputLength: limit }),
};
