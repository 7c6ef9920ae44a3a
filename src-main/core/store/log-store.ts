/** The desktop's `ReplicaStore`: seals own segments, proves and applies others'. See #shared/sync/replica-store.ts. */
import { setImmediate } from 'node:timers/promises';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { isSameBytes } from '#shared/kernel/same-bytes.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { isSucceeded, newestFirst } from '#shared/sync/credential.ts';
import { headMark, logKey, parseLogKey, serialsDigest, type Summary, summaryDigest } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { openSegment, readSegmentHeader } from '#shared/sync/segment.ts';
import type { Archive } from './archive.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Committer } from './commit.ts';
import { databaseFailure, withoutWaiting, type WritableDb } from './database.ts';
import { createErasedLogs } from './erased-logs.ts';
import { createForkedLogs } from './forked-logs.ts';
import { type Identity, verifySignature } from './identity.ts';
import { createHeldCredentials } from './held-credentials.ts';
import { createLogCuts } from './log-cuts.ts';
import type { Meta } from './meta.ts';
import type { Log, OpLog } from './op-log.ts';
import { createPartedLogs } from './parted-logs.ts';
import { createPartings } from './partings.ts';
import { segmentPorts, sha256 } from './segment-ports.ts';
import type { Beside } from './short-steps.ts';
import { createStrayTaker } from './strays.ts';

export type LogStoreDeps = {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly meta: Meta;
  readonly committer: Committer;
  readonly identity: Identity;
  /** The enrolled hub's key as hex; null before enrolment. */
  readonly hubKey: () => string | null;
  readonly checkpoints: Pick<Checkpoints, 'between'>;
  /** How long work is done. */
  readonly beside: Beside;
  /** Called after marks moved: roads on screens have changed. */
  readonly roadChanged: () => void;
};

