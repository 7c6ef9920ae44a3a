/** A copy that a person takes off a stick: what else lies there stays whole. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FoundCopy } from '#shared/copies/contract.ts';
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
} from '#tests/lib/copies.ts';
import { startCore, startSignedIn, temporaryFolder, type TestCore } from '#tests/lib/core.ts';
import { keptForEachTest } from '#tests/lib/kept.ts';

const keep = keptForEachTest();

const remove = (core: TestCore, copy: FoundCopy | undefined): Promise<string> =>
  core.code('copies.remove', { place: copy?.place ?? '', copy: copy?.copy ?? '' });

test('own copies: the other stays whole, what only the removed one needed goes; with the last one all goes', async () => {
  const core = keep(await filledLaptop());
  const stick = temporaryFolder();
  writeFileSync(join(stick, 'чужой файл.txt'), 'не трогать');
  const first = await copyTo(core, stick);
  await addContact(core, 'Второй контакт, пример');
  const second = await copyTo(core, stick);
  const before = pieces(stick).length;
  const [newest] = await copiesOn(core, stick);
  expect(await remove(core, newest)).toBe('ok');
  expect(pieces(stick).length).toBeLessThan(before);
  expect((await core.value('copies.state', {})).last).toMatchObject({ madeAt: first.madeAt, place: 'ТРЕНЕР' });
  const heir = keep(startCore());
  expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('ok');
  expect(await contactNames(heir)).toEqual(['Тайное Имя, пример']);
  expect(await remove(core, newest), 'gone already').toBe('copies/gone');

  const [last] = await copiesOn(core, stick);
  expect(last?.madeAt).toBe(first.madeAt);
  expect(await remove(core, last)).toBe('ok');
  expect(Object.keys(filesBelow(stick))).toEqual(['чужой файл.txt']);
  expect((await core.value('copies.state', {})).last).toBeNull();
  expect((await copyTo(core, stick)).written).toBeGreaterThan(second.bytes / 2);
});

test('another laptop\u2019s: its other copy stays whole until it goes as well', async () => {
  const core = keep(await filledLaptop());
  const stick = temporaryFolder();
  await copyTo(core, stick);
  await copyTo(core, stick);
  const folder = laptopFolder(stick);
  const other = keep(await startSignedIn({ commission: 'kz-19-tec_oblast' }));
  const copies = await copiesOn(other, stick);
  expect(copies.map(({ isOwn, isNewest }) => [isOwn, isNewest])).toEqual([
    [false, true],
    [false, false],
  ]);
  const before = pieces(stick);
  expect(await remove(other, copies[0])).toBe('ok');
  expect(indexes(stick)).toHaveLength(1);
  expect(pieces(stick)).toEqual(before);
  expect(codeOf(await putBack(keep(startCore()), stick, core.recovery))).toBe('ok');
  expect(await remove(other, copies[1])).toBe('ok');
  expect(existsSync(folder)).toBe(false);
});

test('one that cannot be read goes; without a person nothing goes', async () => {
  const core = keep(await filledLaptop());
  const stick = temporaryFolder();
  await copyTo(core, stick);
  writeFileSync(join(laptopFolder(stick), `copy-${'9'.repeat(14)}.json`), '{');
  const copies = await copiesOn(core, stick);
  expect(copies.map(({ problem }) => problem)).toEqual([null, 'damaged']);
  const heir = keep(startCore());
  expect(await remove(heir, (await copiesOn(heir, stick))[0])).toBe('rpc/locked');
  expect(indexes(stick)).toHaveLength(2);
  const before = pieces(stick);
  expect(await remove(core, copies[1])).toBe('ok');
  expect(indexes(stick)).toHaveLength(1);
  expect(pieces(stick)).toEqual(before);
});
