/**
 * The hub's side of the exchange by parcels (specification: #shared/sync/parcel.ts): takes in what a stick brought from any
 * number of laptops and commissions, and writes an answer for every laptop it knows. Segments go the same way as over the
 * network. Everything may be repeated; a stick may end anywhere.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { isWithin } from '#shared/access/partitions.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import { keyDigits } from '#shared/sync/invitation.ts';
import { Credential, headMark, logKey, protocolVersion, type Refusal, Summary } from '#shared/sync/messages.ts';
import {
  type EnrolRequestParcel,
  type ExchangeParcel,
  isParcelSigned,
  makeParcel,
  readParcel,
} from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { Credentials, InvitationOrder, ListedLaptop } from './credentials.ts';
import type { HubDb } from './db/database.ts';
import { sha256, verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import type { Ledger } from './ledger-queries.ts';
import type { LogArchive } from './log-archive.ts';
import { sealTo, type SealKey } from './seal-key.ts';
import { listParcels, readParcelFile, removeOlderParts, writeParcelFile } from './stick-files.ts';

/** What one stick brought and took along. */
export type StickReport = {
  /** By laptop, in the order of the files. */
  readonly taken: readonly { readonly laptop: string; readonly ops: number; readonly refused: number }[];
  readonly enrolled: readonly string[];
  /** Files left alone, and why: `not-for-this-hub`, `revoked`, `packs/cut-off` … */
  readonly leftAlone: readonly { readonly path: string; readonly reason: string }[];
  readonly answers: readonly { readonly laptop: string; readonly segments: number; readonly bytes: number }[];
};

/** An enrolment request that the operator must grant by hand. */
export type OpenRequest = { readonly request: EnrolRequestParcel; readonly digits: string };

export type Stick = ReturnType<typeof createStick>;

type Taken = { laptop: string; ops: number; refused: number };
/** What the answers of this stick must say to a laptop. */
type Brought = {
  madeAt: number;
  summary: Summary;
  refusals: Refusal[];
  /** It gets nothing but the reason: it is revoked, or another goes on in its place. */
  isShutOut: boolean;
};

