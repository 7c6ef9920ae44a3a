/** A hub without its HTTP, in this process, and laptops with real stores on files that can be copied: for what happens between them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import pino from 'pino';
import { afterEach, beforeEach, expect } from 'vitest';
import { createLogStore } from '#core/store/log-store.ts';
import { createStickStore } from '#core/store/stick-store.ts';
import { loadSealKey, sealTo } from '#core/sync/parcel-seal.ts';
import { wrapForStick, writeStickFile } from '#core/sync/stick-files.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { verifyByKey } from '#core/store/identity.ts';
import { readParcelFile, scanPlace } from '#core/sync/stick-scan.ts';
import { createFolderBlobStore } from '#hub/blob-store.ts';
import { createBlobs } from '#hub/blobs.ts';
import { createCredentials } from '#hub/credentials.ts';
import { openDatabase } from '#hub/db/database.ts';
import { createExchangeRoute } from '#hub/exchange-route.ts';
import { ensureIdentity } from '#hub/identity.ts';
import { createLedger } from '#hub/ledger-queries.ts';
import { createLogArchive } from '#hub/log-archive.ts';
import { createLogWatch } from '#hub/log-watch.ts';
import { createMetrics } from '#hub/metrics.ts';
import { ensureSealKey } from '#hub/seal-key.ts';
import { createStick } from '#hub/stick.ts';
import { createVisits } from '#hub/visits.ts';
import type { Role } from '#shared/access/roles.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { err, type Result } from '#shared/kernel/result.ts';
import { exchange, type ExchangeOutcome, type Transport } from '#shared/sync/exchange.ts';
import { type Credential, protocolVersion, type Summary } from '#shared/sync/messages.ts';
import { type AnyParcel, readParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { makeSuccession, type Succession } from '#shared/sync/succession.ts';
import { composeParcels, type ParcelOutcome, takeParcel } from '#shared/sync/parcel-session.ts';
import { byHand } from './by-hand.ts';
import { seededRandom, startOfTime, temporaryFolder } from './core.ts';
import { openTestStore } from './open-store.ts';

export const officePartition = 'kz/kz-19/kz-19-tec_oblast';

export type Office = Awaited<ReturnType<typeof openOffice>>;

export async function openOffice(databaseUrl: string | null = null) {
  const clock = { now: startOfTime };
  const time = { now: () => clock.now };
  const random = seededRandom(`office ${Math.random()}`);
  const { db } = await openDatabase({ databaseUrl, directory: temporaryFolder(), onBroken: () => undefined });
  const identity = await ensureIdentity(db, 'Sample hub', { time, random });
  const credentials = createCredentials({ db, identity, time, random });
  const ledger = createLedger({ db, time, random });
  const visits = createVisits({ ledger, onTrouble: () => undefined });
  const watch = createLogWatch(db);
  const archive = createLogArchive({ db, time, quotaBytes: 1e9, onMoved: watch.moved });
  const metrics = createMetrics();
  const route = createExchangeRoute({ archive, credentials, ledger, visits, watch, metrics, identity, time });
  const sealKey = await ensureSealKey(db);
  const logger = pino({ level: 'silent' });
  const store = createFolderBlobStore(temporaryFolder(), random);
  const blobs = createBlobs({ db, store, time, random, quotaBytes: 1e9 });
  const stick = createStick({ db, archive, blobs, credentials, ledger, identity, sealKey, time, logger });
  return {
    db,
    clock,
    identity,
    credentials,
    archive,
    stick,
    recipient: sealKey.recipient,
    /** The road of whoever has this id, as the doors would let it in. */
    roadOf: (replica: string): Transport => ({
      async send(message): Promise<Result<Uint8Array>> {
        const standing = await credentials.standingOf(replica);
        if (standing.state !== 'valid') return err({ code: 'sync/hub-refused', reason: standing.state });
        const { credential, credentials: all } = standing;
        return route.turn({ replica, credential, credentials: all, appVersion: null }, message);
      },
    }),
    /** What the hub holds of all logs. */
    async holds(): Promise<Summary> {
      const logs = await db.selectFrom('log').select(['replica', 'partition', 'head_seq']).execute();
      return Object.fromEntries(logs.map((log) => [`${log.replica} ${log.partition}`, log.head_seq]));
    },
    async close(): Promise<void> {
      watch.close();
      await visits.close();
      await db.destroy();
    },
  };
}

