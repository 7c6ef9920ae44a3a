/**
 * The hub's answers on a stick: one for every laptop with a key to seal to, records of all first, then attachments for as long as there is
 * room. A laptop that is shut out is told so if it brought something, and gets nothing else.
 */
import { join } from 'node:path';
import { isWithin } from '#shared/access/partitions.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import { BlobsNamed, maxBlobsNamed } from '#shared/sync/blob-pieces.ts';
import type { BlobOffer } from '#shared/sync/hub-http.ts';
import { type Credential, headMark, logKey, type Refusal, Summary } from '#shared/sync/messages.ts';
import { makeParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { Blobs } from './blobs.ts';
import type { Credentials, ListedLaptop } from './credentials.ts';
import type { HubDb } from './db/database.ts';
import { sha256 } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import type { LogArchive } from './log-archive.ts';
import { sealTo } from './seal-key.ts';
import type { StickBlobs } from './stick-blobs.ts';
import { freeBytes, removeOlderParts, writeParcelFile } from './stick-files.ts';

/** What the answers of this stick must say to a laptop that brought something. */
export type Brought = {
  readonly madeAt: number;
  readonly summary: Summary;
  /** Attachments it holds. */
  readonly blobs: readonly string[];
  readonly refusals: Refusal[];
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
};

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

  /** Tells a laptop that may not succeed the one it was, by what has become of that one. */
  async function refuse(folder: string, { replica, recipient, from }: Succession): Promise<void> {
    const standing = await credentials.standingOf(from);
    if (recipient === undefined || (standing.state !== 'succeeded' && standing.state !== 'revoked')) return;
    const { paths } = await writeAnswer(
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
    await removeOlderParts(paths);
  }

  /** Rejects with the file system's error when it cannot write. */
  async function write(folder: string, brought: ReadonlyMap<string, Brought>): Promise<Answer[]> {
    const answers: Answer[] = [];
    const waiting: { answer: Answer; paths: string[]; credential: Credential; lacked: BlobOffer[] }[] = [];
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
      const { paths, ...counts } = written;
      const answer: Answer = { laptop: laptop.laptop, ...counts, attachments: 0, left: 0 };
      const lacked = isShutOut ? [] : await lackedBlobs(standing.credential);
      if (lacked.length === 0) answers.push(answer);
      else waiting.push({ answer, paths, credential: standing.credential, lacked });
      await removeOlderParts(paths);
    }
    // Records of all come first; then what there is room for, beginning with those who have come.
    waiting.sort((a, b) => Number(brought.has(b.credential.replica)) - Number(brought.has(a.credential.replica)));
    for (const { answer, paths, credential, lacked } of waiting)
      answers.push(await addAttachments(folder, answer, paths, credential, lacked));
    return answers;
  }

  /** What a laptop lacks of attachments; nothing of one that fetches them over the line. */
  async function lackedBlobs(credential: Credential): Promise<BlobOffer[]> {
    const row = await db
      .selectFrom('replica')
      .select('stick_blobs')
      .where('id', '=', credential.replica)
      .executeTakeFirst();
    const held = row?.stick_blobs ?? null;
    return held === null ? [] : attachments.lackedBy(credential, BlobsNamed.parse(JSON.parse(held)));
  }

  /** Writes parcels with attachments behind those with records, for as long as there is room. */
  async function addAttachments(
    folder: string,
    answer: Answer,
    paths: readonly string[],
    credential: Credential,
    lacked: readonly BlobOffer[],
  ): Promise<Answer> {
    const { parcels } = attachments.compose(credential, lacked, await freeBytes(folder));
    let { bytes } = answer;
    let whole = 0;
    let number = paths.length;
    for await (const parcel of parcels) {
      number += 1;
      const path = join(folder, packFolder, parcelName('hub', credential.replica, number, sha256));
      const sealed = await sealTo(credential.recipient ?? '', parcel.message);
      bytes += await writeParcelFile(path, 'parcel.age', sealed);
      whole += parcel.whole;
    }
    return { ...answer, bytes, attachments: whole, left: lacked.length - whole };
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
  ): Promise<{ segments: number; bytes: number; paths: string[] }> {
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
    const blobsHere = said.isShutOut ? [] : (await blobs.within(partitions, maxBlobsNamed)).map(({ sha256 }) => sha256);
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
          blobs: blobsHere,
          begins: {},
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
    return { segments, bytes, paths };
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
