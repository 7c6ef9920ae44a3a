/**
 * The real hub (src-hub) in a history, in this process on a file of SQLite: asked through its own doors with requests that the app's own
 * door signs, handed sticks with sealed parcels, backed up and put back as an operator does it.
 *
 * What of the hub no history plays, and why:
 * - sockets, TLS and lines that break within an answer: a request is handed to the doors as it would be read from the line. tests/hub
 *   plays real lines;
 * - the doors of enrolment and succession: who is let in is decided behind them, and that is asked. An identity that only the operator knows
 *   any more has no key here to sign with;
 * - waiting, attachments, the shelf of packs: no history has any;
 * - snapshots: histories with them have a world of their own (snapshot-histories.ts);
 * - PostgreSQL: takes longer to start than a history to play. tests/hub asks both databases the same.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { sql } from 'kysely';
import { pino } from 'pino';
import { z } from 'zod';
import { backUp, restore } from '#hub/backup.ts';
import { readConfig } from '#hub/config.ts';
import { createHub, type Hub, type HubDeps } from '#hub/hub.ts';
import { readParcelFile, writeParcelFile } from '#hub/stick-files.ts';
import { createHubDoor } from '#core/sync/hub-door.ts';
import { loadSealKey, type SealKey, sealTo, unseal } from '#core/sync/parcel-seal.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import { hubPaths } from '#shared/sync/hub-http.ts';
import {
  BriefRequest,
  Credential,
  logKey,
  parseLogKey,
  protocolVersion,
  SyncRequest,
  unframe,
} from '#shared/sync/messages.ts';
import { readParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { handOverMs } from '#shared/sync/succession.ts';
import { seededRandom } from '#tests/lib/core.ts';
import type { HubMaker, SimHub } from './sim-hub.ts';

const dayMs = 86_400_000;
/** What an operator does takes its time: of two credentials of one moment the second begins in the next, and until then none is valid. */
const commandMs = 1000;
/** Longer than any history. */
const longDays = 36_500;
/** Where Linux keeps files in memory. */
const memoryFolder = '/dev/shm';
/** How many of a laptop's parcels lie on the stick that its answer is written to. */
const keptParcels = 2;

type Running = { readonly hub: Hub; readonly server: FastifyInstance; readonly look: ReturnType<typeof lookInto> };

/** Makes hubs whose files lie in a folder each; it goes with the hub. */
export const realHub: HubMaker = async (_keys, clock) => {
  // A hub asks its disk to keep what it writes, many times in a history; that it does is not asked here.
  const place = existsSync(memoryFolder) ? memoryFolder : tmpdir();
  const directory = mkdtempSync(join(place, 'komissiya-sim-hub-'));
  const deps: HubDeps = {
    time: { now: () => clock.now },
    random: seededRandom('hub'),
    logger: pino({ level: 'silent' }),
    version: '0.0.0',
    kinds: allKinds,
  };
  let folders = 0;
  const newFolder = (): string => {
    folders += 1;
    return join(directory, String(folders));
  };
  // Whoever reads a laptop's parcels here is the history.
  const sealKey = await loadSealKey({ sealIdentity: () => null, setSealIdentity: () => undefined });
  const running = await startHub(newFolder(), deps);
  return createRealHub({
    running,
    clock,
    deps,
    sealKey,
    newFolder,
    remove: () => rmSync(directory, { recursive: true }),
  });
};

async function openHub(folder: string, deps: HubDeps): Promise<Hub> {
  const hub = await createHub(
    readConfig({ KOMISSIYA_HUB_DIR: folder, HUB_TLS: 'off', KOMISSIYA_HUB_REQUESTS_PER_MINUTE: '1000000' }),
    deps,
  );
  // Its disk never goes without it.
  await sql`pragma synchronous = off`.execute(hub.db);
  return hub;
}

async function startHub(folder: string, deps: HubDeps): Promise<Running> {
  const hub = await openHub(folder, deps);
  const server = Fastify();
  hub.addLaptopDoors(server, null);
  await server.ready();
  return { hub, server, look: lookInto(join(folder, 'hub.sqlite')) };
}

async function stop({ hub, server, look }: Running): Promise<void> {
  look.close();
  await server.close();
  await hub.close();
}