export type OfficeLaptop = ReturnType<typeof openLaptop>;

/** Opens a laptop's store, or makes it. `copy` are the bytes of another one's file. */
export function openLaptop(office: Office, name: string, copy: Uint8Array | null = null, partition = officePartition) {
  const directory = temporaryFolder();
  mkdirSync(directory, { recursive: true });
  if (copy !== null) writeFileSync(`${directory}/test.db`, copy);
  const store = openTestStore(`${directory}/test.db`, { partition, time: { now: () => office.clock.now } });
  const hubKey = office.identity.publicKey;
  const { beside, finish } = byHand();
  const portOf = () => {
    const replicaStore = createLogStore({
      ...store,
      beside,
      identity: store.identity(),
      hubKey: () => hubKey,
      roadChanged: () => undefined,
    });
    return createStickStore({ ...store, replicaStore });
  };
  type Port = ReturnType<typeof portOf>;
  type Parcel = { readonly header: AnyParcel; readonly segments: readonly Uint8Array[] };
  /** Null where the parcel is no exchange. */
  async function takeIn(
    reader: Port,
    { header, segments }: Parcel,
    partitions: readonly string[],
  ): Promise<ParcelOutcome | null> {
    if (header.what !== 'exchange') return null;
    const read = { hubKey, partitions, now: office.clock.now, verify: verifyByKey };
    const taken = await takeParcel(reader, reader.stickMemory(), { header, segments }, read);
    if (!taken.ok) throw new Error(taken.error.code);
    reader.setStickMemory(taken.value.memory);
    return taken.value;
  }
  let port = portOf();
  let acknowledged: Summary = {};
  let unwanted: Summary = {};
  let epoch: string | null = null;
  /** The identity that the hub knows, after another one was taken. */
  let before: string | null = null;
  async function successionOf(of = hubKey): Promise<Succession | null> {
    const from = before;
    const former = store.formers().find((each) => each.replica === from);
    if (from === null || former === undefined) return null;
    const { replica, publicKey } = store.identity();
    const { recipient } = await loadSealKey(port);
    return makeSuccession(of, { from, replica, publicKey, recipient }, former.sign);
  }

  return {
    name,
    store,
    port: () => port,
    acknowledged: () => acknowledged,
    /** The state of its file now. */
    copy: (): Uint8Array => new Uint8Array(store.db.serialize()),
    renewIdentity(): void {
      before ??= port.replica;
      store.renewIdentity();
      port = portOf();
      epoch = null;
      acknowledged = {};
    },
    async enrol(partitions: readonly string[] = [partition], roles: readonly Role[] = ['chair']): Promise<void> {
      const order = { partitions, roles, laptop: name, commission: null, days: 1, validDays: 400 };
      const { replica, publicKey } = store.identity();
      const code = await office.credentials.invite(order);
      const role = roles[0] ?? 'chair';
      const { recipient } = await loadSealKey(port);
      const request = { protocol: protocolVersion, code, replica, publicKey, partition, role, recipient };
      const enrolled = await office.credentials.enrol(request);
      if (!enrolled.ok) throw new Error(enrolled.error.code);
      const added = port.addCredentials([enrolled.value]);
      if (!added.ok) throw new Error(added.error.code);
    },
    /** What it asks of a hub under a new identity. */
    async succession(of = hubKey): Promise<Succession> {
      const succession = await successionOf(of);
      if (succession === null) throw new Error('nothing to succeed');
      return succession;
    },
    /** Asks the hub to go on in the place of the identity before. */
    async succeed(): Promise<Result<Credential>> {
      const succession = await this.succession();
      const answer = await office.credentials.succeed(succession);
      if (!answer.ok) return answer;
      const added = port.addCredentials([answer.value]);
      return added.ok ? answer : added;
    },
    write(id: string, values: { readonly [field: string]: string | readonly string[] }): void {
      office.clock.now += 1000;
      store.commit([{ kind: Contact, id, act: 'set', values }], null);
    },
    async sync(partitions: readonly string[] = [partition], leaving: readonly string[] = []): Promise<ExchangeOutcome> {
      office.clock.now += 1000;
      const road = office.roadOf(port.replica);
      const outcome = await exchange(port, road, { partitions, leaving, epoch, acknowledged, unwanted });
      ({ acknowledged, epoch, unwanted } = outcome);
      finish();
      return outcome;
    },
    /** Hands a parcel to another laptop by stick. */
    async carryTo(other: { port: () => Port }, partitions = [partition]): Promise<ParcelOutcome> {
      office.clock.now += 1000;
      const reader = other.port();
      const order = { reader: reader.replica, hubKey, epoch: office.identity.epoch, now: office.clock.now };
      const { sign } = store.identity();
      let last: ParcelOutcome | null = null;
      for (const { message } of composeParcels(port, port.stickMemory(), {
        ...order,
        everything: true,
        blobs: [],
        sign,
      })) {
        const parcel = readParcel(message);
        if (!parcel.ok) throw new Error('no parcel');
        last = await takeIn(reader, parcel.value, partitions);
      }
      if (last === null) throw new Error('nothing was written');
      return last;
    },
    /** Takes a stick to the hub and brings the answer back. */
    async visitHub(partitions: readonly string[] = [partition]): Promise<ParcelOutcome> {
      office.clock.now += 1000;
      const folder = temporaryFolder();
      const key = await loadSealKey(port);
      const order = {
        reader: 'hub',
        hubKey,
        epoch: office.identity.epoch,
        now: office.clock.now,
        everything: false,
        blobs: [],
      };
      const { sign } = store.identity();
      let number = 0;
      const isKnown = port.credentials().some((each) => each.replica === port.replica);
      const succession = isKnown ? null : await successionOf();
      for (const { message } of composeParcels(port, port.stickMemory(), { ...order, sign, succession })) {
        number += 1;
        const file = wrapForStick('parcel.age', await sealTo(office.recipient, message));
        const written = await writeStickFile(
          { path: folder, isMount: false },
          parcelName(port.replica, 'hub', number, sha256),
          file,
        );
        if (!written.ok) throw new Error(written.error.code);
      }
      await office.stick.exchange(folder);
      let last: ParcelOutcome | null = null;
      for (const file of await scanPlace(folder, key, new Map())) {
        if (file.what !== 'parcel') continue;
        const parcel = await readParcelFile(file.path, key);
        if (parcel.ok) last = (await takeIn(port, parcel.value, partitions)) ?? last;
      }
      if (last === null) throw new Error('the hub wrote no answer');
      return last;
    },
    names: (): string[] =>
      store.db.prepare('select f_name from contact where alive = 1 order by f_name').pluck().all() as string[],
    close: () => store.close(),
  };
}

