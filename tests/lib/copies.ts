/** Copies on sticks for tests: a stick in a laptop, a copy onto it, and back. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CopiesState, FoundCopy } from '#shared/copies/contract.ts';
import type { Failure, Result } from '#shared/kernel/result.ts';
import { copyPieceBytes } from '#shared/copies/copy-file.ts';
import { startSignedIn, type TestCore, testPin } from './core.ts';
import { attachFile } from './files.ts';

/** Puts sticks, or folders, into a laptop, and waits until each was looked through; answers the first one's id. */
export async function plugInCopies(core: TestCore, ...paths: string[]): Promise<string> {
  const places = paths.map((path) => ({ path, name: 'ТРЕНЕР', type: 'stick' as const }));
  await core.value('stick.setPlaces', { places });
  for (;;) {
    const state = await core.value('copies.state', {});
    const [place] = state.places;
    if (place !== undefined && !state.isLooking) return place.id;
    await new Promise((done) => setTimeout(done, 10));
  }
}

export async function copyTo(
  core: TestCore,
  stick: string,
): Promise<{ madeAt: number; bytes: number; written: number }> {
  core.clock.now += 1000;
  return core.value('copies.write', { place: await plugInCopies(core, stick), laptop: 'Ноутбук 1, пример' });
}

/** The copies that a laptop sees on a stick, newest first. */
export async function copiesOn(core: TestCore, stick: string): Promise<readonly FoundCopy[]> {
  await plugInCopies(core, stick);
  return (await core.value('copies.state', {})).copies;
}

/** Puts the newest copy back on a laptop without a profile, for its first person. */
export async function putBack(
  core: TestCore,
  stick: string,
  code: string,
  newPin: string = testPin,
): Promise<Result<unknown, Failure>> {
  const [copy] = await copiesOn(core, stick);
  if (copy === undefined) throw new Error('no copy on the stick');
  const at = { place: copy.place, copy: copy.copy, code };
  const persons = await core.call('copies.persons', at);
  if (!persons.ok) return persons;
  return core.call('copies.putBack', { ...at, slot: persons.value.rows[0]?.slot ?? '', newPin });
}

export const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code);

/** Every file below a folder with its length, by its path there; of one that is not there nothing. */
export function filesBelow(folder: string): { [path: string]: number } {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    found.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), statSync(path).size];
    }),
  );
}

/** Waits until what is under way has come so far. */
export async function untilTask(
  core: TestCore,
  isThere: (task: NonNullable<CopiesState['task']>) => boolean,
): Promise<void> {
  for (;;) {
    const { task } = await core.value('copies.state', {});
    if (task !== null && isThere(task)) return;
    await new Promise((done) => setImmediate(done));
  }
}

export const addContact = (core: TestCore, name: string) =>
  core.value('records.save', { kind: 'contact', values: { name } });
export const contactNames = async (core: TestCore): Promise<string[]> =>
  (await core.value('records.list', { kind: 'contact', locale: 'ru' })).rows
    .map((row) => String(row.values.name))
    .sort();

/** A signed-in laptop with a contact, a second person and an attachment larger than a piece. */
export async function filledLaptop(): Promise<
  TestCore & { slot: string; recovery: string; attachment: string; decision: string }
> {
  const core = await startSignedIn();
  await addContact(core, 'Тайное Имя, пример');
  await core.value('access.addPerson', {
    name: 'Секретарь Тайная, пример',
    role: 'secretary',
    label: { show: 'name', name: 'Секретарь Тайная' },
    pin: 'фраза из слов',
  });
  const { id } = await core.value('records.save', { kind: 'decision', values: { number: '1/1' } });
  const attachment = await attachFile(core, id, 'скан.pdf', randomBytes(copyPieceBytes + 5000));
  return { ...core, attachment, decision: id };
}

/** The folder of the only laptop's copies. */
export function laptopFolder(stick: string): string {
  const root = join(stick, 'komissiya/copies');
  const [laptop = ''] = readdirSync(root);
  return join(root, laptop);
}
/** One bit in the middle of a file. */
export function spoil(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
export const indexes = (stick: string): string[] =>
  readdirSync(laptopFolder(stick)).filter((name) => name.endsWith('.json'));
export function pieces(stick: string): string[] {
  return Object.keys(filesBelow(join(laptopFolder(stick), 'pieces'))).map((path) =>
    join(laptopFolder(stick), 'pieces', path),
  );
}