function createRealHub(place: {
  running: Running;
  clock: { now: number };
  deps: HubDeps;
  sealKey: SealKey;
  newFolder: () => string;
  remove: () => void;
}): SimHub {
  const { clock, deps, sealKey, newFolder } = place;
  let { running } = place;
  /** As they went over the line. */
  const requests = new Map<Uint8Array, InjectOptions>();
  /** By writer, the last last. */
  const parcels = new Map<string, readonly Uint8Array[]>();
  const saidAnew = new Set<string>();

  /** A line to the doors that keeps what went over it. */
  const lineFor = (message: Uint8Array) => ({
    async request({ method, path, headers, body }: { method: string; path: string; headers: object; body: unknown }) {
      const request = {
        method,
        url: path,
        headers: { ...headers },
        payload: Buffer.from(body as Uint8Array),
      } as InjectOptions; // messages are bytes
      requests.set(message, request);
      const { statusCode, rawPayload, headers: answered } = await running.server.inject(request);
      const content = Readable.from([rawPayload]);
      const failureOf = (error: unknown): never => {
        throw error;
      };
      // As Node's own type of headers has them, which the server's is wider than.
      const given = answered as { [name: string]: string };
      return ok({ status: statusCode, headers: given, content, failureOf, certificate: null });
    },
    close: () => undefined,
    tlsKey: () => null,
  });

  async function turn(message: Uint8Array, sign: (data: Uint8Array) => Uint8Array): Promise<Result<Uint8Array>> {
    const asked = unframe(message, z.union([BriefRequest, SyncRequest]));
    if (!asked.ok) throw new Error(`a laptop sent nonsense: ${asked.error.code}`);
    const door = createHubDoor(
      {
        address: 'http://127.0.0.1',
        random: deps.random,
        signal: new AbortController().signal,
        replica: asked.value.header.replica,
        sign,
        appVersion: '0.0.0',
      },
      lineFor(message),
      running.hub.identity.publicKey,
    );
    const answer = await door.ask(hubPaths.sync, message, 1000);
    await running.hub.writeVisits();
    return answer;
  }

  async function grant(
    name: string,
    changed: Partial<Pick<Credential, 'roles' | 'partitions'>>,
    isHandedOver: boolean,
  ): Promise<void> {
    // Several may have this name, and only a serial tells them apart.
    const serial = running.look.newestOf(name)?.serial;
    if (serial === undefined) return;
    const handOverDays = isHandedOver ? handOverMs / dayMs : 0;
    const granted = await running.hub.credentials.grant(serial, { ...changed, handOverDays });
    if (!granted.ok) throw new Error(granted.error.code);
    clock.now += commandMs;
  }

  /** Lays parcels onto a new stick and hands it to the hub. */
  async function visit(messages: readonly Uint8Array[]): Promise<{ folder: string; taken: number }> {
    const stick = newFolder();
    const folder = join(stick, packFolder);
    await mkdir(folder, { recursive: true });
    for (const [index, message] of messages.entries()) {
      const { writer, reader } = exchangeHeader(message);
      const sealed = await sealTo(reader === 'hub' ? running.hub.recipient : sealKey.recipient, message);
      await writeParcelFile(join(folder, parcelName(writer, reader, index + 1, sha256)), 'parcel.age', sealed);
    }
    await running.hub.writeVisits();
    const { taken } = await running.hub.stick.exchange(stick);
    return { folder, taken: taken.length };
  }

  return {
    publicKey: running.hub.identity.publicKey,
    recipient: sealKey.recipient,
    epoch: () => running.hub.identity.epoch,
    keyOf: (replica) => running.look.keyOf(replica),
    partitionsOf: (replica) => running.look.newest(replica)?.partitions ?? [],
    held: (log) => running.look.summary()[log] ?? 0,
    summary: () => running.look.summary(),
    pieces: (log) => running.look.pieces(log),
    standingOf: (replica) => running.look.standingOf(replica),
    async enrol({ replica, publicKey, name, role, prefixes, partition, validDays = longDays }) {
      const { credentials } = running.hub;
      const order = { partitions: prefixes, roles: [role], laptop: name, commission: null, days: 1, validDays };
      const code = await credentials.invite(order);
      const { recipient } = sealKey;
      const request = { protocol: protocolVersion, code, replica, publicKey, recipient, partition, role };
      const enrolled = await credentials.enrol(request);
      if (!enrolled.ok) throw new Error(enrolled.error.code);
      clock.now += commandMs;
      return enrolled.value;
    },
    grant,
    async revoke(replica) {
      await running.hub.credentials.revoke(running.look.newest(replica)?.serial ?? '');
    },
    async succeed(succession) {
      const given = await running.hub.credentials.succeed(succession);
      if (given.ok) return given.value;
      const { code } = given.error;
      if (code === 'hub/unknown-laptop' || code === 'hub/succeeded') return null;
      throw new Error(code);
    },
    turn,
    async replay(message) {
      const request = requests.get(message);
      if (request !== undefined) await running.server.inject(request);
      await running.hub.writeVisits();
    },
    async takeParcel(bytes) {
      const { writer, reader } = exchangeHeader(bytes);
      if (reader === 'hub') parcels.set(writer, [...(parcels.get(writer) ?? []), bytes].slice(-keptParcels));
      return (await visit([bytes])).taken > 0;
    },
    async parcelFor(replica) {
      // What it brought still lies on its stick.
      const { folder } = await visit(parcels.get(replica) ?? []);
      const written = parcelName('hub', replica, 1, sha256);
      const file = await readParcelFile(join(folder, written));
      const message = file.ok ? await unseal(sealKey, file.value.content) : null;
      if (message === null) throw new Error(`no answer on the stick, but ${(await readdir(folder)).join(' ')}`);
      return message;
    },
    async backUp() {
      const folder = newFolder();
      await running.hub.writeVisits();
      const made = await backUp({ ...running.hub, ...deps }, folder);
      if (!made.ok) throw new Error(made.error.code);
      return { image: { folder, serials: running.look.issued().map(({ serial }) => serial) } };
    },
    async restore({ image }) {
      const kept = image as { folder: string; serials: readonly string[] }; // made by backUp above
      const before = new Set(kept.serials);
      const since = running.look.issued().filter(({ serial }) => !before.has(serial) && !saidAnew.has(serial));
      await stop(running);
      const folder = newFolder();
      const empty = await openHub(folder, deps);
      const restored = await restore({ ...empty, ...deps }, kept.folder);
      await empty.close();
      clock.now += commandMs;
      if (!restored.ok) throw new Error(restored.error.code);
      running = await startHub(folder, deps);
      for (const { serial } of running.look.issued()) if (!before.has(serial)) saidAnew.add(serial);
      return since;
    },
    async close() {
      await stop(running);
      place.remove();
    },
  };
}

