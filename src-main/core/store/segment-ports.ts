/** What segments need of this host. */
import { hash as hashOnce } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Hash } from '#shared/sync/op.ts';
import type { SegmentPorts } from '#shared/sync/segment.ts';

export const sha256: Hash = (data) => hashOnce('sha256', data, 'buffer');

/** Hash and compression of segments on this host: SHA-256, zstd level 3. */
export const segmentPorts: SegmentPorts = {
  hash: sha256,
  pack: (data) => zstdCompressSync(data),
  unpack: (data, limit) => zstdDecompressSync(data, { maxOutputLength: limit }),
};
