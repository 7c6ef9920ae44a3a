/** What sticks carry beside segments, between real cores and a real hub: attachments on a trainer's round trip, repeated, partial and late; snapshots. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type TestCore, temporaryFolder } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { newStick, takeFrom, type TestStick, writeTo } from '#tests/lib/stick.ts';
import { hubAndOffices } from '#tests/lib/stick-offices.ts';

async function decision(core: TestCore, number: string): Promise<string> {
  return (await core.value('records.save', { kind: 'decision', values: { number } })).id;
}

async function here(core: TestCore, id: string): Promise<boolean[]> {
  const listed = await core.call('files.list', { kind: 'decision', id });
  return listed.ok ? listed.value.items.map((file) => file.here) : [];
}

async function contentOf(core: TestCore, id: string, sha256: string): Promise<Buffer> {
  const path = join(temporaryFolder(), 'out.pdf');
  await core.value('files.copyOut', { kind: 'decision', id, sha256, path });
  return readFileSync(path);
}

/** Another stick with some of the files of one. */
function withOnly(stick: TestStick, isWanted: (name: string) => boolean): TestStick {
  const part = newStick();
  mkdirSync(join(part.path, 'komissiya'));
  for (const name of stick.files().filter(isWanted))
    copyFileSync(join(stick.path, 'komissiya', name), join(part.path, 'komissiya', name));
  return part;
}

test('a trainer brings scans of two offices to the hub and each to the other, whole', async () => {
  const { stick: atHub, office } = await hubAndOffices();
  const [first, second] = [await office('SAMPLE-A'), await office('SAMPLE-B')];
  const [one, two] = [await decision(first, '1/1'), await decision(second, '1/2')];
  // Longer than a parcel holds, and one that shares a parcel.
  const [large, small] = [randomBytes(2_500_000), randomBytes(40_000)];
  const largeDigest = await attachFile(first, one, 'scan.pdf', large);
  const smallDigest = await attachFile(second, two, 'paper.pdf', small);
  const stick = newStick();
  expect((await first.value('stick.preview', { reader: 'hub', everything: false })).attachments).toEqual({
    files: 1,
    bytes: large.length,
  });
  expect(await writeTo(first, stick, 'hub')).toMatchObject({ files: 3, attachments: 1, left: { files: 0 } });
  expect(await writeTo(second, stick, 'hub')).toMatchObject({ attachments: 1 });
  for (const name of stick.files()) expect(stick.read(name).includes(small.subarray(0, 32))).toBe(false);
  const said = await atHub(stick);
  expect(said).toMatch(/taken\tSAMPLE-A\t0 changes, 1 attachments/);
  expect(said).toMatch(/answer\tSAMPLE-B\t\d+ segments, 1 attachments/);

  expect(await takeFrom(first, stick)).toMatchObject({ attachments: 1, problems: [] });
  expect(await takeFrom(second, stick)).toMatchObject({ attachments: 1, problems: [] });
  expect(await contentOf(first, two, smallDigest)).toEqual(small);
  expect(await contentOf(second, one, largeDigest)).toEqual(large);
  // What the hub has said it holds is not carried again, in neither direction.
  expect((await first.value('files.list', { kind: 'decision', id: one })).items[0]?.atHub).toBe(true);
  expect(await writeTo(first, stick, 'hub')).toMatchObject({ files: 1, attachments: 0 });
  expect(await writeTo(second, stick, 'hub')).toMatchObject({ attachments: 0 });
  expect(await atHub(stick)).not.toContain('attachments');
  expect(await takeFrom(second, stick)).toMatchObject({ attachments: 0, problems: [] });
});

test('pieces that come singly, twice and in the wrong order are put together in the end', async () => {
  const { stick: atHub, office } = await hubAndOffices();
  const [first, second] = [await office('SAMPLE-C'), await office('SAMPLE-D')];
  // The neighbour becomes known by the hub's word.
  const word = newStick();
  await writeTo(first, word, 'hub');
  await writeTo(second, word, 'hub');
  await atHub(word);
  await takeFrom(first, word);
  await takeFrom(second, word);
  const id = await decision(first, '2/1');
  const content = randomBytes(4_500_000);
  const digest = await attachFile(first, id, 'scan.pdf', content);
  const neighbour = (await second.value('sync.status', {})).laptops.find((each) => each.isThis)?.replica ?? '';
  const stick = newStick();
  expect(await writeTo(first, stick, neighbour)).toMatchObject({ files: 4, attachments: 1 });
  const part = (number: number) => withOnly(stick, (name) => name.endsWith(`-${number}.kpack`));
  for (const number of [3, 2, 2]) {
    expect(await takeFrom(second, part(number)), `part ${number} before its record`).toMatchObject({ attachments: 0 });
  }
  expect(await takeFrom(second, part(1))).toMatchObject({ problems: [] });
  expect(await takeFrom(second, part(3))).toMatchObject({ attachments: 0, problems: [] });
  expect(await takeFrom(second, part(2))).toMatchObject({ attachments: 0, problems: [] });
  expect(await here(second, id)).toEqual([false]);
  expect(await takeFrom(second, stick), 'all of it').toMatchObject({ attachments: 1, problems: [] });
  expect(await contentOf(second, id, digest)).toEqual(content);
  expect(await takeFrom(second, stick), 'again').toMatchObject({ received: 0, attachments: 0, problems: [] });
  // Half of them at the hub, the stick is lost; the next one brings it to its end.
  await writeTo(first, stick, 'hub');
  const half = withOnly(stick, (name) => !name.endsWith('-4.kpack'));
  expect(await atHub(half)).not.toContain('1 attachments');
  expect(await atHub(stick)).toMatch(/taken\tSAMPLE-C\t0 changes, 1 attachments/);
  // Each has told the other what it holds, and sends it only where it is asked to send everything.
  const back = newStick();
  const me = (await first.value('sync.status', {})).laptops.find((each) => each.isThis)?.replica ?? '';
  expect(await writeTo(second, back, me)).toMatchObject({ attachments: 0 });
  expect(await writeTo(second, back, me, true)).toMatchObject({ attachments: 1 });
  expect(await takeFrom(first, back)).toMatchObject({ attachments: 0, problems: [] });
  rmSync(join(back.path, 'komissiya'), { recursive: true });
  expect(await writeTo(first, back, neighbour)).toMatchObject({ attachments: 0 });
});