function exchangeHeader(message: Uint8Array): { readonly writer: string; readonly reader: string } {
  const parcel = readParcel(message);
  if (!parcel.ok || parcel.value.header.what !== 'exchange') throw new Error('an unreadable parcel');
  return parcel.value.header;
}

/** What stands in a hub's file, for a history to look at at any moment. */
function lookInto(path: string) {
  const db = new Sqlite(path, { readonly: true });
  const read = (row: unknown): Credential => Credential.parse(JSON.parse((row as { body: string }).body)); // the columns are named in the statements
  const issued = db.prepare('select body from credential order by rowid');
  const named = db.prepare(
    `select credential.body from credential join replica on replica.id = credential.replica
     where replica.laptop = ? and replica.succeeded_by is null order by credential.rowid desc limit 1`,
  );
  const newest = db.prepare(
    'select body from credential where replica = ? order by issued_at desc, serial desc limit 1',
  );
  const learnt = db.prepare('select body from learnt_credential where replica = ? limit 1');
  const successor = db.prepare('select 1 from replica where id = ? and succeeded_by is not null');
  const logs = db.prepare('select replica, partition, head_seq from log order by replica, partition');
  const pieces = db.prepare('select bytes from segment where replica = ? and partition = ? order by from_seq');
  const one = (row: unknown): Credential | null => (row === undefined ? null : read(row));
  return {
    issued: () => issued.all().map(read),
    newestOf: (laptop: string) => one(named.get(laptop)),
    newest: (replica: string) => one(newest.get(replica)),
    keyOf: (replica: string) => (one(newest.get(replica)) ?? one(learnt.get(replica)))?.publicKey ?? '',
    standingOf(replica: string): 'unknown' | 'valid' | 'succeeded' {
      if (newest.get(replica) === undefined) return 'unknown';
      return successor.get(replica) === undefined ? 'valid' : 'succeeded';
    },
    summary() {
      const rows = logs.all() as { replica: string; partition: string; head_seq: number }[]; // named in the statement
      return Object.fromEntries(rows.map((row) => [logKey(row.replica, row.partition), row.head_seq]));
    },
    pieces(log: string) {
      const { replica, partition } = parseLogKey(log);
      return (pieces.all(replica, partition) as { bytes: Buffer }[]).map(({ bytes }) => new Uint8Array(bytes)); // named in the statement
    },
    close: () => db.close(),
  };
}
