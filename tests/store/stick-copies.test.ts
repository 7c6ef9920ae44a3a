/** A whole copy on a stick and back on another laptop: real cores, real files, real encrypted stores. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readVault, unwrapKey, writeVault } from '#core/access/vault.ts';
import { copyKeyOf, openCopy, sealCopy } from '#core/copies/copy-seal.ts';
import { stagingFolder } from '#core/copies/fetch-copy.ts';
import { copyName, copyPieceBytes, parseCopyIndex } from '#shared/copies/copy-file.ts';
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
  plugInCopies,
  putBack,
  spoil,
  untilTask,
} from '#tests/lib/copies.ts';
import { startCore, startSignedIn, temporaryFolder, testPin } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { keptForEachTest } from '#tests/lib/kept.ts';
const mounted: string[] = [];
afterEach(() => {
  for (const place of mounted.splice(0)) pull(place);
});
// Named after it, so done before it: hooks run the last first.
const keep = keptForEachTest();

/** Takes a stick out; its folder stays behind. */
function pull(place: string): void {
  try {
    execFileSync('umount', ['--lazy', place], { stdio: 'ignore' });
  } catch {
    // The test itself has pulled it.
  }
}

const newPin = '604815';
describe('a copy', () => {
  test('goes back on another laptop whole: records, attachments, persons, and none of their PINs', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    writeFileSync(join(stick, 'чужой файл.txt'), 'не трогать');
    const made = await copyTo(core, stick);
    expect(made.written).toBe(made.bytes);
    expect((await core.value('copies.state', {})).last).toMatchObject({ madeAt: made.madeAt, place: 'ТРЕНЕР' });
    // The laptop is gone; only stick and paper are left.
    await core.close();
    rmSync(core.directory, { recursive: true });

    const heir = keep(startCore());
    const [copy] = await copiesOn(heir, stick);
    expect(copy).toMatchObject({ laptop: 'Ноутбук 1, пример', bytes: made.bytes, problem: null, isOwn: false });
    expect(copy?.commissionNames?.ru).toContain('Алматинская');
    const session = await putBack(heir, stick, core.recovery, newPin);
    expect(session).toMatchObject({
      ok: true,
      value: { name: 'Председатель, пример 1', partition: 'kz/kz-19/kz-19-tec_oblast' },
    });
    expect(await contactNames(heir)).toEqual(['Тайное Имя, пример']);
    const path = join(temporaryFolder(), 'скан.pdf');
    const target = { kind: 'decision' as const, id: core.decision, sha256: core.attachment, path };
    await heir.value('files.copyOut', target);
    expect(readFileSync(path)).toHaveLength(copyPieceBytes + 5000);
    expect(readdirSync(heir.directory)).not.toContain(stagingFolder);

    await heir.value('access.lock', {});
    const { rows } = await heir.value('access.state', {});
    expect(rows.map((row) => [row.role, row.hasPin])).toEqual([
      ['chair', true],
      ['secretary', false],
    ]);
    const second = rows[1]?.slot ?? '';
    expect(await heir.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('access/wrong-pin');
    expect(await heir.code('access.signIn', { slot: core.slot, pin: newPin })).toBe('ok');
    await heir.value('access.lock', {});
    expect(await heir.code('access.signIn', { slot: second, pin: 'фраза из слов' })).toBe('access/no-pin');
    const recover = { slot: second, code: core.recovery, newPin: '730194' };
    expect(await heir.value('access.recover', recover)).toMatchObject({ role: 'secretary' });
    expect(readFileSync(join(stick, 'чужой файл.txt'), 'utf8')).toBe('не трогать');
  });

  test('holds nothing personal in the clear, and no key that a PIN opens', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    const vault = readVault(core.directory);
    if (vault === null || vault === 'damaged') throw new Error('no vault');
    const boxes = vault.slots.map(({ wrapped }) => wrapped?.box ?? '');
    const secrets = ['Тайн', 'Секретарь', 'Председатель, пример', 'скан', testPin, core.recovery.slice(0, 9), ...boxes];
    const files = Object.keys(filesBelow(stick));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const bytes = readFileSync(join(stick, file));
      for (const secret of secrets) expect(bytes.includes(Buffer.from(secret)), `${file}: ${secret}`).toBe(false);
    }
    expect(readFileSync(join(laptopFolder(stick), indexes(stick)[0] ?? ''), 'utf8')).toContain(
      vault.recovery?.box ?? '-',
    );
    for (const line of core.log) expect(JSON.stringify(line)).not.toMatch(/Тайн|пример|ТРЕНЕР/);
  });

  test('made a second time writes what is new only; two are kept, a third takes the place of the first', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    const first = await copyTo(core, stick);
    await addContact(core, 'Второй контакт, пример');
    const second = await copyTo(core, stick);
    expect(second.bytes).toBeGreaterThanOrEqual(first.bytes);
    expect(second.written).toBeLessThan(second.bytes - copyPieceBytes);
    const { needed, free, total } = await core.value('copies.preview', { place: await plugInCopies(core, stick) });
    expect(needed).toBeLessThan(total);
    expect(free).toBeGreaterThan(0);
    expect(indexes(stick)).toHaveLength(2);
    const third = await copyTo(core, stick);
    expect((await copiesOn(core, stick)).map(({ madeAt }) => madeAt)).toEqual([third.madeAt, second.madeAt]);
    // Nothing of the first is left but what the others need too.
    const heir = keep(startCore());
    expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('ok');
    expect(await contactNames(heir)).toHaveLength(2);
  });

  test('made after a clock that was ahead was set right is kept beside those dated later', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    const ahead = 9 * 365 * 86_400_000;
    core.clock.now += ahead;
    for (let turn = 0; turn < 2; turn += 1) await copyTo(core, stick);
    core.clock.now -= ahead;
    for (let turn = 0; turn < 2; turn += 1) {
      await addContact(core, `После исправления часов ${turn}, пример`);
      const made = await copyTo(core, stick);
      const copies = await copiesOn(core, stick);
      expect(copies).toHaveLength(2);
      expect(copies[0]).toMatchObject({ madeAt: made.madeAt, isNewest: true });
      expect(copies[1]?.isNewest).toBe(false);
    }
    const heir = keep(startCore());
    // Puts the first of the list back.
    expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('ok');
    expect(await contactNames(heir)).toHaveLength(3);
  });

  test('of the form before this one is put back, and comes before all made since', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    const [name = ''] = indexes(stick);
    const index = parseCopyIndex(readFileSync(join(laptopFolder(stick), name), 'utf8'));
    if (index === null || index === 'from-future') throw new Error('no index');
    const key = await unwrapKey(index.head.recovery, core.recovery.replaceAll(/\D/g, ''), null);
    if (key === null || key === 'no-device') throw new Error('no key');
    const { turn, ...head } = index.head;
    expect(turn).toBe(1);
    const body = openCopy(index, copyKeyOf(key));
    if (body === null) throw new Error('no body');
    // Its name was the moment; nothing in it is small enough to share a piece.
    const former = sealCopy({ ...head, format: 1, madeAt: head.madeAt + 86_400_000 }, body, copyKeyOf(key), {
      bytes: randomBytes,
    });
    rmSync(join(laptopFolder(stick), name));
    writeFileSync(join(laptopFolder(stick), copyName(former.head.madeAt)), JSON.stringify(former));
    expect((await copiesOn(core, stick)).map(({ problem }) => problem)).toEqual([null]);
    expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
    const made = await copyTo(core, stick);
    expect((await copiesOn(core, stick)).map(({ madeAt }) => madeAt)).toEqual([made.madeAt, former.head.madeAt]);
  });

  test('leaves out what the system put among the attachments, and goes back', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    const root = join(core.directory, 'attachments');
    for (const folder of readdirSync(root)) writeFileSync(join(root, folder, 'Thumbs.db'), 'system');
    const made = await copyTo(core, stick);
    expect((await copiesOn(core, stick)).map(({ madeAt }) => madeAt)).toEqual([made.madeAt]);
    const heir = keep(startCore());
    expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('ok');
    expect(Object.keys(filesBelow(heir.directory)).filter((path) => path.endsWith('Thumbs.db'))).toEqual([]);
  });

  test('of another laptop lies beside it on the same stick, and neither touches the other', async () => {
    const [one, two] = [keep(await filledLaptop()), keep(await startSignedIn({ commission: 'kz-19-tec_oblast' }))];
    await addContact(two, 'У второго ноутбука, пример');
    const stick = temporaryFolder();
    await copyTo(one, stick);
    const before = filesBelow(stick);
    for (let turn = 0; turn < 3; turn += 1) await copyTo(two, stick);
    expect(filesBelow(stick)).toMatchObject(before);
    const seen = await copiesOn(two, stick);
    expect(seen.map(({ isOwn }) => isOwn).sort()).toEqual([false, true, true]);
    const heir = keep(startCore());
    await plugInCopies(heir, stick);
    const foreign = seen.find(({ isOwn }) => !isOwn);
    const at = { place: foreign?.place ?? '', copy: foreign?.copy ?? '' };
    expect(await heir.code('copies.persons', { ...at, code: two.recovery })).toBe('copies/wrong-code');
    expect(await heir.code('copies.persons', { ...at, code: one.recovery })).toBe('ok');
  });

  test('is not made without a recovery code, of sample data, or twice at once', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    const place = await plugInCopies(core, stick);
    const twice = await Promise.all([1, 2].map(() => core.code('copies.write', { place, laptop: 'Ноутбук' })));
    expect(twice.sort()).toEqual(['copies/busy', 'ok']);
    const vault = readVault(core.directory);
    if (vault === null || vault === 'damaged') throw new Error('no vault');
    writeVault(core.directory, { ...vault, recovery: null });
    expect((await core.value('copies.state', {})).code).toBe('none');
    expect(await core.code('copies.write', { place, laptop: 'Ноутбук' })).toBe('copies/no-code');
    await core.value('access.startSample', { locale: 'ru', country: 'kz' });
    expect(await core.code('copies.write', { place, laptop: 'Ноутбук' })).toBe('sync/sample');
  });

  test('opens with the code it was made under; after a new code the next copy removes those of the old one', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    const { recoveryCode } = await core.value('access.renewRecoveryCode', { pin: testPin });
    await core.value('access.confirmRecoveryCode', {});
    expect((await core.value('copies.state', {})).code).toBe('former');
    await copyTo(core, stick);
    expect((await core.value('copies.state', {})).code).toBe('ready');
    expect(indexes(stick)).toHaveLength(1);
    const heir = keep(startCore());
    expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('copies/wrong-code');
    expect(codeOf(await putBack(heir, stick, recoveryCode.groups.join(' ')))).toBe('ok');
  });

  test('goes on while the laptop is locked, and is whole', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    const place = await plugInCopies(core, stick);
    const writing = core.call('copies.write', { place, laptop: 'Ноутбук' });
    await untilTask(core, ({ step }) => step === 'write' || step === 'check');
    await core.value('access.lock', {});
    expect(codeOf(await writing)).toBe('ok');
    expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
    expect(readdirSync(join(core.directory, 'backups')).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('what goes wrong while a copy is written', () => {
  function smallStick(size: string): string | null {
    const place = join(temporaryFolder(), 'ФЛЕШКА');
    mkdirSync(place);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place], { stdio: 'pipe' });
    } catch {
      return null;
    }
    mounted.push(place);
    return place;
  }
  const canMount = smallStick('64k') !== null;
  if (!canMount) console.error('Tests of full and read-only sticks are skipped: mounting a tmpfs needs root.');

  test.skipIf(!canMount)('no room: told before anything is written, and the copy before stays whole', async () => {
    const core = keep(await filledLaptop());
    const stick = smallStick('20m') ?? '';
    await copyTo(core, stick);
    const before = filesBelow(stick);
    await attachFile(core, core.decision, 'скан 2.pdf', randomBytes(16 * 1024 * 1024));
    const place = await plugInCopies(core, stick);
    const refused = await core.call('copies.write', { place, laptop: 'Ноутбук' });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'stick/full', needed: expect.any(Number), free: expect.any(Number) },
    });
    expect((await core.value('copies.state', {})).problem).toMatchObject({ code: 'stick/full' });
    expect(filesBelow(stick)).toEqual(before);
    expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
  });

  test.skipIf(!canMount)('room for one copy beside the newest: the older of two makes it', async () => {
    const core = keep(await filledLaptop());
    const stick = smallStick('24m') ?? '';
    await copyTo(core, stick);
    // Each copy holds an attachment that the next one does not.
    for (const turn of [1, 2]) {
      const { id } = await core.value('records.save', { kind: 'decision', values: { number: `2/${turn}` } });
      await attachFile(core, id, 'скан.pdf', randomBytes(5 * 1024 * 1024));
      const made = await copyTo(core, stick);
      expect((await copiesOn(core, stick))[0]?.madeAt).toBe(made.madeAt);
    }
    expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
  });

  test.skipIf(!canMount)(
    'no room beside one of a newer version of the app: neither it nor what it may need is removed',
    async () => {
      const core = keep(await filledLaptop());
      const stick = smallStick('24m') ?? '';
      for (let turn = 0; turn < 2; turn += 1) await copyTo(core, stick);
      const newer = JSON.stringify({ head: { format: 3 }, sealed: '' });
      writeFileSync(join(laptopFolder(stick), `copy-${'0'.repeat(14)}.json`), newer);
      const before = filesBelow(stick);
      await attachFile(core, core.decision, 'скан 2.pdf', randomBytes(24 * 1024 * 1024));
      const place = await plugInCopies(core, stick);
      expect(await core.code('copies.write', { place, laptop: 'Ноутбук' })).toBe('stick/full');
      expect(filesBelow(stick)).toEqual(before);
    },
  );

  test.skipIf(!canMount)('closed to writing, or pulled: named so', async () => {
    const core = keep(await filledLaptop());
    const stick = smallStick('40m') ?? '';
    execFileSync('mount', ['-o', 'remount,ro', stick]);
    const place = await plugInCopies(core, stick);
    expect(await core.code('copies.write', { place, laptop: 'Ноутбук' })).toBe('stick/read-only');
    execFileSync('mount', ['-o', 'remount,rw', stick]);
    const writing = core.call('copies.write', { place, laptop: 'Ноутбук' });
    await untilTask(core, ({ step, done }) => step === 'write' && done > 0);
    pull(stick);
    expect(codeOf(await writing)).toBe('stick/gone');
    // Its folder is on the laptop's own disk now: nothing was written there instead.
    expect(Object.keys(filesBelow(stick))).toEqual([]);
    expect(await core.code('copies.write', { place, laptop: 'Ноутбук' })).toBe('stick/gone');
  });

  test('ended by a person: nothing of it stays on the stick, and the copy before is whole', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    const before = filesBelow(stick);
    await attachFile(core, core.decision, 'скан 2.pdf', randomBytes(40 * 1024 * 1024));
    const writing = core.call('copies.write', { place: await plugInCopies(core, stick), laptop: 'Ноутбук' });
    await untilTask(core, ({ step, done }) => step === 'write' && done > 10 * 1024 * 1024);
    await core.value('copies.cancel', {});
    expect(codeOf(await writing)).toBe('copies/stopped');
    expect(filesBelow(stick)).toEqual(before);
    expect((await core.value('copies.state', {})).task).toBeNull();
  });

  test('a piece that has gone bad on the stick is written anew with the next copy', async () => {
    const core = keep(await filledLaptop());
    const stick = temporaryFolder();
    await copyTo(core, stick);
    for (const piece of pieces(stick)) spoil(piece);
    await copyTo(core, stick);
    expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
  });
});
