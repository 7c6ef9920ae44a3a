/**
 * A laptop's voice without its store: its own key, enrolled with the app's own transport, and any message it likes. For
 * what an honest store never sends: forged, repeated, cut, foreign.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createHubTransport, type Enrolled, enrolAtHub, type HubTransportDeps } from '#core/sync/hub-transport.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { bytesToHex, newId } from '#shared/kernel/ids.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { WaitResponse } from '#shared/sync/hub-http.ts';
import { parseInvitation } from '#shared/sync/invitation.ts';
import {
  frame,
  protocolVersion,
  type Summary,
  type SyncRequest,
  SyncResponse,
  unframe,
} from '#shared/sync/messages.ts';
import { blockOf, chainHead, emptyHead, type Op } from '#shared/sync/op.ts';
import { assembleSegment, sealSegment, signedBytes } from '#shared/sync/segment.ts';

export const samplePartition = 'kz/kz-19/kz-19-tec_oblast';
const deps = {
  time: { now: () => Date.now() },
  random: { bytes: (length: number) => new Uint8Array(randomBytes(length)) },
};

export type Laptop = {
  readonly replica: string;
  readonly publicKey: string;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly transportDeps: (address: string) => HubTransportDeps;
};

/** A new key and id, known to no hub. */
export function newLaptop(): Laptop {
  const pair = generateKeyPairSync('ed25519');
  const replica = newId(deps);
  const signWith = (data: Uint8Array): Uint8Array => sign(null, data, pair.privateKey);
  return {
    replica,
    publicKey: bytesToHex(pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: signWith,
    transportDeps: (address) => ({
      address,
      replica,
      sign: signWith,
      random: deps.random,
      appVersion: '0.1.0',
      signal: new AbortController().signal,
      timing: { idleMs: 10_000, waitMs: 30_000 },
    }),
  };
}

/** Enrols with a code as printed. */
export function enrol(
  laptop: Laptop,
  address: string,
  code: string,
  partition = samplePartition,
): Promise<Result<Enrolled>> {
  const invitation = parseInvitation(code);
  if (!invitation.ok) throw new Error('the code does not parse');
  return enrolAtHub(laptop.transportDeps(address), invitation.value, {
    protocol: protocolVersion,
    code: invitation.value.digits,
    replica: laptop.replica,
    publicKey: laptop.publicKey,
    partition,
    role: 'chair',
  });
}

/** One turn with any segments; answers the hub's header and segments. */
export async function turn(
  laptop: Laptop,
  hub: { address: string; hubKey: string },
  segments: readonly Uint8Array[] = [],
  change: Partial<SyncRequest> = {},
): Promise<Result<{ header: SyncResponse; segments: Uint8Array[] }>> {
  const transport = createHubTransport({ ...laptop.transportDeps(hub.address), hubKey: hub.hubKey });
  const answer = await transport.send(sampleMessage(laptop, segments, change));
  transport.close();
  return answer.ok ? unframe(answer.value, SyncResponse) : answer;
}

/** Asks to be told of news beyond `summary`; `hasEnded` says whether the hub has answered yet. */
export function waitForNews(
  laptop: Laptop,
  hub: { address: string; hubKey: string },
  summary: Summary,
): { readonly answer: Promise<Result<WaitResponse>>; hasEnded(): boolean } {
  const transport = createHubTransport({ ...laptop.transportDeps(hub.address), hubKey: hub.hubKey });
  let isOver = false;
  const answer = transport.wait({ protocol: protocolVersion, partitions: [samplePartition], summary });
  const ended = answer.finally(() => {
    isOver = true;
    transport.close();
  });
  return { answer: ended, hasEnded: () => isOver };
}

/** The message of one turn. */
export function sampleMessage(
  laptop: Laptop,
  segments: readonly Uint8Array[] = [],
  change: Partial<SyncRequest> = {},
): Uint8Array {
  const header: SyncRequest = {
    protocol: protocolVersion,
    replica: laptop.replica,
    partitions: [samplePartition],
    summary: {},
    epoch: null,
    credentials: { after: '', until: null, serials: [] },
    segments: segments.map((segment) => segment.length),
    ...change,
  };
  return frame(header, segments);
}

/** Ops of sample contacts, `from` to `to`. `salt` makes another content with the same numbers. */
export function sampleOps(from: number, to: number, salt = 'a', change: Partial<Op> = {}): Op[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    time: 1_700_000_000_000 * 2048 + from + index,
    actor: null,
    group: from + index,
    kind: 2,
    record: `00000000-0000-7000-8000-${String(from + index).padStart(12, '0')}`,
    act: 'set' as const,
    set: { '1': `Sample contact ${salt} ${from + index}` },
    replaced: {},
    seen: null,
    digest: null,
    ...change,
  }));
}

/** Seals ops that follow `earlier` in the laptop's log. */
export function seal(
  laptop: Laptop,
  ops: readonly Op[],
  earlier: readonly Op[] = [],
  partition = samplePartition,
): Uint8Array {
  const seeds = new Map([...earlier, ...ops].map((op) => [blockOf(op.seq), sampleSeed]));
  const before = chainHead(emptyHead, earlier, { seeds, single: new Map() }, segmentPorts.hash);
  return sealSegment({ replica: laptop.replica, partition, before }, ops, () => sampleSeed, laptop.sign, segmentPorts)
    .bytes;
}
const sampleSeed = new Uint8Array(16);

/** A properly signed first segment with any body: what only a broken or hostile writer makes. */
export function sealBody(laptop: Laptop, body: Uint8Array): Uint8Array {
  const place = { replica: laptop.replica, partition: samplePartition, from: 1, to: 1 };
  const signature = laptop.sign(signedBytes({ ...place, head: bytesToHex(emptyHead) }));
  return assembleSegment({ ...place, before: emptyHead, head: emptyHead, signature }, body, segmentPorts.hash);
}