test('what the hub has no room for is told to the laptop by the answer on the stick, until the hub holds it', async () => {
  const { hub, stick: atHub, office } = await hubAndOffices({ KOMISSIYA_HUB_BLOB_QUOTA_BYTES: '1000000' });
  const first = await office('SAMPLE-A');
  const id = await decision(first, '1/1');
  const fits = await attachFile(first, id, 'scan.pdf', randomBytes(600_000));
  const stick = newStick();
  await writeTo(first, stick, 'hub');
  await atHub(stick);
  expect(await takeFrom(first, stick)).toMatchObject({ problems: [] });
  const late = await attachFile(first, id, 'second scan.pdf', randomBytes(700_000));
  await writeTo(first, stick, 'hub');
  expect(await atHub(stick)).toMatch(/pieces refused/);
  expect(await takeFrom(first, stick)).toMatchObject({ problems: [{ code: 'files/over-quota' }] });
  const view = async () =>
    (await first.value('files.list', { kind: 'decision', id })).items.map(({ sha256, atHub: isThere, problem }) => ({
      sha256,
      atHub: isThere,
      problem: problem?.code ?? null,
    }));
  expect(await view()).toEqual([
    { sha256: fits, atHub: true, problem: null },
    { sha256: late, atHub: false, problem: 'files/over-quota' },
  ]);
  expect((await first.value('files.traffic', {})).problem).toEqual({ code: 'files/over-quota' });
  expect((await first.value('sync.exchanges', { limit: 1 })).items).toMatchObject([
    { road: 'stick', problem: { code: 'files/over-quota' } },
  ]);
  expect((await first.value('sync.status', {})).saved, 'the records have arrived').toBe(0);

  await hub.db.deleteFrom('blob_ref').where('sha256', '=', fits).execute(); // room is made
  await writeTo(first, stick, 'hub');
  await atHub(stick);
  expect(await takeFrom(first, stick)).toMatchObject({ problems: [] });
  expect((await view())[1]).toEqual({ sha256: late, atHub: true, problem: null });
  expect((await first.value('files.traffic', {})).problem).toBeNull();
});

test('a laptop that began with a snapshot hands it on; where that is lost, the hub is said to be needed', async () => {
  const { hub, stick: atHub, office, online } = await hubAndOffices();
  const full = await online('SAMPLE-FULL');
  for (let batch = 0; batch < 5; batch += 1) {
    const items = Array.from({ length: 420 }, (_, index) => ({
      kind: 'contact' as const,
      values: { name: `Контакт, пример ${batch}-${index}` },
    }));
    await full.value('records.saveTogether', { items });
  }
  await full.value('sync.now', {});
  expect(await hub.snapshots.sweep()).toBe(1);
  const carrier = await online('SAMPLE-CARRIER');
  const [cold, late] = [await office('SAMPLE-NEVER-ONLINE'), await office('SAMPLE-LATE')];
  // With something to send the carrier also hears of them from the hub.
  await carrier.value('records.save', { kind: 'contact', values: { name: 'Аа, пример после снимка' } });
  await carrier.value('sync.now', {});
  const { readers } = await carrier.value('stick.state', {});
  const idOf = (name: string): string => readers.find((reader) => reader.name === name)?.id ?? '';
  const reader = idOf('SAMPLE-NEVER-ONLINE');

  const stick = newStick();
  expect(await carrier.value('stick.preview', { reader, everything: false })).toMatchObject({ needsHub: false });
  expect(await writeTo(carrier, stick, reader)).toMatchObject({ files: 2 });
  expect(await takeFrom(cold, stick)).toMatchObject({ problems: [] });
  const all = await contacts(carrier);
  expect(all).toMatchObject({ total: 2101, first: 'Аа, пример после снимка' });
  expect(await contacts(cold)).toEqual(all);
  expect(await takeFrom(cold, stick), 'again').toMatchObject({ received: 0, problems: [] });

  const tail = newStick();
  await writeTo(carrier, tail, idOf('SAMPLE-LATE'));
  const withoutSnapshot = withOnly(tail, (name) => name.endsWith('-1.kpack'));
  expect((await takeFrom(late, withoutSnapshot)).problems).toEqual([
    { code: 'stick/needs-hub', laptop: 'SAMPLE-CARRIER' },
  ]);
  expect((await contacts(late)).total, "the carrier's own").toBe(1);
  const fromHub = newStick();
  await atHub(fromHub);
  expect(await takeFrom(late, fromHub)).toMatchObject({ problems: [] });
  expect(await contacts(late)).toEqual(all);
});

async function contacts(core: TestCore): Promise<{ total: number; first: unknown }> {
  const { rows, total } = await core.value('records.list', { kind: 'contact', locale: 'ru' });
  return { total, first: rows[0]?.values['name'] };
}
