/** Snapshots as a hub makes them, of what a relay holds; and laptops that take them. */
import { segmentPorts } from '#core/store/segment-ports.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { kindsByNumber } from '#shared/kinds/all-kinds.ts';
import type { Result } from '#shared/kernel/result.ts';
import { createFold } from '#shared/sync/fold.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
import { readOps, readSegmentHeader } from '#shared/sync/segment.ts';
import { readChunk, sealChunk, sealSnapshotHead, type SnapshotHeader } from '#shared/sync/snapshot.ts';
import { squeezeRules } from '#shared/sync/squeeze.ts';
import { hubSign, partition, type Relay, type Replica } from './replicas.ts';

export type TestSnapshot = {
  readonly header: SnapshotHeader;
  readonly head: Uint8Array;
  readonly chunks: readonly Uint8Array[];
};

/** Of what the relay holds without a gap, beyond an earlier one; null where that is nothing. `size`: ops after which a chunk ends. */
export function makeSnapshot(
  relay: Relay,
  replicas: readonly Replica[],
  earlier: TestSnapshot | null = null,
  change: Partial<SnapshotHeader> = {},
  size = 2,
): TestSnapshot | null {
  const later: LooseOp[] = [];
  const logs = new Map((earlier?.header.logs ?? []).map((log) => [log.replica, log]));
  for (const segments of relay.segments.values())
    for (const bytes of segments) {
      const read = readSegmentHeader(bytes);
      if (!read.ok) throw new Error(read.error.code);
      const { replica, from, to, head, signature } = read.value.header;
      const held = logs.get(replica)?.seq ?? 0;
      if (from > held + 1 || to <= held) continue;
      for (const op of readOps(bytes, segmentPorts)) if (op.seq > held) later.push({ op, replica });
      logs.set(replica, { replica, seq: to, head, signature });
    }
  if (logs.size === 0) return null;
  const fold = createFold(later, kindsByNumber, size);
  const chunks = [
    ...(earlier?.chunks ?? []).flatMap((chunk) => fold.push(readChunk(chunk, segmentPorts))),
    ...fold.end(),
  ].map((entries) => ({ bytes: sealChunk(entries, segmentPorts), ops: entries.length }));
  const header: SnapshotHeader = {
    partition,
    epoch: 'sample',
    madeAt: 1,
    rules: squeezeRules,
    logs: [...logs.values()],
    credentials: replicas.filter(({ log }) => logs.has(log.replica)).map(({ credential }) => credential),
    chunks: chunks.map(({ bytes, ops }) => ({
      bytes: bytes.length,
      ops,
      sha256: bytesToHex(segmentPorts.hash(bytes)),
    })),
    ...change,
  };
  const head = sealSnapshotHead(header, hubSign, segmentPorts);
  return { header, head, chunks: chunks.map(({ bytes }) => bytes) };
}

/** Takes it whole, or up to a chunk. */
export function load(replica: Replica, snapshot: TestSnapshot, upTo = snapshot.chunks.length): Result<unknown> {
  const begun = replica.snapshots.begin(snapshot.head, bytesToHex(segmentPorts.hash(snapshot.head)), [partition]);
  if (!begun.ok) return begun;
  return goOn(replica, snapshot, upTo);
}

/** Goes on with the chunk a load has come to. */
export function goOn(replica: Replica, snapshot: TestSnapshot, upTo = snapshot.chunks.length): Result<unknown> {
  for (let loading = replica.snapshots.loading(); loading !== null && loading.next < upTo; ) {
    const taken = replica.snapshots.take(snapshot.chunks[loading.next] ?? new Uint8Array(0));
    if (!taken.ok) return taken;
    loading = taken.value;
  }
  return { ok: true, value: null };
}
