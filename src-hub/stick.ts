/**
 * The hub's side of the exchange by parcels (specification: #shared/sync/parcel.ts): takes in what a stick brought from any
 * number of laptops and commissions, and writes an answer for every laptop it knows. Segments go the same way as over the
 * network. Everything may be repeated; a stick may end anywhere.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import { keyDigits } from '#shared/sync/invitation.ts';
import { blobRefusal } from '#shared/sync/blob-pieces.ts';
import { type Credential, protocolVersion, type Refusal } from '#shared/sync/messages.ts';
import {
  type BlobsParcel,
  type EnrolRequestParcel,
  type ExchangeParcel,
  isParcelSigned,
  makeParcel,
  readParcel,
} from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { furthest } from '#shared/sync/parcel-session.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { Blobs } from './blobs.ts';
import type { Credentials, Standing } from './credentials.ts';
import type { HubDb } from './db/database.ts';
import type { InvitationOrder } from './enrolment.ts';
import { sha256, verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { type Ledger, nothingMoved } from './ledger-queries.ts';
import type { LogArchive } from './log-archive.ts';
import { refusalReason } from './refusal-reason.ts';
import { sealTo, type SealKey } from './seal-key.ts';
import { type Answer, type Brought, createStickAnswers } from './stick-answers.ts';
import { createStickBlobs } from './stick-blobs.ts';
import { listParcels, readParcelFile, writeParcelFile } from './stick-files.ts';

/** What one stick brought and took along. */
export type StickReport = {
  /** By laptop, in the order of the files. */
  readonly taken: readonly Taken[];
  readonly enrolled: readonly Enrolled[];
  /** Files left alone, and why: `not-for-this-hub`, `revoked`, `packs/cut-off` … */
  readonly leftAlone: readonly { readonly path: string; readonly reason: string }[];
  readonly answers: readonly Answer[];
};

type ForHub = ExchangeParcel | BlobsParcel;
type CarriedFile = { readonly header: ForHub; readonly segments: Uint8Array[] };
/** What came of a stick for the answers to say; of each laptop's refused attachments once, by digest. */
type Outcome = {
  readonly brought: Map<string, Brought>;
  readonly refusedBlobs: Map<string, ReadonlyMap<string, Refusal>>;
};
type KnownStanding = Exclude<Standing, { state: 'unknown' }>;
type Taken = {
  readonly laptop: string;
  readonly ops: number;
  /** Attachments that became whole. */
  readonly attachments: number;
  /** Segments, and pieces of attachments. */
  readonly refused: number;
};

/** A laptop whose request was granted, and why the answer could not be written (`WrittenFile.cut`). */
export type Enrolled = { readonly laptop: string; readonly cut: string | null };

/** An enrolment request that the operator must grant by hand. */
export type OpenRequest = { readonly request: EnrolRequestParcel; readonly digits: string };

export type Stick = ReturnType<typeof createStick>;

