/** What a lean laptop's machine does with its disk: logs that grow, are sealed, end and are written again, and the records made of them. */
import { bytesToHex } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { emptyState, mergeOp } from '#shared/sync/merge.ts';
import { type Credential, logKey, parseLogKey, type Summary } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import { freezes, opContent } from '#shared/sync/op-content.ts';
import { emptyStickMemory } from '#shared/sync/parcel-session.ts';
import { cutAfter, sealSegment } from '#shared/sync/segment.ts';
import { createReissuer, givenIn } from '#shared/sync/reissue.ts';
import { Stray, straysBehind } from '#shared/sync/stray.ts';
import { nextTime, observe } from '#shared/sync/stamp.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { derivedId } from '#core/store/derived-id.ts';
import type { LaptopMaker } from './world.ts';
import {
  addPiece,
  beyond,
  type Disk,
  emptyLog,
  headAt,
  isOwnOf,
  type LogState,
  sealedHead,
  seenOf,
  serialsOf,
} from './lean-disk.ts';
import type { KeyPair, Keys } from './keys.ts';
import { type SimChange, type VersionName, versions } from './laptop.ts';
import { type KeptStray, takenBack } from './lean-strays.ts';

export type LeanOptions = Parameters<LaptopMaker>[1] & { readonly version: VersionName; readonly keys: Keys };
export type LeanMachine = ReturnType<typeof createLeanMachine>;

