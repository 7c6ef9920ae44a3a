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
import { credentialBytes, isSucceeded, newestFirst } from '#shared/sync/credential.ts';
import { emptyState, isAlive, mergeOp } from '#shared/sync/merge.ts';
import {
  type Credential,
  headMark,
  logKey,
  parseLogKey,
  serialsDigest,
  type Summary,
  summaryDigest,
} from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import { freezes, opContent } from '#shared/sync/op-content.ts';
import { emptyStickMemory, type ParcelStore } from '#shared/sync/parcel-session.ts';
import { cutAfter, cutSegment, openSegment, readSegmentHeader, sealSegment } from '#shared/sync/segment.ts';
import { givenIn, reissued } from '#shared/sync/reissue.ts';
import { Stray, straysBehind } from '#shared/sync/stray.ts';
import { nextTime, observe } from '#shared/sync/stamp.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { derivedId } from '#core/store/derived-id.ts';
import type { LaptopMaker } from './world.ts';
import {
  addPiece,
  beyond,
  copyOf,
  type Disk,
  emptyLog,
  headAt,
  isOwnOf,
  leavingOf,
  type LogState,
  offeredOf,
  partingOf,
  sealedHead,
  seenOf,
  serialsOf,
  summaryOf,
} from './lean-disk.ts';
import { type KeptStray, straysByLog, takenBack } from './lean-strays.ts';
import { type KeyPair, type Keys, leanKeys, verifyWith } from './keys.ts';
import { type Image, type SimChange, type SimLaptop, type SimOp, type VersionName, versions } from './laptop.ts';

type LeanLaptopOptions = Parameters<LaptopMaker>[1] & { readonly version: VersionName };