export function createStick(deps: {
  db: HubDb;
  archive: LogArchive;
  blobs: Blobs;
  credentials: Credentials;
  ledger: Ledger;
  identity: HubIdentity;
  sealKey: SealKey;
  time: Time;
  logger: Logger;
}) {
  const { archive, credentials, ledger, identity, sealKey, time, logger } = deps;
  const attachments = createStickBlobs(deps);
  const answers = createStickAnswers({ ...deps, attachments });

  /**
   * Takes in everything for this hub, then writes the answers: what a stick brought is not lost because nothing can be written to it. What could
   * not be written the report says.
   */
  async function exchange(folder: string): Promise<StickReport> {
    const taken: Taken[] = [];
    const granted: { recipient: string; credential: Credential }[] = [];
    const leftAlone: { path: string; reason: string }[] = [];
    const outcome: Outcome = { brought: new Map(), refusedBlobs: new Map() };
    const gaps: CarriedFile[] = [];
    const refused: Succession[] = [];
    for (const path of await listParcels(folder)) {
      const read = await readForHub(path);
      if (!read.ok) {
        if (read.error.code !== 'hub/not-for-hub') leftAlone.push({ path, reason: refusalReason(read.error) });
        continue;
      }
      const { header, segments } = read.value;
      if (header.what === 'enrol-request') {
        const credential = await enrolWithCode(header);
        if (credential.ok) granted.push({ recipient: header.recipient, credential: credential.value });
        else leftAlone.push({ path, reason: refusalReason(credential.error) });
        continue;
      }
      const file = { header, segments };
      const one = await takeCarried(file, outcome);
      if (!one.ok) {
        if (header.what === 'exchange' && header.succession !== null) refused.push(header.succession);
        leftAlone.push({ path, reason: refusalReason(one.error) });
        continue;
      }
      taken.push(one.value.taken);
      if (one.value.hasGap) gaps.push(file);
    }
    // What came before its beginning: once more, now that all the rest is in.
    for (const file of gaps) {
      const again = await takeCarried(file, outcome);
      if (again.ok && again.value.taken.ops + again.value.taken.attachments > 0) taken.push(again.value.taken);
    }
    for (const [replica, entry] of outcome.brought)
      entry.refusals.push(...(outcome.refusedBlobs.get(replica)?.values() ?? []));
    const at = time.now();
    await ledger.recordVisits(
      [...outcome.brought].map(([replica, { summary, blobs, moved }]) => ({
        replica,
        at,
        appVersion: null,
        summary,
        stickBlobs: blobs,
        ...moved,
      })),
    );
    // First those who can do nothing without.
    const enrolled: Enrolled[] = [];
    for (const { recipient, credential } of granted)
      enrolled.push(await answerRequest(folder, recipient, credential, null));
    const written = await answers.write(folder, outcome.brought);
    for (const succession of refused) {
      const answer = await answers.refuse(folder, succession);
      if (answer !== null) written.push(answer);
    }
    const unwritten = [...enrolled, ...written].filter(({ cut }) => cut !== null).length;
    logger.info(
      {
        parcels: taken.length,
        enrolled: enrolled.length,
        leftAlone: leftAlone.length,
        answers: written.length,
        unwritten,
      },
      'hub/stick',
    );
    return { taken, enrolled, leftAlone, answers: written };
  }

  async function readForHub(
    path: string,
  ): Promise<Result<{ header: ForHub | EnrolRequestParcel; segments: Uint8Array[] }>> {
    const file = await readParcelFile(path);
    if (!file.ok) return file.error.code === 'packs/not-a-pack' ? err({ code: 'hub/not-for-hub' }) : file;
    if (file.value.path === 'request.json') return err({ code: 'hub/grant-by-hand' });
    const message = await sealKey.unseal(file.value.content);
    // Sealed to a laptop: an answer of an earlier visit.
    if (message === null) return err({ code: 'hub/not-for-hub' });
    const parcel = readParcel(message);
    if (!parcel.ok) return parcel;
    const { header, segments } = parcel.value;
    // The hub makes its own snapshots.
    const isForLaptops = header.what === 'enrol-answer' || header.what === 'snapshot';
    return isForLaptops ? err({ code: 'hub/not-for-hub' }) : ok({ header, segments });
  }

  async function takeCarried(
    { header, segments }: CarriedFile,
    outcome: Outcome,
  ): Promise<Result<{ taken: Taken; hasGap: boolean }>> {
    if (header.hubKey !== identity.publicKey) return err({ code: 'hub/other-hub' });
    // Who is known was let in before, and says it once more in case the hub has forgotten.
    const isKnown = (await credentials.standingOf(header.writer)).state !== 'unknown';
    if (header.what === 'exchange' && header.succession !== null && !isKnown) {
      const admitted = await succeed(header, header.succession);
      if (!admitted.ok) return admitted;
    }
    const standing = await credentials.standingOf(header.writer);
    if (standing.state === 'unknown') return err({ code: 'hub/unknown-laptop' });
    if (!isParcelSigned(header, standing.credential.publicKey, verifySignature)) return err({ code: 'hub/forged' });
    return header.what === 'exchange'
      ? takeExchange(header, segments, standing, outcome.brought)
      : takePieces(header, segments, standing, outcome.refusedBlobs);
  }

  async function takePieces(
    header: BlobsParcel,
    contents: readonly Uint8Array[],
    standing: KnownStanding,
    refusedBlobs: Outcome['refusedBlobs'],
  ): Promise<Result<{ taken: Taken; hasGap: boolean }>> {
    // That it was refused its exchange parcel tells.
    if (standing.state !== 'valid') return err({ code: `hub/${standing.state}` });
    const { whole, refused, hasGap } = await attachments.take(standing, header, contents);
    for (const { reason } of refused) await ledger.countRefusal(header.writer, reason);
    const told = new Map(refusedBlobs.get(header.writer));
    for (const { sha256: digest, reason } of refused) told.set(digest, blobRefusal(digest, reason));
    refusedBlobs.set(header.writer, told);
    const { laptop } = standing.credential;
    const taken = { laptop, ops: 0, attachments: whole, refused: refused.length };
    return ok({ taken, hasGap });
  }

  async function takeExchange(
    header: ExchangeParcel,
    segments: Uint8Array[],
    standing: KnownStanding,
    brought: Map<string, Brought>,
  ): Promise<Result<{ taken: Taken; hasGap: boolean }>> {
    const known = brought.get(header.writer);
    const isNewer = known === undefined || header.madeAt >= known.madeAt;
    const entry: Brought = {
      madeAt: isNewer ? header.madeAt : known.madeAt,
      summary: isNewer ? header.summary : known.summary,
      blobs: isNewer ? header.blobs : known.blobs,
      refusals: known?.refusals ?? [],
      reached: known?.reached ?? {},
      moved: known?.moved ?? nothingMoved,
      isShutOut: standing.state === 'revoked' || standing.state === 'succeeded',
    };
    brought.set(header.writer, entry);
    if (entry.isShutOut) {
      await ledger.countRefusal(header.writer, standing.state);
      return err({ code: `hub/${standing.state}` });
    }
    await credentials.learn(header.credentials);
    const accepted = await archive.accept(segments, credentials.writerOf, header.writer);
    const refusals = accepted.refusals.filter((refusal) => refusal.reason !== 'gap');
    for (const refusal of refusals) await ledger.countRefusal(header.writer, refusal.reason);
    entry.refusals.push(...refusals);
    const { moved } = entry;
    brought.set(header.writer, {
      ...entry,
      reached: furthest(entry.reached, accepted.reached),
      moved: { ...moved, opsIn: moved.opsIn + accepted.ops, bytesIn: moved.bytesIn + accepted.bytes },
    });
    // Goes back with the answer: a laptop without a line is as much a laptop.
    if (standing.state === 'valid') await credentials.renew(standing.credential);
    const { laptop } = standing.credential;
    const taken = { laptop, ops: accepted.ops, attachments: 0, refused: refusals.length };
    return ok({ taken, hasGap: refusals.length < accepted.refusals.length });
  }

  /** Lets a laptop in under its new identity, before anything else of its parcel. Failures: those of `Credentials.succeed`. */
  async function succeed(header: ExchangeParcel, succession: Succession): Promise<Result<null>> {
    const isOwn = succession.replica === header.writer;
    if (!isOwn || !isParcelSigned(header, succession.publicKey, verifySignature)) return err({ code: 'hub/forged' });
    const credential = await credentials.succeed(succession);
    if (credential.ok) return ok(null);
    const { laptop } = credential.error;
    if (typeof laptop === 'string') await ledger.countRefusal(laptop, refusalReason(credential.error));
    return credential;
  }

  /** Enrols whoever sends a request that carries an invitation's code. Failures: those of `enrol`. */
  async function enrolWithCode(request: EnrolRequestParcel): Promise<Result<Credential>> {
    return request.code === null ? err({ code: 'hub/grant-by-hand' }) : enrol(request, request.code);
  }

  /** The same laptop with the same code may ask again, as after an answer that could not be written. Failures: those of `enrol`. */
  async function enrol(request: EnrolRequestParcel, code: string): Promise<Result<Credential>> {
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
    // It came by stick and holds no attachments yet.
    await ledger.recordVisits([
      { replica, at: time.now(), appVersion: null, summary: null, stickBlobs: [], ...nothingMoved },
    ]);
    logger.info({ replica, serial: enrolled.value.serial }, 'hub/enrolled-by-stick');
    return enrolled;
  }

  async function answerRequest(
    folder: string,
    recipient: string,
    credential: Credential,
    address: string | null,
  ): Promise<Enrolled> {
    const message = makeParcel(
      {
        what: 'enrol-answer',
        hubName: identity.name,
        hubKey: identity.publicKey,
        hubRecipient: sealKey.recipient,
        address,
        epoch: identity.epoch,
        credential,
      },
      [],
      identity.sign,
    );
    const path = join(folder, packFolder, parcelName('hub-enrolment', credential.replica, 1, sha256));
    const { cut } = await writeParcelFile(path, 'parcel.age', await sealTo(recipient, message));
    return { laptop: credential.laptop, cut };
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
  ): Promise<Result<Enrolled>> {
    const code = await credentials.invite({ ...order, partitions: [request.partition], days: 1 });
    const credential = await enrol(request, code);
    if (!credential.ok) return credential;
    return ok(await answerRequest(folder, request.recipient, credential.value, address));
  }

  /** Six digits of the hub's key, for a person at a laptop to compare. */
  const digits = (): string => keyDigits(identity.publicKey, sha256);

  return { exchange, readRequest, grant, digits };
}
