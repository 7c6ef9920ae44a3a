/** A lean laptop's store as the exchange and parcels see it: see #shared/sync/replica-store.ts and parcel-session.ts. */
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { err, ok } from '#shared/kernel/result.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { credentialBytes, isSucceeded, newestFirst } from '#shared/sync/credential.ts';
import { headMark, logKey, parseLogKey, serialsDigest, summaryDigest } from '#shared/sync/messages.ts';
import { type ParcelStore } from '#shared/sync/parcel-session.ts';
import { cutSegment, openSegment, readSegmentHeader } from '#shared/sync/segment.ts';
import { observe } from '#shared/sync/stamp.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import {
  addPiece,
  beyond,
  copyOf,
  emptyLog,
  headAt,
  offeredOf,
  partingOf,
  sealedHead,
  summaryOf,
} from './lean-disk.ts';
import { verifyWith } from './keys.ts';
import type { LeanMachine } from './lean-machine.ts';
import { straysByLog } from './lean-strays.ts';

export function leanStore(machine: LeanMachine, hubKey: string): ParcelStore {
  const {
    current,
    isOwn,
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
    keys,
    clock,
  } = machine;
  return {
    replica: current().replica,
    isOwn: (key) => isOwn(parseLogKey(key).replica),
    isErased: (key) => machine.disk.erased.has(key),
    summary: () => summaryOf(machine.disk),
    digestOf: (of) => summaryDigest(of, headOf, newestFirst(credentialsOf(current().replica))[0]?.serial ?? '', sha256),
    headAt: headOf,
    segmentsBeyond(held, maxBytes) {
      for (const log of offeredOf(machine.disk, held)) if (isOwn(log.replica)) put(seal(log));
      const found: ReturnType<ParcelStore['segmentsBeyond']> = [];
      let bytes = 0;
      for (const log of offeredOf(machine.disk, held)) {
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
      const log = machine.disk.logs.get(key);
      if (log !== undefined && seq > log.sent) put({ ...log, sent: seq });
    },
    markReceived(said) {
      for (const log of ownLogs()) {
        const common = machine.disk.forked.get(keyOf(log)) ?? Number.MAX_SAFE_INTEGER;
        const received = Math.min(said[keyOf(log)] ?? 0, log.ops.length, common);
        put({ ...log, received, sent: received });
      }
    },
    compareHeads(said, heads) {
      for (const [key, seq] of Object.entries(said)) {
        const { replica, partition: at } = parseLogKey(key);
        let log = machine.disk.logs.get(key);
        const isErased = replica === current().replica && machine.disk.erased.has(key);
        if (isErased) machine.disk.erased.set(key, Math.max(seq, machine.disk.erased.get(key) ?? 0));
        if (log === undefined && replica === current().replica && !isErased)
          put((log = emptyLog(replica, at, keys.ports)));
        if (log === undefined) continue;
        if (seq > log.ops.length) {
          if (log.replica === current().replica && !isErased) machine.disk.forked.set(key, log.received);
          continue;
        }
        if (isErased) reached(key, log.ops.length);
        const theirs = heads[key];
        if (theirs === undefined) continue;
        if (seq > sealedHead(log).seq) put((log = seal(log)));
        if (headOf(key, seq)?.startsWith(headMark(theirs)) === true) machine.disk.forked.delete(key);
        else if ((machine.disk.forked.get(key) ?? seq) >= seq)
          machine.disk.forked.set(key, isOwn(log.replica) && log.received < seq ? log.received : 0);
      }
      for (const key of machine.disk.forked.keys()) if (said[key] === undefined) machine.disk.forked.delete(key);
      return [...machine.disk.forked.keys()].some((key) => parseLogKey(key).replica === current().replica);
    },
    contradicts(key, seq, head) {
      if (machine.disk.erased.has(key) || headOf(key, seq) === head) return false;
      machine.disk.forked.set(key, machine.disk.logs.get(key)?.received ?? 0);
      return true;
    },
    distrust(key) {
      const log = machine.disk.logs.get(key);
      if (log !== undefined) machine.disk.forked.set(key, isOwn(log.replica) ? log.received : 0);
    },
    isSucceeded(key) {
      const [newest] = newestFirst(credentialsOf(parseLogKey(key).replica));
      return newest !== undefined && isSucceeded(newest, [...machine.disk.credentials.values()]);
    },
    endLog(key, after) {
      const { replica, partition: at } = parseLogKey(key);
      const place = machine.disk.identities.findIndex((each) => each.replica === replica);
      const later = place < 0 ? [] : machine.disk.identities.slice(place + 1, -1).reverse();
      for (const each of later) {
        const along = logKey(each.replica, at);
        if (!machine.disk.forked.has(along)) endOne(along, machine.disk.logs.get(along)?.received ?? 0);
      }
      return machine.disk.forked.has(key) ? null : endOne(key, after);
    },
    endForked(key) {
      const common = machine.disk.forked.get(key);
      const again = common === undefined ? null : endOne(key, common);
      if (again !== null) machine.disk.forked.delete(key);
      return again ?? 0;
    },
    takeBack() {
      if ([...machine.disk.forked.keys()].some((key) => isOwn(parseLogKey(key).replica))) return 0;
      const own = [...straysByLog(machine.disk.records)].filter(([key]) => {
        const { replica, partition: at } = parseLogKey(key);
        return isOwn(replica) && !machine.disk.erased.has(logKey(current().replica, at));
      });
      return own.reduce((count, [key, strays]) => count + takeBack(key, strays), 0);
    },
    together(work) {
      const before = copyOf(machine.disk);
      const kept = work();
      if (!kept.ok) machine.disk = before;
      return kept;
    },
    applySegment(bytes, source = 'hub') {
      const read = readSegmentHeader(bytes);
      if (!read.ok) return read;
      const { replica, partition: at, from, to } = read.value.header;
      const key = logKey(replica, at);
      const isErased = machine.disk.erased.has(key);
      if (replica === current().replica && !isErased) return err({ code: 'segment/forked', log: key });
      const credentials = credentialsOf(replica);
      const [first] = credentials;
      if (first === undefined) return err({ code: 'segment/no-credential', log: key });
      const log = machine.disk.logs.get(key) ?? emptyLog(replica, at, keys.ports);
      const isForked = machine.disk.forked.has(key);
      if (isForked && source === 'laptop') return err({ code: 'segment/forked', log: key });
      const held = log.ops.length;
      if (to <= held && !isForked) return ok({ log: key, from, to, applied: 0, branched: false });
      if (from > held + 1) return err({ code: 'segment/gap', log: key });
      const before = headAt(log, from - 1);
      if (before === null || bytesToHex(before) !== read.value.header.before) {
        if (source === 'laptop') return err({ code: 'segment/forked', log: key });
        machine.disk.forked.set(key, 0);
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
        if (parting === null && to < held) machine.disk.forked.set(key, to);
        else machine.disk.forked.delete(key);
      }
      const kept = machine.disk.logs.get(key) ?? log;
      const now = kept.ops.length;
      const branched = parting !== null;
      if (to <= now || from > now + 1) return ok({ log: key, from, to, applied: 0, branched });
      const fresh = ops.filter((op) => op.seq > now);
      for (const op of fresh) {
        machine.disk.clock = observe(machine.disk.clock, op.time, clock.now);
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
        const known = machine.disk.publicKeys.get(credential.replica);
        const isSigned = verifyWith(keys, hubKey, credentialBytes(rest), hexToBytes(signature));
        if (!isSigned || (known !== undefined && known !== credential.publicKey))
          return err({ code: 'sync/bad-credential' });
        machine.disk.publicKeys.set(credential.replica, credential.publicKey);
        machine.disk.credentials.set(credential.serial, credential);
      }
      return ok(null);
    },
    credentials: () => [...machine.disk.credentials.values()],
    begins: () => ({}),
    received,
  };
}
