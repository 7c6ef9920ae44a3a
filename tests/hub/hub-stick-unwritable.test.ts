/** A stick that the hub can read and not write: all it brought is taken in, what could not be written is said, and repeating it ends well. */
import { cpSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '#hub/hub-crypto.ts';
import { grantRequest } from '#hub/stick-command.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import type { TestCore } from '#tests/lib/core.ts';
import { closeToWriting, openForWriting, smallStick, unmountAll } from '#tests/lib/small-disk.ts';
import { newStick, plugIn, takeFrom, type TestStick, writeTo } from '#tests/lib/stick.ts';
import { hubAndOffices } from '#tests/lib/stick-offices.ts';

afterEach(unmountAll);
const canMount = smallStick() !== null;
unmountAll();
if (!canMount) console.error('Tests of sticks the hub cannot write are skipped in part: mounting a tmpfs needs root.');

/** Two offices with a contact each on one stick, and the request of a third, whose file comes before theirs. */
async function loadedStick() {
  const at = await hubAndOffices();
  const stick = newStick();
  const offices = [await at.office('SAMPLE-A'), await at.office('SAMPLE-B')] as const;
  const [first, second] = offices;
  const third = await at.asking('SAMPLE-NEW', stick);
  for (const office of offices) {
    await office.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } });
    await writeTo(office, stick, 'hub');
  }
  const ops = async (): Promise<number> => (await at.hub.ledger.totals()).ops;
  return { ...at, stick, first, second, third, ops, before: await ops() };
}

/** The stick that is read afterwards: answers lie in its folder now. */
async function endsWell(
  stick: TestStick,
  { first, second, third }: { first: TestCore; second: TestCore; third: TestCore },
): Promise<void> {
  await third.value('stick.accept', { place: await plugIn(third, stick), confirmed: false });
  for (const office of [first, second]) {
    expect(await takeFrom(office, stick)).toMatchObject({ problems: [] });
    expect(await office.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
  }
}

function movedTo(place: string, stick: TestStick): TestStick {
  cpSync(stick.path, place, { recursive: true });
  return { ...stick, path: place, files: () => readdirSync(join(place, 'komissiya')).sort() };
}

const takenIn = (said: string): void => {
  expect(said).toMatch(/taken\tSAMPLE-A\t[1-9]\d* changes/);
  expect(said).toMatch(/taken\tSAMPLE-B\t[1-9]\d* changes/);
  expect(said).toContain('enrolled\tSAMPLE-NEW');
  expect(said).toContain('What the stick brought is taken in');
};

describe.skipIf(!canMount)('a stick on a file system of its own', () => {
  test('write-protected: all is taken in, every answer is named as not written, and once it is open again all are there', async () => {
    const at = await loadedStick();
    const stick = movedTo(smallStick() ?? '', at.stick);
    closeToWriting(stick.path);
    const { ended, said } = await at.command(stick.path);
    takenIn(said);
    const moved = await at.ops();
    expect(moved).toBeGreaterThan(at.before + 2);
    for (const name of ['SAMPLE-A', 'SAMPLE-B', 'SAMPLE-NEW'])
      expect(said).toMatch(new RegExp(`not written\t${name}\t.*write-protected`));
    expect(said).not.toContain('answer\t');
    expect(ended).toBe(1);

    openForWriting(stick.path);
    const again = await at.command(stick.path);
    expect(again).toMatchObject({ ended: 0 });
    expect(again.said).not.toContain('not written');
    expect(await at.ops(), 'nothing twice').toBe(moved);
    await endsWell(stick, at);
  });

  test('full: all is taken in, and where the files are copied to a larger one the answers find their way', async () => {
    const at = await loadedStick();
    const place = smallStick() ?? '';
    const stick = movedTo(place, at.stick);
    const filling = join(place, 'filling');
    for (let size = 65_536, number = 0; size >= 1024; )
      try {
        writeFileSync(`${filling}-${(number += 1)}`, Buffer.alloc(size));
      } catch {
        size /= 2;
      }
    const { ended, said } = await at.command(place);
    takenIn(said);
    expect(said).toMatch(/not written\tSAMPLE-A\t.*full/);
    expect(said).toMatch(/not written\tSAMPLE-NEW\t.*full/);
    expect(ended).toBe(1);
    expect(stick.files().filter((name) => name.endsWith('.new'))).toEqual([]);

    const larger = newStick();
    cpSync(join(place, 'komissiya'), join(larger.path, 'komissiya'), { recursive: true });
    expect(await at.command(larger.path)).toMatchObject({ ended: 0 });
    await endsWell(larger, at);
  });
});

test('one answer that cannot be written keeps no other from its laptop', async () => {
  const at = await loadedStick();
  const known = (await at.hub.credentials.list()).find(({ laptop }) => laptop === 'SAMPLE-A');
  const name = parcelName('hub', known?.id ?? '', 1, sha256);
  const inTheWay = join(at.stick.path, 'komissiya', `${name}.new`);
  mkdirSync(inTheWay);
  const { ended, said } = await at.command(at.stick.path);
  takenIn(said);
  expect(said).toMatch(/not written\tSAMPLE-A\tits answer/);
  expect(said).not.toContain('answer\tSAMPLE-A');
  expect(said).toContain('answer\tSAMPLE-B');
  expect(ended).toBe(1);
  rmdirSync(inTheWay);
  expect(await at.command(at.stick.path)).toMatchObject({ ended: 0 });
  await endsWell(at.stick, at);
});

test('nothing at all can be written: all is taken in', async () => {
  const at = await loadedStick();
  const flat = newStick();
  cpSync(join(at.stick.path, 'komissiya'), flat.path, { recursive: true });
  const inTheWay = join(flat.path, 'komissiya');
  writeFileSync(inTheWay, 'a file where the folder should be');
  const { ended, said } = await at.command(flat.path);
  takenIn(said);
  for (const name of ['SAMPLE-A', 'SAMPLE-B', 'SAMPLE-NEW']) expect(said).toContain(`not written\t${name}`);
  expect(ended).toBe(1);
  expect(await at.ops()).toBeGreaterThan(at.before + 2);
  rmSync(inTheWay);
  expect(await at.command(flat.path)).toMatchObject({ ended: 0 });
  await endsWell(flat, at);
});

test('a request granted by hand: a stick that cannot be written is said to be so, and granting it again ends well', async () => {
  const at = await hubAndOffices();

  const core = await at.stranger();
  const stick = newStick();
  const { digits } = await core.value('stick.request', { place: await plugIn(core, stick) });
  const [request = ''] = stick.files();
  const moved = join(stick.path, request);
  cpSync(join(stick.path, 'komissiya', request), moved);
  rmSync(join(stick.path, 'komissiya'), { recursive: true });
  writeFileSync(join(stick.path, 'komissiya'), 'a file where the folder should be');
  const said: string[] = [];
  const to = { out: (line: string) => void said.push(line), complain: (line: string) => void said.push(line) };
  const args = [moved, '--roles', 'chair', '--laptop', 'SAMPLE-HAND', '--digits', digits];
  expect(await grantRequest(at.hub, args, to)).toBe(1);
  expect(said.join('\n')).toContain('not written\tSAMPLE-HAND');
  rmSync(join(stick.path, 'komissiya'));
  expect(await grantRequest(at.hub, args, to)).toBe(0);
  const place = await plugIn(core, stick);
  await core.value('stick.accept', { place, confirmed: true });
  expect((await core.value('sync.status', {})).enrolled).toMatchObject({ hubName: 'Komissiya hub' });
});
