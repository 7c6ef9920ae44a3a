/** The packs domain through its handlers, as the screen sees it: sources, offers, jobs, and what outlives a restart. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPacksService, type PacksService } from '#core/packs/packs-service.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { ImportJob, PackOffer } from '#shared/packs/contract.ts';
import { packsContract } from '#shared/packs/contract.ts';
import { type Laptop, makePack, noise, openLaptop, publishers, strangerKey, temporaryFolder } from './pack-kit.ts';

const clip = noise(12_000_000, 'clip');
let stick: string;
let laptop: Laptop;
let service: PacksService;
let topics: string[];

async function openService(): Promise<PacksService> {
  const made = createPacksService({
    installed: () => undefined,
    appVersion: '0.1.0',
    publishers: () => publishers,
    time: { now: () => Date.now() },
    logger: silentLogger,
    changed: (changed) => topics.push(...changed),
  });
  await made.open({ db: laptop.db, directory: laptop.deps.directory, country: 'kg' });
  return made;
}

beforeEach(async () => {
  topics = [];
  stick = temporaryFolder();
  laptop = openLaptop();
  service = await openService();
});
afterEach(async () => {
  await service.closeStore();
  laptop.close();
  rmSync(stick, { recursive: true, force: true });
});

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}
async function plugIn(type: 'stick' | 'folder' = 'stick'): Promise<void> {
  value(await service.handlers.setSources({ sources: [{ path: stick, name: 'УЧЁБА', type }] }));
  await service.idle();
}
async function offers(): Promise<PackOffer[]> {
  const answer = value(await service.handlers.offers({}));
  // What goes out follows the contract.
  return packsContract.offers.output.parse(answer).offers;
}
async function job(): Promise<ImportJob | undefined> {
  return packsContract.jobs.output.parse(value(await service.handlers.jobs({}))).jobs[0];
}
async function until(step: ImportJob['step']): Promise<ImportJob> {
  for (let round = 0; round < 500; round += 1) {
    const now = await job();
    if (now?.step === step) return now;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`the job never came to ${step}: ${JSON.stringify(await job())}`);
}

test('a stick with all sorts of files: each offer says what it is', async () => {
  await makePack(join(stick, 'b-new.kpack'), { 'a.txt': 'new' }, { id: 'new-one' });
  await makePack(join(stick, 'c-stranger.kpack'), { 'a.txt': 'x' }, { titles: { ru: 'Ловушка' } }, strangerKey);
  await makePack(join(stick, 'd-uz.kpack'), { 'a.txt': 'x' }, { id: 'uz-only', countries: ['UZ'] });
  await makePack(join(stick, 'e-cut.kpack'), { 'a.webm': clip }, { id: 'cut' });
  truncateSync(join(stick, 'e-cut.kpack'), 5_000_000);
  await makePack(join(stick, 'f-backup.kpack'), { 'a.txt': 'x' }, { kind: 'backup' });
  writeFileSync(join(stick, '._b-new.kpack'), 'macOS');
  writeFileSync(join(stick, 'a-nonsense.kpack'), 'hello');
  writeFileSync(join(stick, 'readme.txt'), 'hello');
  await plugIn();
  const seen = (await offers()).map(({ file, status, problem, titles, publisherKnown }) => ({
    file,
    status,
    code: problem?.code ?? null,
    title: titles.ru ?? null,
    publisherKnown,
  }));
  const base = { title: 'Образец', publisherKnown: true };
  expect(seen).toEqual([
    { file: 'a-nonsense.kpack', status: 'refused', code: 'packs/not-a-pack', title: null, publisherKnown: false },
    { ...base, file: 'b-new.kpack', status: 'new', code: null },
    {
      file: 'c-stranger.kpack',
      status: 'refused',
      code: 'packs/unknown-publisher',
      title: null,
      publisherKnown: false,
    },
    { ...base, file: 'd-uz.kpack', status: 'refused', code: 'packs/wrong-country' },
    { ...base, file: 'e-cut.kpack', status: 'refused', code: 'packs/cut-off' },
  ]);
  for (const offer of await offers()) {
    if (offer.status !== 'refused') continue;
    expect(await service.handlers.startImport({ offers: [offer.id] })).toEqual({ ok: false, error: offer.problem });
  }
  expect(value(await service.handlers.jobs({})).jobs).toEqual([]);
});

test('from offer to file: import, find, update, older, remove', async () => {
  await makePack(join(stick, 'one.kpack'), { 'clip.webm': clip, 'a.txt': 'one' });
  await plugIn();
  const [offer] = await offers();
  if (offer === undefined) throw new Error('no offer');
  value(await service.handlers.startImport({ offers: [offer.id] }));
  await service.idle();
  expect(await job()).toMatchObject({
    step: 'done',
    offer: offer.id,
    problem: null,
    copied: 12_000_003,
    bytes: 12_000_003,
  });
  expect(topics).toContain('training');
  const place = value(await service.handlers.locate({ pack: 'sample-country', path: 'clip.webm' }));
  expect(place).toMatchObject({ bytes: 12_000_000, mediaType: 'video/webm' });
  expect(readFileSync(place.file).equals(clip)).toBe(true);
  for (const path of ['../store.db', 'clip', 'CLIP.webm']) {
    expect(await service.handlers.locate({ pack: 'sample-country', path })).toEqual({
      ok: false,
      error: { code: 'packs/no-file' },
    });
  }
  expect((await offers())[0]).toMatchObject({ status: 'installed', version: 1, installedVersion: 1 });
  await makePack(join(stick, 'one.kpack'), { 'clip.webm': clip, 'a.txt': 'two' }, { version: 2 });
  await plugIn();
  expect((await offers())[0]).toMatchObject({ status: 'update', version: 2, installedVersion: 1 });
  value(await service.handlers.startImport({ offers: [offer.id] }));
  await service.idle();
  await makePack(join(stick, 'one.kpack'), { 'a.txt': 'one' });
  await plugIn();
  expect((await offers())[0]).toMatchObject({
    status: 'refused',
    problem: { code: 'packs/older', installed: 2, offered: 1 },
  });
  value(await service.handlers.remove({ pack: 'sample-country' }));
  expect(await laptop.state()).toEqual({ packs: [], files: [], blobs: [], staging: [] });
  expect((await offers())[0]).toMatchObject({ status: 'new' });
  await service.handlers.clearJobs({});
  expect(await job()).toBeUndefined();
});

test('a stick pulled in the middle goes on by itself when it is back, even at another place', async () => {
  const pack = join(stick, 'one.kpack');
  await makePack(pack, { 'clip.webm': clip });
  const whole = readFileSync(pack);
  await plugIn();
  const [offer] = await offers();
  if (offer === undefined) throw new Error('no offer');
  value(await service.handlers.startImport({ offers: [offer.id] }));
  for (let round = 0; ((await job())?.copied ?? 0) < 1_000_000 && round < 1000; round += 1)
    await new Promise(setImmediate);
  truncateSync(pack, 10);
  const stopped = await until('paused');
  expect(stopped.problem).toMatchObject({ code: 'packs/source-gone', copied: stopped.copied, bytes: 12_000_000 });
  rmSync(stick, { recursive: true });
  await service.handlers.setSources({ sources: [] });
  await service.idle();
  expect(await offers()).toEqual([]);
  expect(await job()).toMatchObject({ step: 'paused' });

  stick = temporaryFolder();
  writeFileSync(join(stick, 'renamed.kpack'), whole);
  await plugIn();
  await until('done');
  expect(
    readFileSync(value(await service.handlers.locate({ pack: 'sample-country', path: 'clip.webm' })).file).equals(clip),
  ).toBe(true);
});

test('locking pauses; after the next sign-in the import is listed and goes on when asked', async () => {
  await makePack(join(stick, 'one.kpack'), { 'clip.webm': clip });
  await plugIn();
  const [offer] = await offers();
  if (offer === undefined) throw new Error('no offer');
  value(await service.handlers.startImport({ offers: [offer.id] }));
  while (((await job())?.copied ?? 0) < 1_000_000) await new Promise(setImmediate);
  await service.closeStore();
  expect(await service.handlers.offers({})).toEqual({ ok: false, error: { code: 'rpc/locked' } });
  expect(laptop.deps.queries.installed()).toEqual([]);

  service = await openService();
  expect(await job()).toMatchObject({ step: 'paused', problem: null, titles: { ru: 'Образец' } });
  await plugIn();
  expect(await job()).toMatchObject({ step: 'paused' });
  value(await service.handlers.resumeImport({ offer: offer.id }));
  await service.idle();
  expect(await job()).toMatchObject({ step: 'done' });
});

test('cancelling a paused import takes away what it brought; two imports run one after the other', async () => {
  await makePack(join(stick, 'one.kpack'), { 'clip.webm': clip });
  await makePack(join(stick, 'two.kpack'), { 'other.webm': noise(2_000_000, 'two') }, { id: 'two' });
  const before = await laptop.state();
  await plugIn('folder');
  const ids = (await offers()).map((offer) => offer.id);
  value(await service.handlers.startImport({ offers: ids }));
  const steps = value(await service.handlers.jobs({})).jobs.map(({ step }) => step);
  expect(steps[1]).toBe('queued');
  await service.handlers.pauseImport({ offer: ids[0] ?? '' });
  await until('paused');
  await service.handlers.cancelImport({ offer: ids[1] ?? '' });
  await service.idle();
  await service.handlers.cancelImport({ offer: ids[0] ?? '' });
  await service.idle();
  const ended = value(await service.handlers.jobs({})).jobs.map(({ step }) => step);
  expect(ended[0]).toBe('cancelled');
  // The second was cancelled before or while it ran, or had just ended; never half done.
  expect(['cancelled', 'done']).toContain(ended[1]);
  if (ended[1] === 'done') await service.handlers.remove({ pack: 'two' });
  expect(await laptop.state()).toEqual(before);
});