export function createLeanMachine(options: LeanOptions) {
  const { name, partition, keys } = options;
  const clock = { now: options.now };
  /** Never the same twice, whatever is put back. */
  let made = 0;
  const machine: { disk: Disk } = {
    disk: {
      identities: [newIdentity()],
      seeds: new Map(),
      forked: new Map(),
      erased: new Map(),
      logs: new Map(),
      records: new Map(),
      credentials: new Map(),
      publicKeys: new Map(),
      clock: 0,
      memory: emptyStickMemory,
      notes: { epoch: null, acknowledged: {}, unwanted: {} },
      version: options.version,
    },
  };

  function newIdentity(): { replica: string; generation: number } {
    made += 1;
    return { replica: derivedId(`laptop|${name}|${made}`), generation: made };
  }
  const current = () => machine.disk.identities.at(-1) ?? newIdentity();
  const isOwn = (replica: string): boolean => isOwnOf(machine.disk, replica);
  /** Keys of earlier identities stay known to a store that was put back: it held them. */
  function pairOf(replica: string): KeyPair {
    const found = machine.disk.identities.find((each) => each.replica === replica);
    if (found === undefined) throw new Error('the key of somebody else');
    return keys.newPair(`${name}|${found.generation}`);
  }
  const kindOf = (number: number): Kind | undefined =>
    versions[machine.disk.version].find((kind) => kind.number === number);
  const ownLogs = (): LogState[] => [...machine.disk.logs.values()].filter((log) => isOwn(log.replica));
  const received = (): Summary => Object.fromEntries(ownLogs().map((log) => [keyOf(log), log.received]));
  const keyOf = (log: LogState): string => logKey(log.replica, log.partition);
  const put = (log: LogState): void => void machine.disk.logs.set(keyOf(log), log);
  function project(op: Op, replica: string): void {
    const kind = kindOf(op.kind);
    if (kind === undefined) return;
    const before = machine.disk.records.get(op.record)?.state ?? emptyState;
    machine.disk.records.set(op.record, { kind: op.kind, state: mergeOp(kind, before, op, replica) });
  }

  function seal(log: LogState): LogState {
    const { seq, head: before } = sealedHead(log);
    const tail = log.ops.slice(seq);
    if (tail.length === 0) return log;
    const { bytes, head } = sealSegment(
      { replica: log.replica, partition: log.partition, before },
      tail,
      (block) => seedOf(log, block),
      pairOf(log.replica).sign,
      keys.ports,
    );
    return addPiece(log, { from: seq + 1, to: seq + tail.length, head, bytes });
  }

  function seedOf(log: LogState, block: number): Uint8Array {
    const place = `${keyOf(log)} ${block}`;
    let seed = machine.disk.seeds.get(place);
    if (seed === undefined) {
      made += 1;
      seed = sha256(utf8(`seed|${name}|${made}`)).slice(0, 16);
      machine.disk.seeds.set(place, seed);
    }
    return seed;
  }

  /** Takes off what is behind `seq`; of others' logs whole pieces, as only their writer can sign a shorter one. */
  function cutBack(log: LogState, seq: number): LogState {
    const pieces = log.pieces.filter((piece) => piece.to <= seq);
    const across = log.pieces.find((piece) => piece.from <= seq && piece.to > seq);
    if (across !== undefined && isOwn(log.replica)) {
      const { bytes, head } = cutAfter(across.bytes, seq, pairOf(log.replica).sign, keys.ports);
      pieces.push({ from: across.from, to: seq, head, bytes });
    }
    const end = isOwn(log.replica) ? seq : (pieces.at(-1)?.to ?? 0);
    const cut = { ...log, pieces, ops: log.ops.slice(0, end) };
    put(cut);
    return cut;
  }

  /** Leaves what a log holds behind `after`; own ops are written again behind the log of the identity of now. */
  function branchOff(log: LogState, after: number): number {
    const stale = log.ops.slice(after);
    const strays = isOwn(log.replica) ? [] : straysBehind(after, (seq) => beyond(log, seq), derivedId);
    cutBack(log, after);
    if (isOwn(log.replica) && stale.length > 0) {
      const { replica } = current();
      const into =
        machine.disk.logs.get(logKey(replica, log.partition)) ?? emptyLog(replica, log.partition, keys.ports);
      const end = sealedHead(into).seq;
      const again = createReissuer({ from: { replica: log.replica, after }, to: { replica, after: end } });
      const isGiven = givenIn(into.ops.slice(0, end));
      const ops = [...again.move(stale, isGiven), ...again.follow(into.ops.slice(end), isGiven)];
      put({ ...into, ops: [...into.ops.slice(0, end), ...ops] });
    }
    rebuild();
    write(strays, log.partition);
    return isOwn(log.replica) ? stale.length : 0;
  }

  /** Ends one log behind `after`; null where that cannot be. */
  function endOne(key: string, after: number): number | null {
    const log = machine.disk.logs.get(key);
    if (log === undefined || log.replica === current().replica) return null;
    const sealed = isOwn(log.replica) ? seal(log) : log;
    put(sealed);
    return sealed.ops.length > after ? branchOff(sealed, after) : 0;
  }

  /** Writes again what others kept of a log of this laptop's: see `takeBack` of the port. */
  function takeBack(key: string, strays: readonly KeptStray[]): number {
    const { partition: at, replica: writer } = parseLogKey(key);
    const { replica } = current();
    const into = seal(machine.disk.logs.get(logKey(replica, at)) ?? emptyLog(replica, at, keys.ports));
    const logs = ownLogs().filter((log) => log.partition === at);
    const ops = takenBack(key, strays, {
      keys,
      publicKey: pairOf(writer).publicKey,
      into,
      own: logs.flatMap((log) => log.ops.map((op) => ({ op, replica: log.replica }))),
      isOwn,
      credentials: credentialsOf(replica),
    });
    if (ops === null) return 0;
    put({ ...into, ops: [...into.ops, ...ops] });
    for (const op of ops) {
      machine.disk.clock = observe(machine.disk.clock, op.time, clock.now);
      project(op, replica);
    }
    write(
      strays.map(({ id }) => ({ kind: Stray, id, act: 'remove', values: {} })),
      at,
    );
    return ops.length;
  }

  const credentialsOf = (replica: string): Credential[] =>
    [...machine.disk.credentials.values()].filter((each) => each.replica === replica);

  const serialsWithin = (partitions: readonly string[]): string[] => serialsOf(machine.disk, partitions);

  function headOf(key: string, seq: number): string | null {
    const log = machine.disk.logs.get(key);
    const head = log === undefined || seq > sealedHead(log).seq ? null : headAt(log, seq);
    return head === null ? null : bytesToHex(head);
  }

  /** A log that was erased is whole again once all of it is back. */
  function reached(key: string, seq: number): void {
    if (seq >= (machine.disk.erased.get(key) ?? Number.MAX_SAFE_INTEGER)) machine.disk.erased.delete(key);
  }

  function write(changes: readonly SimChange[], at = partition): void {
    const { replica } = current();
    const log = machine.disk.logs.get(logKey(replica, at)) ?? emptyLog(replica, at, keys.ports);
    const group = log.ops.length + 1;
    const ops: Op[] = [];
    for (const change of changes) {
      const state = machine.disk.records.get(change.id)?.state ?? emptyState;
      const content = opContent(change, state);
      if (content === null) continue;
      const moved = nextTime(machine.disk.clock, clock.now, content.seenTime);
      machine.disk.clock = moved.clock;
      const seq = group + ops.length;
      const op: Op = {
        seq,
        time: moved.time,
        actor: null,
        group,
        kind: change.kind.number,
        record: change.id,
        act: change.act,
        set: content.set,
        replaced: content.replaced,
        seen: change.act === 'remove' || freezes(change) ? { ...seenOf(machine.disk, at), [replica]: seq } : null,
        digest: null,
      };
      project(op, replica);
      ops.push(op);
    }
    if (ops.length > 0) put({ ...log, ops: [...log.ops, ...ops] });
  }

  function rebuild(): void {
    machine.disk.records = new Map();
    for (const log of machine.disk.logs.values()) for (const op of log.ops) project(op, log.replica);
  }

  return Object.assign(machine, {
    keys,
    clock,
    current,
    isOwn,
    pairOf,
    ownLogs,
    received,
    keyOf,
    put,
    project,
    seal,
    branchOff,
    endOne,
    takeBack,
    credentialsOf,
    serialsWithin,
    headOf,
    reached,
    write,
    rebuild,
    newIdentity,
  });
}