/** An office for each test of a file or of a `describe`, and laptops that end with it. To be called once there. */
export function officeForEachTest(databaseUrl: () => Promise<string | null> = async () => null) {
  let office: Office | null = null;
  const opened: OfficeLaptop[] = [];
  const current = (): Office => {
    if (office === null) throw new Error('no test is running');
    return office;
  };
  beforeEach(async () => {
    office = await openOffice(await databaseUrl());
  });
  afterEach(async () => {
    for (const laptop of opened.splice(0)) laptop.close();
    await office?.close();
    office = null;
  });
  return {
    current,
    open(name: string, copy: Uint8Array | null = null, partition?: string): OfficeLaptop {
      const laptop = openLaptop(current(), name, copy, partition);
      opened.push(laptop);
      return laptop;
    },
  };
}

/** A copy of a laptop that has gone on in its place under another identity, and handed over a contact of this id. */
export async function heirOf(
  office: Pick<ReturnType<typeof officeForEachTest>, 'open'>,
  lost: OfficeLaptop,
  contact: string,
): Promise<OfficeLaptop> {
  const heir = office.open('lost', lost.copy());
  heir.renewIdentity();
  expect(await heir.succeed()).toMatchObject({ ok: true });
  heir.write(contact, { name: 'От наследника, пример' });
  await heir.sync();
  return heir;
}
