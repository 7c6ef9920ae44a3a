/** `pack build | verify | list | import | key`: what people who make and hand out packs script. Each answers a `Result`. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Core } from '#core/core.ts';
import { buildCoursePack } from '#core/packs/build-pack.ts';
import { createSourceScanner } from '#core/packs/pack-sources.ts';
import { newPublisherKey, parsePublisherKey, PublisherKey } from '#core/packs/signature.ts';
import { verifyPack } from '#core/packs/verify-pack.ts';
import { coreContract } from '#shared/contract/core-contract.ts';
import { createClient } from '#shared/contract/rpc.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { unpackedBytes } from '#shared/packs/manifest.ts';
import { findPublisher, knownPublishers } from '#shared/packs/publishers.ts';
import { awaitImports, projectRoot, showPacks } from './core-session.ts';

const developmentKeyFile = join(projectRoot, 'assets/publisher/development.json');
const publishers = knownPublishers({ allowDevelopmentPublisher: true });
/** The course format of this version is read by every app from this one on. */
const minimumApp = '0.1.0';

/** Builds a course folder into a pack file, by default `out/<folder>.kpack`. */
export async function buildVerb(
  folder: string,
  out: string | undefined,
  keyFile: string | undefined,
): Promise<Result<object>> {
  const text = await readFile(keyFile ?? developmentKeyFile, 'utf8').catch(() => null);
  if (text === null) return err({ code: 'cli/no-file', file: keyFile ?? developmentKeyFile });
  const key = parsePublisherKey(text);
  if (!key.ok) return key;
  const target = resolve(out ?? join(projectRoot, 'out', `${basename(resolve(folder))}.kpack`));
  try {
    await mkdir(dirname(target), { recursive: true });
    const built = await buildCoursePack(resolve(folder), target, { key: key.value, minimumApp });
    if (!built.ok) return built;
    const { manifest, bytes, leftOut } = built.value;
    const { id, version, locales, publisher, files } = manifest;
    return ok({ file: target, id, version, locales, publisher: publisher.id, files: files.length, bytes, leftOut });
  } catch (error) {
    return systemFailure(error, target);
  }
}

/** Checks every byte of a pack. */
export async function verifyVerb(file: string): Promise<Result<object>> {
  const verified = await verifyPack(resolve(file), { publishers });
  if (!verified.ok) return verified;
  const { manifest, bytes, publisher } = verified.value;
  const { id, kind, version, titles, locales, countries, files } = manifest;
  const contents = { files: files.length, unpackedBytes: unpackedBytes(manifest) };
  return ok({ id, kind, version, titles, locales, countries, publisher, bytes, ...contents });
}

/** Lists the packs of a folder as a stick would show them. */
export async function listVerb(folder: string): Promise<Result<object>> {
  const path = resolve(folder);
  if (!(await stat(path).catch(() => null))?.isDirectory()) return err({ code: 'cli/no-file', file: path });
  const seen = await createSourceScanner().scan({ path, name: basename(path), type: 'folder' });
  const packs = seen.map(({ file, bytes, manifest, key, problem }) => ({
    file,
    bytes,
    id: manifest?.id ?? null,
    kind: manifest?.kind ?? null,
    version: manifest?.version ?? null,
    titles: manifest?.titles ?? {},
    locales: manifest?.locales ?? [],
    publisher: manifest?.publisher.name ?? null,
    publisherKnown: manifest !== null && findPublisher(publishers, manifest.publisher.id, key ?? '') !== undefined,
    problem,
  }));
  return ok({ packs });
}

/** Imports one pack file into the signed-in profile and answers its job; a job that did not end well is a failure. */
export async function importVerb(core: Core, file: string): Promise<Result<object>> {
  const path = resolve(file);
  const shown = await showPacks(core, dirname(path), basename(dirname(path)));
  if (!shown.ok) return shown;
  const client = createClient<typeof coreContract>(core.dispatch);
  const offers = await client.call('packs.offers', {});
  if (!offers.ok) return offers;
  const offer = offers.value.offers.find((candidate) => candidate.file === basename(path));
  if (offer === undefined) return err({ code: 'cli/no-file', file: path });
  const started = await client.call('packs.startImport', { offers: [offer.id] });
  if (!started.ok) return started;
  const jobs = await awaitImports(core);
  if (!jobs.ok) return jobs;
  const job = jobs.value.jobs.find((candidate) => candidate.offer === offer.id);
  return job?.step === 'done' ? ok(job) : err({ code: 'packs/cancelled', ...job?.problem });
}

/** Makes a publisher's key file; never overwrites one. */
export async function keyVerb(id: string, name: string, out: string): Promise<Result<object>> {
  const key = PublisherKey.safeParse(newPublisherKey(id, name));
  if (!key.success) return err({ code: 'rpc/bad-input', paths: key.error.issues.map((issue) => issue.path.join('.')) });
  try {
    await writeFile(out, `${JSON.stringify(key.data, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return systemFailure(error, out);
  }
  return ok({ file: resolve(out), id, name, publicKey: key.data.publicKey });
}

/** A file that cannot be read or written is an answer here; anything else is a bug. */
function systemFailure(error: unknown, file: string): Result<never> {
  if (!(error instanceof Error) || !('syscall' in error)) throw error;
  return err({ code: 'cli/file-error', file, reason: 'code' in error ? String(error.code) : error.name });
}
