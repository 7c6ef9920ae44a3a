/**
 * The hub as the specification has it (docs/sync.md sections 6, 7 and 10), in memory: a second, small implementation beside
 * src-hub. It answers a few segments at a time, so that exchanges take several turns.
 */
import { isWithin } from '#shared/access/partitions.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { credentialBytes, withoutRepeated, newestFirst, reachesInto, stillHonoured } from '#shared/sync/credential.ts';
import {
  BriefRequest,
  type Credential,
  type CredentialsHeld,
  frame,
  headMark,
  logKey,
  parseLogKey,
  protocolVersion,
  type Refusal,
  serialsDigest,
  type Summary,
  summaryDigest,
  SyncRequest,
  type SyncResponse,
  unframe,
} from '#shared/sync/messages.ts';
import { emptyHead } from '#shared/sync/op.ts';
import { isParcelSigned, makeParcel, readParcel } from '#shared/sync/parcel.ts';
import { furthest } from '#shared/sync/parcel-session.ts';
import { handOverMs, type Succession, successionBytes } from '#shared/sync/succession.ts';
import { headWithin, openSegment, readSegmentHeader, type SegmentHeader } from '#shared/sync/segment.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { type KeyPair, type Keys, verifyWith } from './keys.ts';
import type { HubMaker, SimHub } from './sim-hub.ts';

type Held = { readonly from: number; readonly to: number; readonly head: string; readonly bytes: Uint8Array };
type HubDisk = {
  epoch: number;
  logs: Map<string, readonly Held[]>;
  /** In the order of issue. */
  credentials: readonly Credential[];
  /** What it signed and has forgotten, as laptops handed it over; of replicas that it does not know else. */
  learnt: readonly Credential[];
  /** Who goes on in whose place. */
  successors: Map<string, string>;
  /** What laptops said by stick that they hold, when by their clock, and how far of what they brought is held. */
  peers: Map<string, { summary: Summary; at: number; reached: Summary }>;
};

function copyOf(disk: HubDisk): HubDisk {
  return { ...disk, logs: new Map(disk.logs), successors: new Map(disk.successors), peers: new Map(disk.peers) };
}

export const modelHub: HubMaker = (keys, clock) => createModelHub(keys, keys.newPair('hub'), clock);

/** So few segments go into one answer. */
const segmentsAtOnce = 3;
const nothingYet: { segments: Uint8Array[]; more: boolean } = { segments: [], more: false };
/** And so few credentials. */
const credentialsAtOnce = 2;

