/**
 * A laptop in plain memory: a second, small implementation of the store's ports (#shared/sync/replica-store.ts,
 * parcel-session.ts) beside the desktop's. Merge, segments, exchange and parcels are the product's. What stands in `Disk` survives
 * a crash; every method changes it whole or not at all.
 */
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { err, ok } from '#shared/kernel/result.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { coversPartition, credentialBytes } from '#shared/sync/credential.ts';
import { emptyState, isAlive, mergeOp, type RecordState, setChange } from '#shared/sync/merge.ts';
import { type Credential, logKey, type Summary, summaryDigest } from '#shared/sync/messages.ts';
import { emptyHead, type Op, type OpValue } from '#shared/sync/op.ts';
import { emptyStickMemory, type ParcelStore, type StickMemory } from '#shared/sync/parcel-session.ts';
import {
  cutSegment,
  headWithin,
  joinSegments,
  openSegment,
  readSegmentHeader,
  sealSegment,
} from '#shared/sync/segment.ts';
import { nextTime, observe, type Stamp } from '#shared/sync/stamp.ts';
import { sha256 } from '#core/store/op-log.ts';
import { derivedId } from '#core/store/derived-id.ts';
import type { LaptopMaker } from './world.ts';
import { type KeyPair, type Keys, leanKeys, verifyWith } from './keys.ts';
import {
  type Image,
  type SimChange,
  type SimLaptop,
  type SimOp,
  type SyncNotes,
  type VersionName,
  versions,
} from './laptop.ts';

type Piece = { readonly from: number; readonly to: number; readonly head: Uint8Array; readonly bytes: Uint8Array };
type LogState = {
  readonly replica: string;
  readonly partition: string;
  readonly ops: readonly Op[];
  readonly pieces: readonly Piece[];
  readonly received: number;
  readonly sent: number;
};
type Disk = {
  replica: string;
  generation: number;
  logs: Map<string, LogState>;
  records: Map<string, { kind: number; state: RecordState }>;
  credentials: Map<string, Credential>;
  publicKeys: Map<string, string>;
  clock: number;
  memory: StickMemory;
  notes: SyncNotes;
  version: VersionName;
};

/** So few pieces of a log are joined, so that histories see it happen. */
const mostPieces = 4;

type LeanLaptopOptions = {
  readonly name: string;
  readonly partition: string;
  readonly prefixes: readonly string[];
  readonly version: VersionName;
  readonly now: number;
  readonly hubKey: string;
};