export function createStick(deps: {
  db: HubDb;
  archive: LogArchive;
  credentials: Credentials;
  ledger: Ledger;
  identity: HubIdentity;
  sealKey: SealKey;
  time: Time;
  logger: Logger;
}) {
  const { db, archive, credentials, ledger, identity, sealKey, time, logger } = deps;

  /** Takes in everything for this hub and writes the answers. Rejects with the file system's error when it cannot write. */
  async function exchange(folder: string): Promise<StickReport> {
    const taken: Taken[] = [];
    const enrolled: string[] = [];
    const leftAlone: { path: string; reason: string }[] = [];
    const brought = new Map<string, Brought>();
    const gaps: ExchangeFile[] = [];
    const refused: Succession[] = [];
    for (const path of await listParcels(folder)) {
      const read = await readForHub(path);
      if (!read.ok) {
        if (read.error.code !== 'hub/not-for-hub') leftAlone.push({ path, reason: withoutDomain(read.error.code) });
        continue;
      }
      const { header, segments } = read.value;
      if (header.what === 'enrol-request') {
        const answered = await answerWithCode(folder, header);
        if (answered.ok) enrolled.push(answered.value);
        else leftAlone.push({ path, reason: withoutDomain(answered.error.code) });
        continue;
      }
      const one = await takeExchange({ path, header, segments }, brought);
      if (!one.ok && header.succession !== null) refused.push(header.succession);
      if (!one.ok) {
        leftAlone.push({ path, reason: withoutDomain(one.error.code) });
        continue;
      }
      taken.push(one.value.taken);
      if (one.value.hasGap) gaps.push({ path, header, segments });
    }
    // What came before its beginning: once more, now that all the rest is in.
    for (const file of gaps) {
      const again = await takeExchange(file, brought);
      if (again.ok && again.value.taken.ops > 0) taken.push(again.value.taken);
    }
    for (const [replica, { summary }] of brought) await credentials.touch(replica, null, summary);
    const answers = await writeAnswers(folder, brought);
    for (const succession of refused) await writeRefusal(folder, succession);
    logger.info(
      { parcels: taken.length, enrolled: enrolled.length, leftAlone: leftAlone.length, answers: answers.length },
      'hub/stick',
    );
    return { taken, enrolled, leftAlone, answers };
  }

  type ExchangeFile = { path: string; header: ExchangeParcel; segments: Uint8Array[] };

  async function readForHub(
    path: string,
  ): Promise<Result<{ header: ExchangeParcel | EnrolRequestParcel; segments: Uint8Array[] }>> {
    const file = await readParcelFile(path);
    if (!file.ok) return file.error.code === 'packs/not-a-pack' ? err({ code: 'hub/not-for-hub' }) : file;
    if (file.value.path === 'request.json') return err({ code: 'hub/grant-by-hand' });
    const message = await sealKey.unseal(file.value.content);
    // Sealed to a laptop: an answer of an earlier visit.
    if (message === null) return err({ code: 'hub/not-for-hub' });
    const parcel = readParcel(message);
    if (!parcel.ok) return parcel;
    const { header, segments } = parcel.value;
    return header.what === 'enrol-answer' ? err({ code: 'hub/not-for-hub' }) : ok({ header, segments });
  }

  async function takeExchange(
    { header, segments }: ExchangeFile,
    brought: Map<string, Brought>,
  ): Promise<Result<{ taken: Taken; hasGap: boolean }>> {
    if (header.hubKey !== identity.publicKey) return err({ code: 'hub/other-hub' });
    if (header.succession !== null) {
      const admitted = await succeed(header, header.succession);
      if (!admitted.ok) return admitted;
    }
    const standing = await credentials.standingOf(header.writer);
    if (standing.state === 'unknown') return err({ code: 'hub/unknown-laptop' });
    if (!isParcelSigned(header, standing.credential.publicKey, verifySignature)) return err({ code: 'hub/forged' });
    const known = brought.get(header.writer);
    const isNewer = known === undefined || header.madeAt >= known.madeAt;
    const entry: Brought = {
      madeAt: isNewer ? header.madeAt : known.madeAt,
      summary: isNewer ? header.summary : known.summary,
      refusals: known?.refusals ?? [],
      isShutOut: standing.state === 'revoked' || standing.state === 'succeeded',
    };
    brought.set(header.writer, entry);
    if (standing.state === 'revoked' || standing.state === 'succeeded') {
      await ledger.countRefusal(header.writer, standing.state);
      return err({ code: `hub/${standing.state}` });
    }
    const accepted = await archive.accept(segments, (replica) => credentials.standingOf(replica), header.writer);
    const refusals = accepted.refusals.filter((refusal) => refusal.reason !== 'gap');
    for (const refusal of refusals) await ledger.countRefusal(header.writer, refusal.reason);
    entry.refusals.push(...refusals);
    if (accepted.ops > 0) {
      await ledger.recordExchange({
        replica: header.writer,
        opsIn: accepted.ops,
        bytesIn: accepted.bytes,
        segmentsOut: 0,
        bytesOut: 0,
      });
    }
    // Goes back with the answer: a laptop without a line is as much a laptop.
    if (standing.state === 'valid') await credentials.renew(standing.credential);
    const taken = { laptop: standing.credential.laptop, ops: accepted.ops, refused: refusals.length };
    return ok({ taken, hasGap: refusals.length < accepted.refusals.length });
  }

  /** Lets a laptop in under its new identity, before anything else of its parcel. Failures: those of `Credentials.succeed`. */
  async function succeed(header: ExchangeParcel, succession: Succession): Promise<Result<null>> {
    const isOwn = succession.replica === header.writer;
    if (!isOwn || !isParcelSigned(header, succession.publicKey, verifySignature)) return err({ code: 'hub/forged' });
    const credential = await credentials.succeed(succession);
    if (credential.ok) return ok(null);
    const { laptop } = credential.error;
    if (typeof laptop === 'string') await ledger.countRefusal(laptop, withoutDomain(credential.error.code));
    return credential;
  }

  /** Tells a laptop that may not succeed the one it was, by what has become of that one. */
  async function writeRefusal(folder: string, { replica, recipient, from }: Succession): Promise<void> {
    const standing = await credentials.standingOf(from);
    if (recipient === undefined || (standing.state !== 'succeeded' && standing.state !== 'revoked')) return;
    await writeAnswer(
      folder,
      { id: replica },
      { partitions: [], recipient },
      {
        isShutOut: true,
        successor: standing.state === 'succeeded' ? standing.successor : null,
        revoked: standing.state === 'revoked' ? [standing.credential.serial] : [],
        refusals: [],
        laptops: [],
      },
    );
  }

  /** One answer for every laptop with a key to seal to; one that is shut out is told so if it brought something. */
  async function writeAnswers(folder: string, brought: ReadonlyMap<string, Brought>): Promise<StickReport['answers']> {
    const answers: { laptop: string; segments: number; bytes: number }[] = [];
    const laptops = await credentials.list();
    const revoked = await revokedSerials();
    for (const laptop of laptops) {
      const standing = await credentials.standingOf(laptop.id);
      if (standing.state === 'unknown' || standing.credential.recipient === undefined) continue;
      const isShutOut = standing.state === 'revoked' || standing.state === 'succeeded';
      if (isShutOut && brought.get(laptop.id)?.isShutOut !== true) continue;
      const written = await writeAnswer(folder, laptop, standing.credential, {
        isShutOut,
        successor: standing.state === 'succeeded' ? standing.successor : null,
        revoked,
        refusals: brought.get(laptop.id)?.refusals ?? [],
        laptops: laptops.filter((each) => each.revoked_at === null),
      });
      answers.push({ laptop: laptop.laptop, ...written });
    }
    return answers;
  }

  async function writeAnswer(
    folder: string,
    laptop: Pick<ListedLaptop, 'id'>,
    credential: Pick<Credential, 'partitions' | 'recipient'>,
    said: {
      isShutOut: boolean;
      successor: Credential | null;
      revoked: string[];
      refusals: Refusal[];
      laptops: ListedLaptop[];
    },
  ): Promise<{ segments: number; bytes: number }> {
    const { partitions, recipient = '' } = credential;
    const logs = await archive.visible(laptop.id, partitions);
    const own = logs.filter((log) => log.replica === laptop.id);
    const current = (await db.selectFrom('replica').select('summary').where('id', '=', laptop.id).executeTakeFirst())
      ?.summary;
    let held: Summary = current === null || current === undefined ? {} : Summary.parse(JSON.parse(current));
    const credentialsHere = said.isShutOut
      ? said.successor === null
        ? []
        : [said.successor]
      : (await credentials.within(partitions)).slice(0, 2000);
    const paths: string[] = [];
    let [segments, bytes] = [0, 0];
    for (let more = true; more; ) {
      const outgoing = said.isShutOut
        ? { segments: [], more: false }
        : await archive.beyond({ replica: laptop.id, partitions }, logs, held);
      const message = makeParcel(
        {
          what: 'exchange',
          hubKey: identity.publicKey,
          writer: 'hub',
          reader: laptop.id,
          madeAt: time.now(),
          epoch: identity.epoch,
          summary: Object.fromEntries(
            (said.isShutOut ? own : logs).map((log) => [logKey(log.replica, log.partition), log.head_seq]),
          ),
          heads: Object.fromEntries(
            (said.isShutOut ? own : logs).map((log) => [logKey(log.replica, log.partition), headMark(log.head)]),
          ),
          credentials: credentialsHere,
          succession: null,
          revoked: said.revoked,
          refusals: said.refusals.slice(0, 1000),
          laptops: said.isShutOut
            ? []
            : said.laptops
                .filter((each) => partitions.some((prefix) => isWithin(each.partition, prefix)))
                .slice(0, 2000)
                .map((each) => ({ replica: each.id, name: each.laptop, lastContactAt: each.last_contact_at })),
        },
        outgoing.segments,
        identity.sign,
      );
      const name = parcelName('hub', laptop.id, paths.length + 1, sha256);
      const path = join(folder, packFolder, name);
      bytes += await writeParcelFile(path, 'parcel.age', await sealTo(recipient, message));
      paths.push(path);
      segments += outgoing.segments.length;
      held = { ...held, ...endsOf(outgoing.segments) };
      more = outgoing.more;
    }
    await removeOlderParts(paths);
    return { segments, bytes };
  }

  async function revokedSerials(): Promise<string[]> {
    const rows = await db
      .selectFrom('credential')
      .select('serial')
      .where('revoked_at', 'is not', null)
      // Of one that was succeeded its successor's credential says so, and what it wrote is still handed on.
      .where('replica', 'not in', (select) =>
        select.selectFrom('replica').select('id').where('succeeded_by', 'is not', null),
      )
      .orderBy('revoked_at', 'desc')
      .limit(5000)
      .execute();
    return rows.map(({ serial }) => serial);
  }

  /** Answers a request that carries an invitation's code; gives the laptop's name. Failures: those of `enrol`. */
  async function answerWithCode(folder: string, request: EnrolRequestParcel): Promise<Result<string>> {
    if (request.code === null) return err({ code: 'hub/grant-by-hand' });
    return answerRequest(folder, request, request.code, null);
  }

  async function answerRequest(
    folder: string,
    request: EnrolRequestParcel,
    code: string,
    address: string | null,
  ): Promise<Result<string>> {
    if (!isParcelSigned(request, request.publicKey, verifySignature)) return err({ code: 'hub/forged' });
    const { replica, publicKey, recipient, partition, role } = request;
    const enrolled = await credentials.enrol({
      protocol: protocolVersion,
      code,
      replica,
      publicKey,
      recipient,
      partition,
      role,
    });
    if (!enrolled.ok) return enrolled;
    const message = makeParcel(
      {
        what: 'enrol-answer',
        hubName: identity.name,
        hubKey: identity.publicKey,
        hubRecipient: sealKey.recipient,
        address,
        epoch: identity.epoch,
        credential: enrolled.value,
      },
      [],
      identity.sign,
    );
    const name = parcelName('hub-enrolment', replica, 1, sha256);
    await writeParcelFile(join(folder, packFolder, name), 'parcel.age', await sealTo(recipient, message));
    logger.info({ replica, serial: enrolled.value.serial }, 'hub/enrolled-by-stick');
    return ok(enrolled.value.laptop);
  }

  /** Reads a request that lies open. Failures: those of the file, `hub/not-a-request`, `hub/forged`. */
  async function readRequest(path: string): Promise<Result<OpenRequest>> {
    const file = await readParcelFile(path);
    if (!file.ok) return file;
    if (file.value.path !== 'request.json') return err({ code: 'hub/not-a-request' });
    const parcel = readParcel(file.value.content);
    if (!parcel.ok) return parcel;
    const { header } = parcel.value;
    if (header.what !== 'enrol-request') return err({ code: 'hub/not-a-request' });
    if (!isParcelSigned(header, header.publicKey, verifySignature)) return err({ code: 'hub/forged' });
    return ok({ request: header, digits: keyDigits(header.publicKey, sha256) });
  }

  /** Grants an open request: the answer is written onto the stick. Failures: those of `enrol`. */
  async function grant(
    folder: string,
    { request }: OpenRequest,
    order: Omit<InvitationOrder, 'partitions' | 'days'>,
    address: string | null,
  ): Promise<Result<string>> {
    const code = await credentials.invite({ ...order, partitions: [request.partition], days: 1 });
    return answerRequest(folder, request, code, address);
  }

  /** Six digits of the hub's key, for a person at a laptop to compare. */
  const digits = (): string => keyDigits(identity.publicKey, sha256);

  return { exchange, readRequest, grant, digits };
}

/** Where each log ends after these segments. */
function endsOf(segments: readonly Uint8Array[]): Summary {
  const ends: Summary = {};
  for (const bytes of segments) {
    const read = readSegmentHeader(bytes);
    if (read.ok) ends[logKey(read.value.header.replica, read.value.header.partition)] = read.value.header.to;
  }
  return ends;
}

function withoutDomain(code: string): string {
  return code.replace(/^hub\//, '');
}
