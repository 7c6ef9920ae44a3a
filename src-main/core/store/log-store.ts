/** The desktop's `ReplicaStore`: seals own segments, proves and applies others'. See #shared/sync/replica-store.ts. */
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { err, ok } from '#shared/kernel/result.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { coversPartition, credentialBytes } from '#shared/sync/credential.ts';
import { Credential, logKey, parseLogKey, summaryDigest } from '#shared/sync/messages.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { headWithin, openSegment, readSegmentHeader } from '#shared/sync/segment.ts';
import type { Committer } from './commit.ts';
import { databaseFailure, type WritableDb } from './database.ts';
import { type Identity, verifySignature } from './identity.ts';
import type { Meta } from './meta.ts';
import { type Log, type OpLog, segmentPorts, sha256 } from './op-log.ts';

export type LogStoreDeps = {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly meta: Meta;
  readonly committer: Committer;
  readonly identity: Identity;
  /** The enrolled hub's key as hex; null before enrolment. */
  readonly hubKey: () => string | null;
  /** Called after marks moved: roads on screens have changed. */
  readonly roadChanged: () => void;
};

export function createLogStore(deps: LogStoreDeps): ReplicaStore {
  const { db, log: opLog, identity } = deps;
  const insertCredential = db.prepare('insert or replace into credential (serial, replica, body) values (?, ?, ?)');
  const selectSerials = db.prepare('select serial from credential').pluck();
  const selectCredentials = db.prepare('select body from credential where replica = ?').pluck();

  const ownLogs = () => opLog.logs().filter((log) => log.replica === identity.replica);
  const credentialsOf = (replica: string): Credential[] =>
    (selectCredentials.all(replica) as string[]).map((body) => Credential.parse(JSON.parse(body)));

  return {
    replica: identity.replica,
    summary: () => opLog.summary(),
    digestOf: (summary) => summaryDigest(summary, sha256),

    segmentsBeyond(held, maxBytes, whose) {
      const isOwn = (log: Log): boolean => log.replica === identity.replica;
      const beyond = (log: Log): number => held[logKey(log.replica, log.partition)] ?? 0;
      if (
        opLog
          .logs()
          .some(
            (log) => isOwn(log) && opLog.sealedHead(log).seq < opLog.head(log).seq && beyond(log) < opLog.head(log).seq,
          )
      )
        deps.committer.seal();
      const segments: ReturnType<ReplicaStore['segmentsBeyond']> = [];
      let bytes = 0;
      const logs = opLog.logs();
      for (const log of whose === 'own'
        ? logs.filter(isOwn)
        : [...logs.filter(isOwn), ...logs.filter((log) => !isOwn(log))]) {
        let seq = beyond(log);
        for (;;) {
          if (segments.length > 0 && bytes >= maxBytes) return segments;
          const segment = opLog.segmentBeyond(log, seq);
          if (segment === null) break;
          segments.push({ ...segment, log: logKey(log.replica, log.partition) });
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
      let moved = false;
      for (const log of ownLogs()) {
        const received = summary[logKey(log.replica, log.partition)] ?? 0;
        const marks = opLog.marks(log);
        const head = opLog.head(log).seq;
        const next = { received: Math.min(received, head), sent: Math.min(received, head) };
        // The summary is the whole truth: what it does not name has to be handed over again.
        if (next.received === marks.received && next.sent === marks.sent) continue;
        opLog.setMarks(log, next);
        moved = true;
      }
      if (moved) deps.roadChanged();
    },

    applySegment(bytes) {
      const read = readSegmentHeader(bytes);
      if (!read.ok) return read;
      const { replica, partition, from, to } = read.value.header;
      const key = logKey(replica, partition);
      if (replica === identity.replica) return err({ code: 'segment/forked', log: key });
      const credential = credentialsOf(replica).find((each) => coversPartition(each, partition));
      if (credential === undefined) return err({ code: 'segment/no-credential', log: key });
      const log = opLog.logOf(replica, partition);
      const held = opLog.head(log).seq;
      if (to <= held) return ok({ log: key, from, to, applied: 0 });
      if (from > held + 1) return err({ code: 'segment/gap', log: key });
      const before = opLog.headAt(log, from - 1);
      if (before === null) return err({ code: 'segment/broken-chain', log: key });
      const opened = openSegment(
        bytes,
        before,
        (_header, data, signature) => verifySignature(credential.publicKey, data, signature),
        segmentPorts,
      );
      if (!opened.ok) return opened;
      const allowed = checkSegmentAllowed(credential, opened.value.header, opened.value.ops, null);
      if (!allowed.ok) return allowed;
      if (from <= held && !isSame(headWithin(bytes, held, segmentPorts), opLog.sealedHead(log).head))
        return err({ code: 'segment/forked', log: key });
      try {
        deps.committer.applyRemote(log, opened.value.ops, bytes);
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
      return ok({ log: key, from, to, applied: to - held });
    },

    credentialSerials: () => selectSerials.all() as string[],

    addCredentials(credentials) {
      const hubKey = deps.hubKey();
      for (const credential of credentials) {
        const { signature, ...rest } = credential;
        if (hubKey === null || !verifySignature(hubKey, credentialBytes(rest), hexToBytes(signature))) {
          return err({ code: 'sync/bad-credential' });
        }
        const known = opLog.publicKeyOf(credential.replica);
        if (known !== null && known !== '' && known !== credential.publicKey)
          return err({ code: 'sync/bad-credential' });
        opLog.addReplica(credential.replica, credential.publicKey);
        insertCredential.run(credential.serial, credential.replica, JSON.stringify(credential));
      }
      return ok(null);
    },
  };
}

function isSame(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && bytesToHex(a) === bytesToHex(b);
}
