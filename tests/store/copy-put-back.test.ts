/** Putting a copy from a stick back: what is refused, what a kill leaves, and the place of a damaged store. Real cores and files. */
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readVault, writeVault } from '#core/access/vault.ts';
import { stagingFolder } from '#core/copies/fetch-copy.ts';
import {
  addContact,
  codeOf,
  contactNames,
  copiesOn,
  copyTo,
  filesBelow,
  filledLaptop,
  indexes,
  laptopFolder,
  pieces,
  putBack,
  spoil,
  untilTask,
} from '#tests/lib/copies.ts';
import { startCore, startSignedIn, temporaryFolder, testPin } from '#tests/lib/core.ts';
import { keptForEachTest } from '#tests/lib/kept.ts';
const keep = keptForEachTest();

const newPin = '604815';
describe('what goes wrong while a copy is put back', () => {
  async function copied(): Promise<{ core: Awaited<ReturnType<typeof filledLaptop>>; stick: string }> {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    return { core, stick };
  }
  /** A first run that stays one. */
  async function refuses(stick: string, code: string, wanted: string, heir = keep(startCore())): Promise<void> {
    expect(codeOf(await putBack(heir, stick, code))).toBe(wanted);
    expect((await heir.value('access.state', {})).state).toBe('none');
    expect(filesBelow(heir.directory)).toEqual({});
  }

  test('a piece altered, cut or missing: refused, and the first run is as it was', async () => {
    const { core, stick } = await copied();
    const whole = temporaryFolder();
    cpSync(stick, whole, { recursive: true });
    const heir = keep(startCore());
    const [first = '', second = ''] = pieces(stick);
    const harms: [string, (path: string) => void][] = [
      [first, spoil],
      [second, (path) => truncateSync(path, statSync(path).size - 1)],
      [first, rmSync],
    ];
    for (const [piece, harm] of harms) {
      harm(piece);
      await refuses(stick, core.recovery, 'copies/altered', heir);
      cpSync(whole, stick, { recursive: true });
    }
    expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
  });

  test('an index altered, cut, or of a newer app: told without its code', async () => {
    const { core, stick } = await copied();
    const index = join(laptopFolder(stick), indexes(stick)[0] ?? '');
    const text = readFileSync(index, 'utf8');
    const value: { head: object; sealed: string } = JSON.parse(text);
    const problemOf = async (changed: string): Promise<unknown> => {
      writeFileSync(index, changed);
      return (await copiesOn(keep(startCore()), stick))[0]?.problem;
    };
    expect(await problemOf(text.slice(0, -30))).toBe('damaged');
    await refuses(stick, core.recovery, 'copies/altered');
    expect(await problemOf(JSON.stringify({ ...value, head: { ...value.head, schema: 999 } }))).toBe('from-future');
    await refuses(stick, core.recovery, 'copies/from-future');
    expect(await problemOf(JSON.stringify({ ...value, head: { ...value.head, format: 3, other: 1 } }))).toBe(
      'from-future',
    );
    await refuses(stick, core.recovery, 'copies/from-future');
    // A head that was altered does not fit what is sealed, and neither does another copy's body.
    expect(await problemOf(JSON.stringify({ ...value, head: { ...value.head, laptop: 'Другой' } }))).toBeNull();
    await refuses(stick, core.recovery, 'copies/altered');
    expect(await problemOf(text)).toBeNull();
  });

  test('a mistyped code, another code, no person: nothing is written', async () => {
    const { core, stick } = await copied();
    const other = keep(await startSignedIn());
    await refuses(stick, other.recovery, 'copies/wrong-code');
    await refuses(
      stick,
      core.recovery.replace(/^./, (digit) => String((Number(digit) + 1) % 10)),
      'access/mistyped-code',
    );
    const heir = keep(startCore());
    const [copy] = await copiesOn(heir, stick);
    const at = { place: copy?.place ?? '', copy: copy?.copy ?? '', code: core.recovery, newPin };
    expect(await heir.code('copies.putBack', { ...at, slot: '01890000-0000-7000-8000-000000000000' })).toBe(
      'access/unknown-person',
    );
    rmSync(join(stick, 'komissiya'), { recursive: true });
    expect(await heir.code('copies.putBack', { ...at, slot: core.slot })).toBe('stick/gone');
    await copiesOn(heir, stick);
    expect(await heir.code('copies.putBack', { ...at, slot: core.slot })).toBe('copies/gone');
    expect(filesBelow(heir.directory)).toEqual({});
  });

  test('a laptop that has a profile keeps it', async () => {
    const { core, stick } = await copied();
    const busy = keep(await startSignedIn());
    await addContact(busy, 'Свой контакт, пример');
    expect(codeOf(await putBack(busy, stick, core.recovery))).toBe('access/profile-exists');
    const [copy] = await copiesOn(busy, stick);
    const at = { place: copy?.place ?? '', copy: copy?.copy ?? '' };
    expect(await busy.code('copies.restore', { ...at, slot: busy.slot, pin: testPin })).toBe('copies/other-laptop');
    expect(await contactNames(busy)).toEqual(['Свой контакт, пример']);
  });

  test('ended by a person: the first run is as it was', async () => {
    const { core, stick } = await copied();
    const heir = keep(startCore());
    await copiesOn(heir, stick);
    const putting = putBack(heir, stick, core.recovery);
    await untilTask(heir, ({ step }) => step === 'read' || step === 'prove');
    await heir.value('copies.cancel', {});
    expect(codeOf(await putting)).toBe('copies/stopped');
    expect(filesBelow(heir.directory)).toEqual({});
    expect((await heir.value('access.state', {})).state).toBe('none');
  });

  test('killed at any moment: the next start finds the first run, or the copy whole', async () => {
    const { core, stick } = await copied();
    const done = keep(startCore());
    expect(codeOf(await putBack(done, stick, core.recovery, newPin))).toBe('ok');
    await done.close();
    // What lies in the staging folder before the last step, as a kill would leave it: with and without the word that it may go into place.
    const staged = (): string => {
      const directory = temporaryFolder();
      const staging = join(directory, stagingFolder);
      for (const name of ['komissiya.db', 'attachments'])
        cpSync(join(done.directory, name), join(staging, name), { recursive: true });
      return directory;
    };
    const vault = readVault(done.directory);
    if (vault === null || vault === 'damaged') throw new Error('no vault');

    const early = staged();
    const first = keep(startCore({ directory: early }));
    expect((await first.value('access.state', {})).state).toBe('none');
    expect(filesBelow(early)).toEqual({});

    // After the word, with none, some and all of its steps done.
    const steps: ((directory: string) => void)[] = [
      () => undefined,
      (directory) => renameSync(join(directory, stagingFolder, 'attachments'), join(directory, 'attachments')),
      (directory) => renameSync(join(directory, stagingFolder, 'komissiya.db'), join(directory, 'komissiya.db')),
      (directory) => renameSync(join(directory, stagingFolder, 'vault.json'), join(directory, 'vault.json')),
    ];
    for (let count = 1; count <= steps.length; count += 1) {
      const late = staged();
      writeVault(join(late, stagingFolder), { ...vault, restored: true });
      for (const step of steps.slice(0, count)) step(late);
      const next = keep(startCore({ directory: late }));
      expect(await next.code('access.signIn', { slot: core.slot, pin: newPin })).toBe('ok');
      expect(await contactNames(next)).toEqual(['Тайное Имя, пример']);
      const { items } = await next.value('files.list', { kind: 'decision', id: core.decision });
      expect(items).toMatchObject([{ here: true }]);
      expect(readdirSync(late)).not.toContain(stagingFolder);
    }
  });
});