function createLeanLaptop(options: LeanLaptopOptions): SimLaptop {
  const { name, partition } = options;
  const keys: Keys = leanKeys;
  const clock = { now: options.now };
  let disk: Disk = {
    ...newIdentity(0),
    logs: new Map(),
    records: new Map(),
    credentials: new Map(),
    publicKeys: new Map(),
    clock: 0,
    memory: emptyStickMemory,
    notes: { epoch: null, acknowledged: {} },
    version: options.version,
  };

  function newIdentity(generation: number): { replica: string; generation: number } {
    return { replica: derivedId(`laptop|${name}|${generation}`), generation };
  }
  /** Keys of earlier identities stay known to a machine that was put back: its store held them. */
  const pairOf = (generation: number): KeyPair => keys.newPair(`${name}|${generation}`);
  const own = (): KeyPair => pairOf(disk.generation);
  const kindOf = (number: number): Kind | undefined => versions[disk.version].find((kind) => kind.number === number);
  const emptyLog = (replica: string, at: string): LogState => ({
    replica,
    partition: at,
    ops: [],
    pieces: [],
    received: 0,
    sent: 0,
  });
  const ownLogs = (): LogState[] => [...disk.logs.values()].filter((log) => log.replica === disk.replica);
  const put = (log: LogState): void => void disk.logs.set(logKey(log.replica, log.partition), log);
  const sealedHead = (log: LogState): { seq: number; head: Uint8Array } => {
    const last = log.pieces.at(-1);
    return last === undefined ? { seq: 0, head: emptyHead } : { seq: last.to, head: last.head };
  };

  function project(op: Op, replica: string): void {
    const kind = kindOf(op.kind);
    if (kind === undefined) return;
    const before = disk.records.get(op.record)?.state ?? emptyState;
    disk.records.set(op.record, { kind: op.kind, state: mergeOp(kind, before, op, replica) });
  }

  function addPiece(log: LogState, piece: Piece): LogState {
    const pieces = [...log.pieces, piece];
    if (pieces.length < mostPieces) return { ...log, pieces };
    const bytes = joinSegments(
      pieces.map((each) => each.bytes),
      keys.ports,
    );
    return { ...log, pieces: [{ from: pieces[0]?.from ?? 1, to: piece.to, head: piece.head, bytes }] };
  }

  function seal(log: LogState): LogState {
    const { seq, head: before } = sealedHead(log);
    const tail = log.ops.slice(seq);
    if (tail.length === 0) return log;
    const { bytes, head } = sealSegment(
      { replica: log.replica, partition: log.partition, before },
      tail,
      (block) => sha256(utf8(`seed|${log.replica}|${block}`)).slice(0, 16),
      own().sign,
      keys.ports,
    );
    return addPiece(log, { from: seq + 1, to: seq + tail.length, head, bytes });
  }

  function headAt(log: LogState, seq: number): Uint8Array | null {
    const sealed = sealedHead(log);
    if (seq === sealed.seq) return sealed.head;
    if (seq === 0) return emptyHead;
    const piece = log.pieces.find((each) => each.to > seq);
    return piece === undefined ? null : headWithin(piece.bytes, seq, keys.ports);
  }

  function beyond(log: LogState, seq: number): { from: number; to: number; bytes: Uint8Array } | null {
    const piece = log.pieces.find((each) => each.to > seq);
    if (piece === undefined) return null;
    if (piece.from > seq) return piece;
    const bytes = cutSegment(piece.bytes, seq, keys.ports);
    const read = readSegmentHeader(bytes);
    if (!read.ok) throw new Error('a stored segment cannot be read');
    return { from: read.value.header.from, to: piece.to, bytes };
  }

  const credentialsOf = (replica: string): Credential[] =>
    [...disk.credentials.values()].filter((each) => each.replica === replica);

  const summary = (): Summary =>
    Object.fromEntries(
      [...disk.logs].filter(([, log]) => log.ops.length > 0).map(([key, log]) => [key, log.ops.length]),
    );

  const store = (): ParcelStore => ({
    replica: disk.replica,
    summary,
    digestOf: (of) => summaryDigest(of, sha256),
    segmentsBeyond(held, maxBytes, whose) {
      for (const log of ownLogs()) if ((held[logKey(log.replica, log.partition)] ?? 0) < log.ops.length) put(seal(log));
      const found: ReturnType<ParcelStore['segmentsBeyond']> = [];
      let bytes = 0;
      const others = [...disk.logs.values()].filter((log) => log.replica !== disk.replica);
      for (const log of whose === 'own' ? ownLogs() : [...ownLogs(), ...others]) {
        const key = logKey(log.replica, log.partition);
        let seq = held[key] ?? 0;
        for (;;) {
          if (found.length > 0 && bytes >= maxBytes) return found;
          const segment = beyond(log, seq);
          if (segment === null) break;
          found.push({ bytes: segment.bytes, from: segment.from, to: segment.to, log: key });
          bytes += segment.bytes.length;
          seq = segment.to;
        }
      }
      return found;
    },
    markSent(key, seq) {
      const log = disk.logs.get(key);
      if (log !== undefined && seq > log.sent) put({ ...log, sent: seq });
    },
    markReceived(said) {
      for (const log of ownLogs()) {
        const received = Math.min(said[logKey(log.replica, log.partition)] ?? 0, log.ops.length);
        put({ ...log, received, sent: received });
      }
    },
    applySegment(bytes) {
      const read = readSegmentHeader(bytes);
      if (!read.ok) return read;
      const { replica, partition: at, from, to } = read.value.header;
      const key = logKey(replica, at);
      if (replica === disk.replica) return err({ code: 'segment/forked', log: key });
      const credentials = credentialsOf(replica).filter((each) => coversPartition(each, at));
      const [first] = credentials;
      if (first === undefined) return err({ code: 'segment/no-credential', log: key });
      const log = disk.logs.get(key) ?? emptyLog(replica, at);
      const held = log.ops.length;
      if (to <= held) return ok({ log: key, from, to, applied: 0 });
      if (from > held + 1) return err({ code: 'segment/gap', log: key });
      const before = headAt(log, from - 1);
      if (before === null) return err({ code: 'segment/broken-chain', log: key });
      const opened = openSegment(
        bytes,
        before,
        (_header, data, signature) => verifyWith(keys, first.publicKey, data, signature),
        keys.ports,
      );
      if (!opened.ok) return opened;
      const { header, ops } = opened.value;
      const judged = credentials.map((each) => checkSegmentAllowed(each, header, ops, null));
      const [refused] = judged;
      if (refused !== undefined && !refused.ok && judged.every((each) => !each.ok)) return refused;
      const sealed = sealedHead(log);
      if (from <= held) {
        const theirs = headWithin(bytes, held, keys.ports);
        if (theirs === null || bytesToHex(theirs) !== bytesToHex(sealed.head))
          return err({ code: 'segment/forked', log: key });
      }
      const fresh = ops.filter((op) => op.seq > held);
      for (const op of fresh) {
        disk.clock = observe(disk.clock, op.time, clock.now);
        project(op, replica);
      }
      const kept = fresh.length === ops.length ? bytes : cutSegment(bytes, held, keys.ports);
      const piece = { from: held + 1, to, head: hexToBytes(header.head), bytes: kept };
      put({ ...addPiece(log, piece), ops: [...log.ops, ...fresh] });
      return ok({ log: key, from, to, applied: fresh.length });
    },
    credentialSerials: () => [...disk.credentials.keys()],
    addCredentials(credentials) {
      for (const credential of credentials) {
        const { signature, ...rest } = credential;
        const known = disk.publicKeys.get(credential.replica);
        const isSigned = verifyWith(keys, options.hubKey, credentialBytes(rest), hexToBytes(signature));
        if (!isSigned || (known !== undefined && known !== credential.publicKey))
          return err({ code: 'sync/bad-credential' });
        disk.publicKeys.set(credential.replica, credential.publicKey);
        disk.credentials.set(credential.serial, credential);
      }
      return ok(null);
    },
    credentials: () => [...disk.credentials.values()],
    headAt(key, seq) {
      const log = disk.logs.get(key);
      const head = log === undefined || seq > sealedHead(log).seq ? null : headAt(log, seq);
      return head === null ? null : bytesToHex(head);
    },
  });

  function write(changes: readonly SimChange[]): void {
    const log = disk.logs.get(logKey(disk.replica, partition)) ?? emptyLog(disk.replica, partition);
    const group = log.ops.length + 1;
    const ops: Op[] = [];
    for (const change of changes) {
      const state = disk.records.get(change.id)?.state ?? emptyState;
      const content = contentOf(change, state);
      if (content === null) continue;
      const moved = nextTime(disk.clock, clock.now, content.seen);
      disk.clock = moved.clock;
      const seq = group + ops.length;
      const { states } = change.kind;
      const signs = states?.frozen.includes(String(change.values[states.field] ?? '')) === true;
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
        seen: change.act === 'remove' || signs ? { ...seenHere(), [disk.replica]: seq } : null,
        digest: null,
      };
      project(op, disk.replica);
      ops.push(op);
    }
    if (ops.length > 0) put({ ...log, ops: [...log.ops, ...ops] });
  }

  function seenHere(): { [replica: string]: number } {
    const seen: { [replica: string]: number } = {};
    for (const log of disk.logs.values())
      if (log.partition === partition && log.ops.length > 0) seen[log.replica] = log.ops.length;
    return seen;
  }

  function rebuild(): void {
    disk.records = new Map();
    for (const log of disk.logs.values()) for (const op of log.ops) project(op, log.replica);
  }

  return {
    name,
    partition,
    prefixes: options.prefixes,
    clock,
    store,
    publicKey: () => own().publicKey,
    sign: (data) => own().sign(data),
    stickMemory: () => disk.memory,
    keepStickMemory: (memory) => void (disk.memory = memory),
    notes: () => disk.notes,
    keepNotes: (notes) => void (disk.notes = notes),
    version: () => disk.version,
    write,
    record(kind, id) {
      const found = disk.records.get(id);
      return found?.kind === kind.number ? { alive: isAlive(found.state), values: found.state.values } : null;
    },
    ops: () =>
      [...disk.logs.values()].flatMap((log): SimOp[] =>
        log.ops.map((op) => ({ op, replica: log.replica, partition: log.partition })),
      ),
    received: () => Object.fromEntries(ownLogs().map((log) => [logKey(log.replica, log.partition), log.received])),
    credential: () => credentialsOf(disk.replica).sort((a, b) => b.validFrom - a.validFrom)[0] ?? null,
    crash: () => undefined, // nothing is held outside the disk
    upgrade(version) {
      disk.version = version;
      rebuild();
    },
    backUp: () => ({ image: copyOf(disk) }),
    restore({ image }: Image) {
      const before = copyOf(image as Disk); // made by backUp above
      const generation = disk.generation + 1;
      disk = { ...before, version: disk.version };
      for (const log of ownLogs()) put(seal(log));
      disk = {
        ...disk,
        ...newIdentity(generation),
        notes: { epoch: null, acknowledged: {} },
        memory: emptyStickMemory,
      };
      rebuild();
    },
    rebuild,
    desk: () => null,
    close: () => undefined,
  };
}

