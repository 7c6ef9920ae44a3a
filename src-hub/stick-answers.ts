/**
 * The hub's answers on a stick: one for every laptop with a key to seal to, records of all first, then attachments for as long as there is
 * room. A laptop that is shut out is told so if it brought something, and gets nothing else.
 */
import { join } from 'node:path';
import type { Time } from '#shared/kernel/ports.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import { BlobsNamed, maxReferencesNamed, nameReferences } from '#shared/sync/blob-pieces.ts';
import type { BlobOffer } from '#shared/sync/hub-http.ts';
import { type Credential, logKey, type Refusal, Summary } from '#shared/sync/messages.ts';
import { type ExchangeParcel, makeParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { Blobs } from './blobs.ts';
import type { Credentials, ListedLaptop, Standing } from './credentials.ts';
import type { HubDb } from './db/database.ts';
import type { LogTable } from './db/schema.ts';
import { sha256 } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import type { Moved } from './ledger-queries.ts';
import { answerBytes, headsOf, type LogArchive, summaryOf } from './log-archive.ts';
import { sealTo } from './seal-key.ts';
import type { StickBlobs } from './stick-blobs.ts';
import { freeBytes, removeOlderParts, writeParcelFile, type WrittenFile } from './stick-files.ts';

/** What the answers of this stick must say to a laptop that brought something. */
export type Brought = {
  readonly madeAt: number;
  readonly summary: Summary;
  /** Attachments it holds. */
  readonly blobs: readonly string[];
  readonly refusals: Refusal[];
  /** Of the logs it brought segments of: how far what came is held (log-archive.ts). */
  readonly reached: Summary;
  /** What came of it so far. */
  readonly moved: Moved;
  /** It gets nothing but the reason: it is revoked, or another goes on in its place. */
  readonly isShutOut: boolean;
};

/** What was written for one laptop. */
export type Answer = {
  readonly laptop: string;
  readonly segments: number;
  readonly bytes: number;
  readonly attachments: number;
  /** Attachments the stick had no room for. */
  readonly left: number;
  /** Why the rest could not be written, as `WrittenFile.cut`; null where there is no rest. */
  readonly cut: string | null;
};

type Reader = { readonly replica: string; readonly recipient: string };
type Said = Pick<ExchangeParcel, 'revoked' | 'refusals'> & { readonly reached: Summary };
type Written = Pick<Answer, 'segments' | 'bytes' | 'cut'> & { readonly paths: readonly string[] };

export function createStickAnswers(deps: {
  db: HubDb;
  archive: LogArchive;
  blobs: Blobs;
  attachments: StickBlobs;
  credentials: Credentials;
  identity: HubIdentity;
  time: Time;
}) {
  const { db, archive, blobs, attachments, credentials, identity, time } = deps;

  /** Tells a laptop that may not succeed the one it was, by what has become of that one; null where there is nothing to tell. */
  async function refuse(folder: string, { replica, recipient, from }: Succession): Promise<Answer | null> {
    const standing = await credentials.standingOf(from);
    if (recipient === undefined || (standing.state !== 'succeeded' && standing.state !== 'revoked')) return null;
    const revoked = standing.state === 'revoked' ? [standing.credential.serial] : [];
    const said = { revoked, refusals: [], reached: {} };
    const { paths, ...counts } = await shutOut(folder, { replica, recipient }, standing, said);
    await removeOlderParts(paths);
    return { laptop: standing.credential.laptop, ...counts, attachments: 0, left: 0 };
  }

  /** Goes on where one cannot be written: a smaller one may still find room. */
  async function write(folder: string, brought: ReadonlyMap<string, Brought>): Promise<Answer[]> {
    const answers: Answer[] = [];
    const waiting: { answer: Answer; parcels: number; reader: Reader; credential: Credential; lacked: BlobOffer[] }[] =
      [];
    const revoked = await revokedSerials();
    for (const laptop of await credentials.list()) {
      const standing = await credentials.standingOf(laptop.id);
      if (standing.state === 'unknown' || standing.credential.recipient === undefined) continue;
      const { credential } = standing;
      const reader = { replica: laptop.id, recipient: standing.credential.recipient };
      const isShutOut = standing.state === 'revoked' || standing.state === 'succeeded';
      if (isShutOut && brought.get(laptop.id)?.isShutOut !== true) continue;
      const { refusals = [], reached = {} } = brought.get(laptop.id) ?? {};
      const said = { revoked, refusals: refusals.slice(0, 1000), reached };
      const { paths, ...counts } = isShutOut
        ? await shutOut(folder, reader, standing, said)
        : await bringUpToDate(folder, reader, laptop, credential.partitions, said);
      const answer: Answer = { laptop: laptop.laptop, ...counts, attachments: 0, left: 0 };
      const lacked = isShutOut || counts.cut !== null ? [] : await lackedBlobs(laptop, credential);
      if (lacked.length === 0) answers.push(answer);
      else waiting.push({ answer, parcels: paths.length, reader, credential, lacked });
      if (counts.cut === null) await removeOlderParts(paths);
    }
    // Records of all come first; then what there is room for, beginning with those who have come.
    waiting.sort((a, b) => Number(brought.has(b.reader.replica)) - Number(brought.has(a.reader.replica)));
    for (const { answer, parcels, reader, credential, lacked } of waiting) {
      const added = await addAttachments(folder, reader, parcels, credential, lacked);
      answers.push({ ...answer, ...added, bytes: answer.bytes + added.bytes });
    }
    return answers;
  }

  /** What a laptop lacks of attachments; nothing of one that fetches them over the line. */
  async function lackedBlobs({ stick_blobs: held }: ListedLaptop, credential: Credential): Promise<BlobOffer[]> {
    return held === null ? [] : attachments.lackedBy(credential, BlobsNamed.parse(JSON.parse(held)));
  }

  /** Writes parcels with attachments behind those with records, `parcels` of them, for as long as there is room. */
  async function addAttachments(
    folder: string,
    reader: Reader,
    parcels: number,
    credential: Credential,
    lacked: readonly BlobOffer[],
  ): Promise<Pick<Answer, 'bytes' | 'attachments' | 'left' | 'cut'>> {
    let [bytes, whole, number] = [0, 0, parcels];
    let cut: string | null = null;
    for await (const parcel of attachments.compose(credential, lacked, await freeBytes(folder))) {
      number += 1;
      const written = await put(folder, reader, number, parcel.message);
      ({ cut } = written);
      if (cut !== null) break;
      bytes += written.bytes;
      whole += parcel.whole;
    }
    return { bytes, attachments: whole, left: lacked.length - whole, cut };
  }

  /** One parcel that says no more than why: who goes on in its place, or that it is revoked, and what is held of its own. */
  async function shutOut(folder: string, reader: Reader, standing: Standing, said: Said): Promise<Written> {
    const own = await archive.visible(reader.replica, []);
    const message = exchangeParcel(reader, own, [], {
      ...said,
      credentials: standing.state === 'succeeded' ? [standing.successor] : [],
      laptops: [],
      blobs: [],
    });
    const { path, bytes, cut } = await put(folder, reader, 1, message);
    return { segments: 0, bytes, paths: [path], cut };
  }

  /** All that is new to a laptop, in as many parcels as it takes. */
  async function bringUpToDate(
    folder: string,
    reader: Reader,
    { summary }: ListedLaptop,
    partitions: readonly string[],
    said: Said,
  ): Promise<Written> {
    const { replica } = reader;
    const logs = await archive.visible(replica, partitions);
    const told = [...logs, ...(await archive.ofBefore(replica))];
    const around = {
      ...said,
      credentials: (await credentials.within(partitions)).slice(0, 2000),
      laptops: await credentials.laptopsWithin(partitions),
      blobs: nameReferences(await blobs.references(partitions, maxReferencesNamed), sha256),
    };
    let held: Summary = summary === null ? {} : Summary.parse(JSON.parse(summary));
    const paths: string[] = [];
    let [segments, bytes] = [0, 0];
    for (let more = true; more; ) {
      const outgoing = await archive.beyond({ replica, partitions }, logs, held, answerBytes);
      const message = exchangeParcel(reader, told, outgoing.segments, around);
      const written = await put(folder, reader, paths.length + 1, message);
      if (written.cut !== null) return { segments, bytes, paths, cut: written.cut };
      bytes += written.bytes;
      paths.push(written.path);
      segments += outgoing.segments.length;
      held = { ...held, ...endsOf(outgoing.segments) };
      more = outgoing.more;
    }
    return { segments, bytes, paths, cut: null };
  }

  function exchangeParcel(
    reader: Reader,
    logs: readonly LogTable[],
    segments: readonly Uint8Array[],
    { reached, ...around }: Said & Pick<ExchangeParcel, 'credentials' | 'laptops' | 'blobs'>,
  ): Uint8Array {
    return makeParcel(
      {
        what: 'exchange',
        hubKey: identity.publicKey,
        writer: 'hub',
        reader: reader.replica,
        madeAt: time.now(),
        epoch: identity.epoch,
        summary: { ...reached, ...summaryOf(logs) },
        heads: headsOf(logs),
        succession: null,
        begins: {},
        ...around,
      },
      segments,
      identity.sign,
    );
  }

  /** Writes the parcel of this number for a laptop; answers its path, and how long the file is, or why there is none. */
  async function put(
    folder: string,
    { replica, recipient }: Reader,
    number: number,
    message: Uint8Array,
  ): Promise<WrittenFile & { path: string }> {
    const path = join(folder, packFolder, parcelName('hub', replica, number, sha256));
    return { path, ...(await writeParcelFile(path, 'parcel.age', await sealTo(recipient, message))) };
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
    const learnt = await db
      .selectFrom('learnt_credential')
      .select('serial')
      .where('replica', 'in', (select) => select.selectFrom('revoked_identity').select('revoked_identity.replica'))
      .limit(5000 - rows.length)
      .execute();
    return [...rows, ...learnt].map(({ serial }) => serial);
  }

  return { write, refuse };
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