describe('in the place of a damaged store of the same laptop', () => {
  test('the PIN puts it back, every PIN stays, what is damaged is kept beside it', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    await core.value('access.lock', {});
    const file = join(core.directory, 'komissiya.db');
    writeFileSync(file, Buffer.concat([randomBytes(4096), readFileSync(file).subarray(4096)]));
    rmSync(join(core.directory, 'attachments'), { recursive: true });
    expect(await core.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('store/damaged');
    const [copy] = await copiesOn(core, stick);
    expect(copy).toMatchObject({ isOwn: true });
    const at = { place: copy?.place ?? '', copy: copy?.copy ?? '' };
    expect(await core.code('copies.restore', { ...at, slot: core.slot, pin: '000001' })).toBe('access/wrong-pin');
    expect(await core.code('copies.restore', { ...at, slot: core.slot, pin: testPin })).toBe('ok');
    expect(await core.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('ok');
    expect(await contactNames(core)).toEqual(['Тайное Имя, пример']);
    expect(await core.value('files.list', { kind: 'decision', id: core.decision })).toMatchObject({
      items: [{ here: true }],
    });
    expect(readdirSync(core.directory).filter((name) => name.includes('.damaged-'))).not.toEqual([]);
    const rows = (await core.value('access.state', {})).rows;
    expect(rows.map(({ hasPin }) => hasPin)).toEqual([true, true]);
  });

  test('a vault that nobody can read: the recovery code brings all of it back', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    await core.close();
    writeFileSync(join(core.directory, 'vault.json'), '{"format":1,"slo');
    // Attachments that the broken disk has cut short.
    const attachments = join(core.directory, 'attachments');
    for (const path of Object.keys(filesBelow(attachments))) truncateSync(join(attachments, path), 100);
    const again = keep(startCore({ directory: core.directory }));
    expect(await again.code('access.state', {})).toBe('store/damaged');
    expect(codeOf(await putBack(again, stick, core.recovery, newPin))).toBe('ok');
    expect(await contactNames(again)).toEqual(['Тайное Имя, пример']);
    const path = join(temporaryFolder(), 'скан.pdf');
    const target = { kind: 'decision' as const, id: core.decision, sha256: core.attachment, path };
    expect(await again.code('files.copyOut', target)).toBe('ok');
    const aside = readdirSync(core.directory).filter((name) => name.includes('.damaged-'));
    expect(aside.some((name) => name.startsWith('vault.json'))).toBe(true);
    expect(aside.some((name) => name.startsWith('komissiya.db'))).toBe(true);
  });
});