/** A laptop of a simulated world. */
export const leanLaptop: LaptopMaker = ({ version }, place) => createLeanLaptop({ ...place, version });

/** A disk's copy: what is in the maps is never changed, only replaced. */
function copyOf(disk: Disk): Disk {
  return {
    ...disk,
    logs: new Map(disk.logs),
    records: new Map(disk.records),
    credentials: new Map(disk.credentials),
    publicKeys: new Map(disk.publicKeys),
  };
}

/** What an op says to bring a record from `state` to the wanted values; null where it would say nothing. */
function contentOf(
  change: SimChange,
  state: RecordState,
): { set: { [number: string]: OpValue }; replaced: { [number: string]: Stamp }; seen: number } | null {
  const content: ReturnType<typeof contentOf> & object = { set: {}, replaced: {}, seen: 0 };
  if (change.act === 'remove') return isAlive(state) ? content : null;
  for (const [name, value] of Object.entries(change.values)) {
    const field = change.kind.fields[name];
    if (field === undefined) continue;
    if (field.merge === 'set') {
      const wanted = setChange(state.sets[name], Array.isArray(value) ? value : []);
      if (wanted !== null) content.set[field.number] = wanted;
    } else if ((state.values[name] ?? null) !== value) {
      content.set[field.number] = value as OpValue; // lists are sets, handled above
      const stamp = state.clocks[name];
      if (stamp !== undefined) {
        content.replaced[field.number] = stamp;
        content.seen = Math.max(content.seen, stamp.time);
      }
    }
  }
  const revives = change.act === 'restore' && !isAlive(state);
  return revives || Object.keys(content.set).length > 0 ? content : null;
}