function createModelHub(keys: Keys, pair: KeyPair, clock: { now: number }): SimHub {
  let disk: HubDisk = {
    epoch: 1,
    logs: new Map(),
    credentials: [],
    learnt: [],
    successors: new Map(),
    peers: new Map(),
  };
  let issued = 0;
  /** Serials of what it said anew: no operator repeats that. */
  const saidAnew = new Set<string>();
  const epoch = (): string => derivedId(`epoch|${disk.epoch}`);

  const credentialsOf = (replica: string): Credential[] => disk.credentials.filter((each) => each.replica === replica);
  /** By what ops of a writer are judged. */
  const judging = (replica: string): Credential[] =>
    [...disk.credentials, ...disk.learnt].filter((each) => each.replica === replica);
  const learn = (brought: readonly Credential[]): void => {
    const known = new Set(disk.learnt.map(({ serial }) => serial));
    const isNew = ({ serial, replica }: Credential): boolean => newest(replica) === undefined && !known.has(serial);
    const isSigned = ({ signature, ...rest }: Credential): boolean =>
      verifyWith(keys, pair.publicKey, credentialBytes(rest), hexToBytes(signature));
    disk.learnt = [...disk.learnt, ...brought.filter((each) => isNew(each) && isSigned(each))];
  };
  const newest = (replica: string): Credential | undefined =>
    disk.credentials.findLast((each) => each.replica === replica);
  const headOf = (log: string): { seq: number; head: string } => {
    const last = disk.logs.get(log)?.at(-1);
    return last === undefined ? { seq: 0, head: bytesToHex(emptyHead) } : { seq: last.to, head: last.head };
  };
  const summaryOf = (isSeen: (log: string) => boolean): Summary =>
    Object.fromEntries([...disk.logs.keys()].filter(isSeen).map((log) => [log, headOf(log).seq]));

  /** Takes segments; `reached` says of their logs how far what came is held now. */
  function accept(segments: readonly Uint8Array[]): { refusals: Refusal[]; reached: Summary } {
    const reached: { [log: string]: number } = {};
    const refusals: Refusal[] = [];
    const proved: { header: SegmentHeader; bytes: Uint8Array }[] = [];
    for (const bytes of segments) {
      const read = readSegmentHeader(bytes);
      if (!read.ok) {
        refusals.push({ log: '', from: 0, reason: 'garbage' });
        continue;
      }
      const { header } = read.value;
      const refuse = (code: string): void =>
        void refusals.push({
          log: logKey(header.replica, header.partition),
          from: header.from,
          reason: code.slice('segment/'.length) as Refusal['reason'], // the codes of openSegment and acceptance
        });
      const [credential] = judging(header.replica);
      if (credential === undefined) {
        refuse('segment/no-credential');
        continue;
      }
      const opened = openSegment(
        bytes,
        hexToBytes(header.before),
        (_header, data, signature) => verifyWith(keys, credential.publicKey, data, signature),
        keys.ports,
      );
      const allowed = opened.ok
        ? checkSegmentAllowed(judging(header.replica), header, opened.value.ops, clock.now)
        : opened;
      if (allowed.ok) proved.push({ header, bytes });
      else refuse(allowed.error.code);
    }
    const stopped = new Set<string>();
    for (const { header, bytes } of proved.sort((a, b) => a.header.from - b.header.from)) {
      const log = logKey(header.replica, header.partition);
      if (stopped.has(log)) continue;
      const reason = place(log, header, bytes);
      // What came to before its beginning hears where that is.
      const came = reason === null ? header.to : reason === 'gap' ? Number.MAX_SAFE_INTEGER : 0;
      const held = Math.min(came, headOf(log).seq);
      if (held > 0) reached[log] = Math.max(held, reached[log] ?? 0);
      if (reason === null) continue;
      stopped.add(log);
      refusals.push({ log, from: header.from, reason });
    }
    return { refusals, reached };
  }

  /** Appends what continues its log; null when it is there now, or has to come again cut where the summary says. */
  function place(log: string, header: SegmentHeader, bytes: Uint8Array): Refusal['reason'] | null {
    const held = headOf(log);
    const pieces = disk.logs.get(log) ?? [];
    if (header.from > held.seq + 1) return 'gap';
    const piece: Held = { from: header.from, to: header.to, head: header.head, bytes };
    if (header.from === held.seq + 1) {
      if (header.before !== held.head) return 'forked';
      disk.logs.set(log, [...pieces, piece]);
      return null;
    }
    const common = Math.min(header.to, held.seq);
    const theirs = headWithin(bytes, common, keys.ports);
    if (theirs === null || bytesToHex(theirs) !== headAt(log, common)) return 'forked';
    if (header.to > held.seq && pieces.some((each) => each.from === header.from))
      disk.logs.set(log, [...pieces.filter((each) => each.from < header.from), piece]);
    return null;
  }

  function headAt(log: string, seq: number): string {
    if (seq === 0) return bytesToHex(emptyHead);
    const piece = disk.logs.get(log)?.find((each) => each.to >= seq);
    const head = piece === undefined ? null : headWithin(piece.bytes, seq, keys.ports);
    return head === null ? '' : bytesToHex(head);
  }

  /** Segments of the logs it is given beyond what a laptop holds; its own where it was granted a partition again that it had erased. */
  function outgoing(
    isGiven: (log: string) => boolean,
    held: Summary,
    most: number,
  ): { segments: Uint8Array[]; more: boolean } {
    const segments: Uint8Array[] = [];
    for (const [log, pieces] of disk.logs) {
      if (!isGiven(log)) continue;
      for (const piece of pieces) {
        if (piece.to <= (held[log] ?? 0)) continue;
        if (segments.length === most) return { segments, more: true };
        segments.push(piece.bytes);
      }
    }
    return { segments, more: false };
  }

  /** What is asked for and may be read. */
  function givenTo(replica: string, asked: readonly string[]): (log: string) => boolean {
    const granted = newest(replica)?.partitions ?? [];
    return (log) => {
      const { partition } = parseLogKey(log);
      return [asked, granted].every((prefixes) => prefixes.some((each) => isWithin(partition, each)));
    };
  }

  function seenBy(replica: string, asked: readonly string[]): (log: string) => boolean {
    const isGiven = givenTo(replica, asked);
    return (log) => parseLogKey(log).replica === replica || isGiven(log);
  }

  /** What an answer says the hub holds: what the asker may see, and what it wrote under the identities it had before. */
  function toldTo(replica: string, isSeen: (log: string) => boolean): Summary {
    const before = new Set<string>();
    const isBefore = (each: string): boolean => {
      const next = disk.successors.get(each);
      return next !== undefined && (next === replica || isBefore(next));
    };
    for (const each of disk.successors.keys()) if (isBefore(each)) before.add(each);
    return summaryOf((log) => isSeen(log) || before.has(parseLogKey(log).replica));
  }

  const credentialsFor = (prefixes: readonly string[]): Credential[] =>
    [...disk.credentials, ...disk.learnt].filter((each) => reachesInto(each, prefixes));

  /** What an asker lacks of credentials: after a digest that is another one, one page of them; here pages are small. */
  function lackedBy(
    said: CredentialsHeld | null,
    prefixes: readonly string[],
  ): { lacked: Credential[]; after: string | null } {
    const all = credentialsFor(prefixes).sort((a, b) => (a.serial < b.serial ? -1 : 1));
    if (said === null) return { lacked: [], after: null };
    if ('digest' in said) {
      const serials = all.map(({ serial }) => serial);
      return { lacked: [], after: serialsDigest(serials, sha256) === said.digest ? null : '' };
    }
    const within = all.filter(({ serial }) => serial > said.after && (said.until === null || serial <= said.until));
    const lacked = within.filter(({ serial }) => !said.serials.includes(serial));
    const page = lacked.slice(0, credentialsAtOnce);
    const last = page.at(-1)?.serial ?? null;
    return { lacked: page, after: lacked.length > page.length ? last : said.until };
  }

  /** What the hub holds of a laptop's logs when it changes its rights. */
  function heldBefore(replica: string): Pick<Credential, 'heldBefore'> {
    const logs = [...disk.logs.keys()].filter((log) => parseLogKey(log).replica === replica);
    if (logs.length === 0) return {};
    return { heldBefore: Object.fromEntries(logs.map((log) => [parseLogKey(log).partition, headOf(log).seq])) };
  }

  const issue = (rest: Omit<Credential, 'signature' | 'serial' | 'validFrom'>): Credential => {
    issued += 1;
    const unsigned = { ...rest, serial: `serial-${issued}`, validFrom: issued };
    const credential = { ...unsigned, signature: bytesToHex(pair.sign(credentialBytes(unsigned))) };
    disk.credentials = [...disk.credentials, credential];
    return credential;
  };

  /** Lets a laptop go on in the place of an earlier identity; null where another does already, or that one is not known here. */
  function succeed(succession: Succession): Credential | null {
    const { from, replica, publicKey, signature } = succession;
    const before = newest(from);
    const signed = successionBytes(pair.publicKey, succession);
    if (before === undefined) return null;
    if (!verifyWith(keys, before.publicKey, signed, hexToBytes(signature)))
      throw new Error('a succession that the old key did not sign');
    const successor = disk.successors.get(from);
    if (successor !== undefined) return successor === replica ? (newest(replica) ?? null) : null;
    disk.successors.set(from, replica);
    // What was written under rights that changed since may have to be written again: those before are issued as well.
    const [, ...earlier] = stillHonoured(newestFirst(credentialsOf(from)), clock.now);
    const rightsOf = ({ laptop, roles, partitions, validUntil, handOverUntil }: Credential) => ({
      replica,
      publicKey,
      laptop,
      roles,
      partitions,
      validUntil,
      ...(handOverUntil === undefined || handOverUntil <= clock.now ? {} : { handOverUntil }),
    });
    for (const each of earlier.reverse()) issue(rightsOf(each));
    return issue({ ...rightsOf(before), succeeds: from });
  }

  const markedHeads = (summary: Summary): { [log: string]: string } =>
    Object.fromEntries(Object.keys(summary).map((log) => [log, headMark(headOf(log).head)]));

  /** One turn of the exchange. */
  function turn(message: Uint8Array): Result<Uint8Array> {
    const brief = unframe(message, BriefRequest);
    if (brief.ok) {
      const { replica, partitions, digest } = brief.value.header;
      const serial = newest(replica)?.serial ?? '';
      const summary = summaryOf(seenBy(replica, partitions));
      const same = summaryDigest(summary, (log) => headOf(log).head, serial, sha256) === digest;
      return ok(frame({ protocol: protocolVersion, epoch: epoch(), same, time: clock.now, segments: [] }, []));
    }
    const asked = unframe(message, SyncRequest);
    if (!asked.ok) throw new Error(`a laptop sent nonsense: ${asked.error.code}`);
    const { header, segments } = asked.value;
    learn(header.writers ?? []);
    const { refusals, reached } = accept(segments);
    const told = toldTo(header.replica, seenBy(header.replica, header.partitions));
    const { lacked, after } = lackedBy(header.credentials, header.partitions);
    // Without all credentials of their writers the asker could not take them.
    const out =
      after === null
        ? outgoing(givenTo(header.replica, header.partitions), header.summary, segmentsAtOnce)
        : nothingYet;
    const answer: SyncResponse = {
      protocol: protocolVersion,
      epoch: epoch(),
      summary: { ...reached, ...told },
      heads: markedHeads(told),
      refusals,
      credentials: lacked,
      credentialsAfter: after,
      more: out.more,
      time: clock.now,
      laptops: [],
      segments: out.segments.map((each) => each.length),
    };
    return ok(frame(answer, out.segments));
  }

  return {
    publicKey: pair.publicKey,
    recipient: undefined,
    epoch,
    keyOf: (replica) => judging(replica)[0]?.publicKey ?? '',
    partitionsOf: (replica) => newest(replica)?.partitions ?? [],
    held: (log) => headOf(log).seq,
    summary: () => summaryOf(() => true),
    pieces: (log) => (disk.logs.get(log) ?? []).map((each) => each.bytes),

    standingOf(replica) {
      if (newest(replica) === undefined) return 'unknown';
      return disk.successors.has(replica) ? 'succeeded' : 'valid';
    },

    enrol(order) {
      const { replica, publicKey } = order;
      disk.successors.delete(replica);
      const rights = { laptop: order.name, roles: [order.role], partitions: [...order.prefixes], validUntil: 2 ** 45 };
      return issue({ replica, publicKey, ...rights, ...heldBefore(replica) });
    },

    grant(name, changed, isHandedOver) {
      const known = disk.credentials.findLast(
        ({ laptop, replica }) => laptop === name && !disk.successors.has(replica),
      );
      if (known === undefined) return;
      const { signature: _s, serial: _n, validFrom: _f, handOverUntil: _u, ...rights } = known;
      const handOver = isHandedOver ? { handOverUntil: clock.now + handOverMs } : {};
      issue({ ...rights, ...changed, ...heldBefore(known.replica), ...handOver });
    },
    /** docs/sync.md says little of what a hub does then that a laptop could see: the real one is asked (shut-out.ts). */
    revoke: null,
    succeed,

    turn,
    replay: (message) => void turn(message),

    takeParcel(bytes) {
      const read = readParcel(bytes);
      if (!read.ok || read.value.header.what !== 'exchange') return false;
      const { header, segments } = read.value;
      // Whoever asks by stick signs the parcel with the key that is to be let in.
      const { succession } = header;
      const isAdmitted = newest(header.writer) !== undefined;
      if (
        !isAdmitted &&
        succession?.replica === header.writer &&
        isParcelSigned(header, succession.publicKey, keys.verify)
      )
        succeed(succession);
      const credential = newest(header.writer);
      if (header.reader !== 'hub' || header.hubKey !== pair.publicKey || credential === undefined) return false;
      if (disk.successors.has(header.writer)) return false;
      if (!isParcelSigned(header, credential.publicKey, keys.verify)) return false;
      learn(header.credentials);
      const { reached } = accept(segments);
      const known = disk.peers.get(header.writer);
      const { summary, madeAt: at } = header;
      const said = known === undefined || at > known.at ? { summary, at } : known;
      disk.peers.set(header.writer, { ...said, reached: furthest(known?.reached ?? {}, reached) });
      return true;
    },

    parcelFor(replica) {
      const prefixes = newest(replica)?.partitions ?? [];
      const told = toldTo(replica, seenBy(replica, prefixes));
      const { summary: held = {}, reached = {} } = disk.peers.get(replica) ?? {};
      const out = outgoing(givenTo(replica, prefixes), held, Number.POSITIVE_INFINITY);
      return makeParcel(
        {
          what: 'exchange',
          hubKey: pair.publicKey,
          writer: 'hub',
          reader: replica,
          madeAt: clock.now,
          epoch: epoch(),
          summary: { ...reached, ...told },
          heads: markedHeads(told),
          credentials: credentialsFor(prefixes),
          succession: null,
          revoked: [],
          refusals: [],
          laptops: [],
          blobs: [],
          begins: {},
        },
        out.segments,
        pair.sign,
      );
    },

    backUp: () => ({ image: copyOf(disk) }),
    restore({ image: kept }) {
      const image = kept as HubDisk; // made by backUp above
      const known = new Set(image.credentials);
      const since = disk.credentials.filter((each) => !known.has(each) && !saidAnew.has(each.serial));
      disk = { ...copyOf(image), epoch: disk.epoch + 1 };
      for (const replica of new Set(disk.credentials.map((each) => each.replica))) {
        if (disk.successors.has(replica)) continue;
        const counting = withoutRepeated(stillHonoured(newestFirst(credentialsOf(replica)), clock.now));
        for (const { signature: _s, serial: _n, validFrom: _f, heldBefore: _h, ...rights } of counting.reverse())
          saidAnew.add(issue({ ...rights, ...heldBefore(replica) }).serial);
      }
      return since;
    },
    close: () => undefined,
  };
}