function createLeanLaptop(options: LeanLaptopOptions): SimLaptop {
  const { name, partition } = options;
  const keys: Keys = leanKeys;
  const clock = { now: options.now };
  /** Never the same twice, whatever is put back. */
  let made = 0;
  let disk: Disk = {
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
  };

  function newIdentity(): { replica: string; generation: number } {
    made += 1;
    return { replica: derivedId(`laptop|${name}|${made}`), generation: made };
  }
  const current = () => disk.identities.at(-1) ?? newIdentity();
  const isOwn = (replica: string): boolean => isOwnOf(disk, replica);
  /** Keys of earlier identities stay known to a store that was put back: it held them. */
  function pairOf(replica: string): KeyPair {
    const found = disk.identities.find((each) => each.replica === replica);
    if (found === undefined) throw new Error('the key of somebody else');
    return keys.newPair(`${name}|${found.generation}`);
  }
  const kindOf = (number: number): Kind | undefined => versions[disk.version].find((kind) => kind.number === number);
  const ownLogs = (): LogState[] => [...disk.logs.values()].filter((log) => isOwn(log.replica));
  const received = (): Summary => Object.fromEntries(ownLogs().map((log) => [keyOf(log), log.received]));
  const keyOf = (log: LogState): string => logKey(log.replica, log.partition);
  const put = (log: LogState): void => void disk.logs.set(keyOf(log), log);
  function project(op: Op, replica: string): void {
    const kind = kindOf(op.kind);
    if (kind === undefined) return;
    const before = disk.records.get(op.record)?.state ?? emptyState;
    disk.records.set(op.record, { kind: op.kind, state: mergeOp(kind, before, op, replica) });
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
    let seed = disk.seeds.get(place);
    if (seed === undefined) {
      made += 1;
      seed = sha256(utf8(`seed|${name}|${made}`)).slice(0, 16);
      disk.seeds.set(place, seed);
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
      const into = disk.logs.get(logKey(replica, log.partition)) ?? emptyLog(replica, log.partition);
      const end = sealedHead(into).seq;
      const ops = reissued({
        from: { replica: log.replica, after, ops: stale },
        to: { replica, after: end, ops: into.ops.slice(end), isGiven: givenIn(into.ops.slice(0, end)) },
      });
      put({ ...into, ops: [...into.ops.slice(0, end), ...ops] });
    }
    rebuild();
    write(strays, log.partition);
    return isOwn(log.replica) ? stale.length : 0;
  }

  /** Ends one log behind `after`; null where that cannot be. */
  function endOne(key: string, after: number): number | null {
    const log = disk.logs.get(key);
    if (log === undefined || log.replica === current().replica || disk.forked.has(key)) return null;
    const sealed = isOwn(log.replica) ? seal(log) : log;
    put(sealed);
    return sealed.ops.length > after ? branchOff(sealed, after) : 0;
  }

  /** Writes again what others kept of a log of this laptop's: see `takeBack` of the port. */
  function takeBack(key: string, strays: readonly KeptStray[]): number {
    const { partition: at, replica: writer } = parseLogKey(key);
    const { replica } = current();
    const into = seal(disk.logs.get(logKey(replica, at)) ?? emptyLog(replica, at));
    const logs = ownLogs().filter((log) => log.partition === at);
    const ops = takenBack(key, strays, {
      publicKey: pairOf(writer).publicKey,
      into,
      own: logs.flatMap((log) => log.ops.map((op) => ({ op, replica: log.replica }))),
      isOwn,
      credentials: credentialsOf(replica),
    });
    if (ops === null) return 0;
    put({ ...into, ops: [...into.ops, ...ops] });
    for (const op of ops) {
      disk.clock = observe(disk.clock, op.time, clock.now);
      project(op, replica);
    }
    write(
      strays.map(({ id }) => ({ kind: Stray, id, act: 'remove', values: {} })),
      at,
    );
    return ops.length;
  }

  const credentialsOf = (replica: string): Credential[] =>
    [...disk.credentials.values()].filter((each) => each.replica === replica);

  const serialsWithin = (partitions: readonly string[]): string[] => serialsOf(disk, partitions);

  function headOf(key: string, seq: number): string | null {
    const log = disk.logs.get(key);
    const head = log === undefined || seq > sealedHead(log).seq ? null : headAt(log, seq);
    return head === null ? null : bytesToHex(head);
  }

  const store = (): ParcelStore => ({
    replica: current().replica,
    isOwn: (key) => isOwn(parseLogKey(key).replica),
    isErased: (key) => disk.erased.has(key),
    summary: () => summaryOf(disk),
    digestOf: (of) => summaryDigest(of, headOf, newestFirst(credentialsOf(current().replica))[0]?.serial ?? '', sha256),
    headAt: headOf,
    segmentsBeyond(held, maxBytes) {
      for (const log of offeredOf(disk, held)) if (isOwn(log.replica)) put(seal(log));
      const found: ReturnType<ParcelStore['segmentsBeyond']> = [];
      let bytes = 0;
      for (const log of offeredOf(disk, held)) {
        let seq = held[keyOf(log)] ?? 0;
        for (;;) {
          if (found.length > 0 && bytes >= maxBytes) return found;
          const segment = beyond(log, seq);
          if (segment === null) break;
          found.push({ bytes: segment.bytes, from: segment.from, to: segment.to, log: keyOf(log) });
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
        const common = disk.forked.get(keyOf(log)) ?? Number.MAX_SAFE_INTEGER;
        const received = Math.min(said[keyOf(log)] ?? 0, log.ops.length, common);
        put({ ...log, received, sent: received });
      }
    },
    compareHeads(said, heads) {
      for (const [key, seq] of Object.entries(said)) {
        const { replica, partition: at } = parseLogKey(key);
        let log = disk.logs.get(key);
        const isErased = replica === current().replica && disk.erased.has(key);
        if (isErased) disk.erased.set(key, Math.max(seq, disk.erased.get(key) ?? 0));
        if (log === undefined && replica === current().replica && !isErased) put((log = emptyLog(replica, at)));
        if (log === undefined) continue;
        if (seq > log.ops.length) {
          if (log.replica === current().replica && !isErased) disk.forked.set(key, log.received);
          continue;
        }
        if (isErased) reached(key, log.ops.length);
        const theirs = heads[key];
        if (theirs === undefined) continue;
        if (seq > sealedHead(log).seq) put((log = seal(log)));
        if (headOf(key, seq)?.startsWith(headMark(theirs)) === true) disk.forked.delete(key);
        else if (!disk.forked.has(key))
          disk.forked.set(key, isOwn(log.replica) && log.received < seq ? log.received : 0);
      }
      for (const key of disk.forked.keys()) if (said[key] === undefined) disk.forked.delete(key);
      return [...disk.forked.keys()].some((key) => parseLogKey(key).replica === current().replica);
    },
    contradicts(key, seq, head) {
      if (disk.erased.has(key) || headOf(key, seq) === head) return false;
      disk.forked.set(key, disk.logs.get(key)?.received ?? 0);
      return true;
    },
    distrust(key) {
      const log = disk.logs.get(key);
      if (log !== undefined) disk.forked.set(key, isOwn(log.replica) ? log.received : 0);
    },
    isSucceeded(key) {
      const [newest] = newestFirst(credentialsOf(parseLogKey(key).replica));
      return newest !== undefined && isSucceeded(newest, [...disk.credentials.values()]);
    },
    endLog(key, after) {
      const { replica, partition: at } = parseLogKey(key);
      const place = disk.identities.findIndex((each) => each.replica === replica);
      const later = place < 0 ? [] : disk.identities.slice(place + 1, -1).reverse();
      for (const each of later) {
        const along = logKey(each.replica, at);
        endOne(along, disk.logs.get(along)?.received ?? 0);
      }
      return endOne(key, after);
    },
    takeBack() {
      if ([...disk.forked.keys()].some((key) => isOwn(parseLogKey(key).replica))) return 0;
      const own = [...straysByLog(disk.records)].filter(([key]) => {
        const { replica, partition: at } = parseLogKey(key);
        return isOwn(replica) && !disk.erased.has(logKey(current().replica, at));
      });
      return own.reduce((count, [key, strays]) => count + takeBack(key, strays), 0);
    },
    together(work) {
      const before = copyOf(disk);
      const kept = work();
      if (!kept.ok) disk = before;
      return kept;
    },
    applySegment(bytes, source = 'hub') {
      const read = readSegmentHeader(bytes);
      if (!read.ok) return read;
      const { replica, partition: at, from, to } = read.value.header;
      const key = logKey(replica, at);
      const isErased = disk.erased.has(key);
      if (replica === current().replica && !isErased) return err({ code: 'segment/forked', log: key });
      const credentials = credentialsOf(replica);
      const [first] = credentials;
      if (first === undefined) return err({ code: 'segment/no-credential', log: key });
      const log = disk.logs.get(key) ?? emptyLog(replica, at);
      const isForked = disk.forked.has(key);
      if (isForked && source === 'laptop') return err({ code: 'segment/forked', log: key });
      const held = log.ops.length;
      if (to <= held && !isForked) return ok({ log: key, from, to, applied: 0, branched: false });
      if (from > held + 1) return err({ code: 'segment/gap', log: key });
      const before = headAt(log, from - 1);
      if (before === null || bytesToHex(before) !== read.value.header.before) {
        if (source === 'laptop') return err({ code: 'segment/forked', log: key });
        disk.forked.set(key, 0);
        return err({ code: from === 1 ? 'segment/broken-chain' : 'segment/gap', log: key });
      }
      const opened = openSegment(
        bytes,
        before,
        (_header, data, signature) => verifyWith(keys, first.publicKey, data, signature),
        keys.ports,
      );
      if (!opened.ok) return opened;
      const { header, ops } = opened.value;
      const allowed = checkSegmentAllowed(credentials, header, ops, null);
      if (!allowed.ok) return allowed;
      const parting = from <= held ? partingOf(log, bytes, from, ops) : null;
      if (parting !== null && source === 'laptop') return err({ code: 'segment/forked', log: key });
      if (parting !== null) branchOff(log, parting);
      if (isForked || parting !== null) {
        if (parting === null && to < held) disk.forked.set(key, to);
        else disk.forked.delete(key);
      }
      const kept = disk.logs.get(key) ?? log;
      const now = kept.ops.length;
      const branched = parting !== null;
      if (to <= now || from > now + 1) return ok({ log: key, from, to, applied: 0, branched });
      const fresh = ops.filter((op) => op.seq > now);
      for (const op of fresh) {
        disk.clock = observe(disk.clock, op.time, clock.now);
        project(op, replica);
      }
      const rest = fresh.length === ops.length ? bytes : cutSegment(bytes, now, keys.ports);
      const taken = addPiece(kept, { from: now + 1, to, head: hexToBytes(header.head), bytes: rest });
      const marks = source === 'hub' && isOwn(replica) ? { sent: to, received: to } : {};
      put({ ...taken, ops: [...kept.ops, ...fresh], ...marks });
      if (isErased) reached(key, to);
      return ok({ log: key, from, to, applied: fresh.length, branched });
    },
    credentialSerials: serialsWithin,
    credentialsDigest: (partitions) => serialsDigest(serialsWithin(partitions), sha256),
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
    begins: () => ({}),
    received,
  });

  /** A log that was erased is whole again once all of it is back. */
  function reached(key: string, seq: number): void {
    if (seq >= (disk.erased.get(key) ?? Number.MAX_SAFE_INTEGER)) disk.erased.delete(key);
  }

  function write(changes: readonly SimChange[], at = partition): void {
    const { replica } = current();
    const log = disk.logs.get(logKey(replica, at)) ?? emptyLog(replica, at);
    const group = log.ops.length + 1;
    const ops: Op[] = [];
    for (const change of changes) {
      const state = disk.records.get(change.id)?.state ?? emptyState;
      const content = opContent(change, state);
      if (content === null) continue;
      const moved = nextTime(disk.clock, clock.now, content.seenTime);
      disk.clock = moved.clock;
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
        seen: change.act === 'remove' || freezes(change) ? { ...seenOf(disk, at), [replica]: seq } : null,
        digest: null,
      };
      project(op, replica);
      ops.push(op);
    }
    if (ops.length > 0) put({ ...log, ops: [...log.ops, ...ops] });
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
    publicKey: () => pairOf(current().replica).publicKey,
    sign: (data) => pairOf(current().replica).sign(data),
    signAsBefore: (replica, data) => pairOf(replica).sign(data),
    stickMemory: () => disk.memory,
    keepStickMemory: (memory) => void (disk.memory = memory),
    notes: () => disk.notes,
    keepNotes: (notes) => void (disk.notes = notes),
    version: () => disk.version,
    write,
    leaving: (granted) => leavingOf(disk, partition, granted),
    async erase(left) {
      const own = disk.logs.get(logKey(current().replica, left));
      if (own !== undefined && own.received > 0) disk.erased.set(keyOf(own), own.received);
      for (const [key, log] of disk.logs) if (log.partition === left) disk.logs.delete(key);
      rebuild();
    },
    record(kind, id) {
      const found = disk.records.get(id);
      return found?.kind === kind.number ? { alive: isAlive(found.state), values: found.state.values } : null;
    },
    head: (log) => disk.logs.get(log)?.ops.length ?? 0,
    ops: () =>
      [...disk.logs.values()].flatMap((log): SimOp[] =>
        log.ops.map((op) => ({ op, replica: log.replica, partition: log.partition })),
      ),
    received,
    credential: () => credentialsOf(current().replica).sort((a, b) => b.validFrom - a.validFrom)[0] ?? null,
    crash: () => undefined, // nothing is held outside the disk
    upgrade(version) {
      disk.version = version;
      rebuild();
    },
    backUp: () => ({ image: copyOf(disk) }),
    restore({ image }: Image) {
      const { version } = disk;
      disk = { ...copyOf(image as Disk), version }; // made by backUp above
      rebuild();
    },
    renewIdentity() {
      disk.identities = [...disk.identities, newIdentity()];
      disk.notes = { epoch: null, acknowledged: {}, unwanted: {} };
    },
    rebuild,
    desk: () => null,
    close: () => undefined,
  };
}

/** A laptop of a simulated world. */
export const leanLaptop: LaptopMaker = ({ version }, place) => createLeanLaptop({ ...place, version });