export function createLogStore(deps: LogStoreDeps): ReplicaStore {
  const { db, log: opLog, identity } = deps;
  const credentials = createHeldCredentials(deps);
  const forked = createForkedLogs(deps.meta, opLog);
  const erased = createErasedLogs(deps.meta);

  const keyOf = (log: Log): string => logKey(log.replica, log.partition);
  const mayWrite = (partition: string, ops: readonly Op[]): boolean => {
    const { replica } = identity;
    return checkSegmentAllowed(credentials.of(replica), { replica, partition }, ops, null).ok;
  };
  const takeStrays = createStrayTaker({ ...deps, mayWrite });
  /** Whether this laptop's logs of a partition may take what others have lost. */
  const isReady = (partition: string): boolean =>
    !erased.has(logKey(identity.replica, partition)) &&
    !opLog.logs().some((log) => opLog.isOwn(log.replica) && forked.commonOf(keyOf(log)) !== undefined);
  const cuts = createLogCuts({ ...deps, forked, mayWrite, isReady, written: deps.roadChanged });
  const parted = createPartedLogs({ ...deps, forked, cuts, mayWrite });

  const findLog = (key: string): Log | undefined => opLog.logs().find((log) => keyOf(log) === key);
  const isCurrent = (log: Log): boolean => log.replica === identity.replica;
  const headAt = (key: string, seq: number): string | null => {
    const log = findLog(key);
    const head = log === undefined ? null : opLog.headAt(log, seq);
    return head === null ? null : bytesToHex(head);
  };

  const { partingOf, endsOf, beginningBehind } = createPartings({ log: opLog, findLog, isCurrent });

  /** Own logs first, those of earlier identities before all. */
  function inOrder(logs: readonly Log[]): Log[] {
    const rank = (log: Log): number => (isCurrent(log) ? 1 : opLog.isOwn(log.replica) ? 0 : 2);
    return [...logs].sort((a, b) => rank(a) - rank(b));
  }

  /** The logs that may be handed to somebody who holds this much: see `segmentsBeyond` of the port. */
  function offered(held: Summary): Log[] {
    const logs = opLog.logs();
    const isBehind = (log: Log): boolean => opLog.head(log).seq > (held[keyOf(log)] ?? 0);
    const waiting = logs.filter(
      (log) =>
        opLog.isOwn(log.replica) && !isCurrent(log) && (forked.commonOf(keyOf(log)) !== undefined || isBehind(log)),
    );
    return inOrder(logs).filter((log) => {
      if (forked.commonOf(keyOf(log)) !== undefined || !isBehind(log)) return false;
      return !isCurrent(log) || !waiting.some((each) => each.partition === log.partition);
    });
  }

  /** Ends one log behind `after`; null where that cannot be. */
  function endOne(log: Log, after: number): number | null {
    if (isCurrent(log) || after < opLog.base(log) || opLog.isComing(log)) return null;
    deps.committer.seal((each) => each === log);
    return opLog.head(log).seq > after ? cuts.branchOff(log, after) : 0;
  }

  return {
    replica: identity.replica,
    isOwn: (key) => opLog.isOwn(parseLogKey(key).replica),
    isErased: (key) => erased.has(key),
    summary() {
      const summary = { ...opLog.summary() };
      for (const [key, common] of Object.entries(forked.all())) {
        if (common === 0) delete summary[key];
        else if (summary[key] !== undefined) summary[key] = Math.min(summary[key], common);
      }
      return summary;
    },
    digestOf(summary) {
      const [newest] = newestFirst(credentials.of(identity.replica));
      return summaryDigest(summary, headAt, newest?.serial ?? '', sha256);
    },
    headAt,

    segmentsBeyond(held, maxBytes) {
      const isOpen = (log: Log): boolean => opLog.sealedHead(log).seq < opLog.head(log).seq;
      const open = offered(held).filter((log) => opLog.isOwn(log.replica) && isOpen(log));
      if (open.length > 0) deps.committer.seal((log) => open.includes(log));
      const segments: ReturnType<ReplicaStore['segmentsBeyond']> = [];
      let bytes = 0;
      for (const log of offered(held)) {
        let seq = held[keyOf(log)] ?? 0;
        for (;;) {
          if (segments.length > 0 && bytes >= maxBytes) return segments;
          const segment = opLog.segmentBeyond(log, seq);
          // Whoever lacks what is below the base gets it from the hub.
          if (segment === null || segment.from > seq + 1) break;
          segments.push({ ...segment, log: keyOf(log) });
          bytes += segment.bytes.length;
          seq = segment.to;
        }
      }
      return segments;
    },

    markSent(key, seq) {
      const { replica, partition } = parseLogKey(key);
      const log = opLog.logOf(replica, partition);
      const marks = opLog.marks(log);
      if (seq > marks.sent) {
        opLog.setMarks(log, { ...marks, sent: seq });
        deps.roadChanged();
      }
    },

    markReceived(summary) {
      const moved: [Log, { sent: number; received: number }][] = [];
      for (const log of opLog.logs()) {
        if (!opLog.isOwn(log.replica)) continue;
        const key = keyOf(log);
        const received = Math.min(summary[key] ?? 0, forked.commonOf(key) ?? Number.MAX_SAFE_INTEGER);
        const marks = opLog.marks(log);
        const head = opLog.head(log).seq;
        const next = { received: Math.min(received, head), sent: Math.min(received, head) };
        // The summary is the whole truth: what it does not name has to be handed over again.
        if (next.received === marks.received && next.sent === marks.sent) continue;
        moved.push([log, next]);
      }
      if (moved.length === 0) return;
      // Lost in a power cut, it is told again with the next answer.
      withoutWaiting(db, () =>
        db.transaction(() => moved.forEach(([log, next]) => opLog.setMarks(log, next))).immediate(),
      );
      deps.roadChanged();
    },

    compareHeads(summary, heads) {
      parted.heard(summary);
      for (const [key, seq] of Object.entries(summary)) {
        const { replica, partition } = parseLogKey(key);
        const isOwnErased = replica === identity.replica && erased.has(key);
        if (isOwnErased) erased.add(key, seq);
        // A copy may be older than the first op of its own log.
        const isOwn = replica === identity.replica && !isOwnErased;
        const log = findLog(key) ?? (isOwn ? opLog.logOf(replica, partition) : undefined);
        if (log === undefined) continue;
        const { seq: held } = opLog.head(log);
        if (seq > held) {
          if (!isCurrent(log)) continue;
          if (!isOwnErased) forked.add(key, opLog.marks(log).received);
          continue;
        }
        if (isCurrent(log)) erased.reached(key, held);
        const theirs = heads[key];
        if (theirs === undefined || seq < opLog.base(log)) continue;
        // Only what is sealed has heads, and only own logs lie open.
        if (seq > opLog.sealedHead(log).seq) deps.committer.seal((each) => each === log);
        const ours = headAt(key, seq);
        if (ours?.startsWith(headMark(theirs)) === true) {
          forked.remove(key);
          parted.agrees(key);
        }
        // What was received once was the same then; less than that, and the hub has lost it and heard something else. A refusal before may have
        // counted on what a hub that was put back has lost.
        else if ((forked.commonOf(key) ?? seq) >= seq) {
          const { received } = opLog.marks(log);
          forked.add(key, opLog.isOwn(log.replica) && received < seq ? received : 0);
        }
      }
      for (const key of Object.keys(forked.all())) if (summary[key] === undefined) forked.remove(key);
      return opLog.logs().some((log) => isCurrent(log) && forked.commonOf(keyOf(log)) !== undefined);
    },

    contradicts(key, seq, head) {
      const { replica, partition } = parseLogKey(key);
      // A copy may be older than the first op of its own log.
      const log = opLog.logOf(replica, partition);
      if (erased.has(key) || seq < opLog.base(log) || headAt(key, seq) === head) return false;
      forked.add(key, opLog.marks(log).received);
      return true;
    },

    distrust(key) {
      const log = findLog(key);
      if (log !== undefined) forked.add(key, opLog.isOwn(log.replica) ? opLog.marks(log).received : 0);
    },

    isSucceeded(key) {
      const [newest] = newestFirst(credentials.of(parseLogKey(key).replica));
      return newest !== undefined && isSucceeded(newest, credentials.all());
    },

    endLog(key, after) {
      const log = findLog(key);
      if (log === undefined) return null;
      const owns = opLog.ownReplicas();
      const later = opLog.isOwn(log.replica) ? owns.slice(1, owns.indexOf(log.replica)) : [];
      const along = later.flatMap((replica) => findLog(logKey(replica, log.partition)) ?? []);
      const isForked = (each: Log): boolean => forked.commonOf(keyOf(each)) !== undefined;
      const ended = along.filter((each) => !isForked(each));
      const moved = ended.reduce((count, each) => count + (endOne(each, opLog.marks(each).received) ?? 0), 0);
      const again = isForked(log) ? null : endOne(log, after);
      return again === null ? null : moved + again;
    },

    endForked(key) {
      const [log, common] = [findLog(key), forked.commonOf(key)];
      const again = log === undefined || common === undefined ? null : endOne(log, common);
      if (again !== null) forked.remove(key);
      return again ?? 0;
    },

    takeBack() {
      cuts.goOn();
      const count = takeStrays((key) => isReady(parseLogKey(key).partition));
      if (count > 0) deps.roadChanged();
      return count;
    },

    applySegment(bytes, source = 'hub') {
      const read = readSegmentHeader(bytes);
      if (!read.ok) return read;
      const { replica, partition, from, to } = read.value.header;
      const key = logKey(replica, partition);
      if (replica === identity.replica && !erased.has(key)) return err({ code: 'segment/forked', log: key });
      const credentialsHeld = credentials.of(replica);
      const [credential] = credentialsHeld;
      if (credential === undefined) return err({ code: 'segment/no-credential', log: key });
      const log = opLog.logOf(replica, partition);
      const isForked = forked.commonOf(key) !== undefined;
      if (isForked && source === 'laptop') return err({ code: 'segment/forked', log: key });
      const held = opLog.head(log).seq;
      if (opLog.isComing(log)) return err({ code: 'segment/gap', log: key });
      if (to <= held && !isForked) return ok({ log: key, from, to, applied: 0, branched: false });
      if (from > held + 1) return err({ code: 'segment/gap', log: key });
      // Below the base the heads are not known any more: whether the segment agrees is seen where it reaches the base.
      const isBelow = from - 1 < opLog.base(log);
      const before = opLog.headAt(log, from - 1) ?? (isBelow ? hexToBytes(read.value.header.before) : null);
      if (before === null || !isSameBytes(before, hexToBytes(read.value.header.before))) {
        if (source === 'laptop') return err({ code: 'segment/forked', log: key });
        // It parts before this segment: from the beginning, then.
        forked.add(key, 0);
        return err({ code: from === 1 ? 'segment/broken-chain' : 'segment/gap', log: key });
      }
      const opened = openSegment(
        bytes,
        before,
        (_header, data, signature) => verifySignature(credential.publicKey, data, signature),
        segmentPorts,
      );
      if (!opened.ok) return opened;
      const { header, ops } = opened.value;
      const allowed = checkSegmentAllowed(credentialsHeld, header, ops, null);
      if (!allowed.ok) return allowed;
      const parting = from <= held ? partingOf(log, bytes, from, to, ops) : null;
      const isLost = parting !== null && parting < opLog.base(log);
      if (parting !== null && source === 'laptop') return err({ code: 'segment/forked', log: key });
      try {
        if (isLost) {
          if (!parted.begin(log)) return err({ code: 'segment/forked', log: key });
          forked.remove(key);
          return ok({ log: key, from, to, applied: 0, branched: true });
        }
        if (parting !== null) cuts.branchOff(log, parting);
        if (isForked || parting !== null) {
          // What is the same up to here need not come again; whether it is to the end the next heads tell.
          if (parting === null && to < held) forked.add(key, to);
          else forked.remove(key);
        }
        const now = opLog.head(log).seq;
        const branched = parting !== null;
        if (to <= now || from > now + 1) return ok({ log: key, from, to, applied: 0, branched });
        deps.committer.applyRemote(log, ops, bytes);
        // Of an earlier identity: where it comes from it is already.
        if (source === 'hub' && opLog.isOwn(replica)) opLog.setMarks(log, { sent: to, received: to });
        if (isCurrent(log)) erased.reached(key, to);
        return ok({ log: key, from, to, applied: to - now, branched });
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
    },

    async prepare(coming) {
      const ends = [...endsOf(coming)].map(([log, after]) => cuts.prepare(log, after));
      // Asked for again from below where it begins here, a log has parted there.
      const begins = [...beginningBehind(coming)].map((log) => parted.prepare(log));
      // Whatever comes between two steps goes on.
      for (const steps of [...ends, ...begins])
        for (const _ of steps) {
          await setImmediate();
          if (!db.open) return;
        }
    },

    together(work) {
      let result: Result<null> = ok(null);
      try {
        deps.committer.together(() => {
          result = work();
          return result.ok;
        });
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
      return result;
    },

    credentials: credentials.all,
    credentialSerials: credentials.serialsWithin,
    credentialsDigest: (partitions) => serialsDigest(credentials.serialsWithin(partitions), sha256),
    addCredentials: credentials.add,
  };
}
