/** Attachments by stick between real cores and a real hub: a trainer's round trip, and what is repeated, partial or late. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { invite } from '#hub/cli-invite.ts';
import { exchangeByStick } from '#hub/stick-command.ts';
import { type TestCore, startOfTime, startSignedIn, temporaryFolder } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';
import { newStick, plugIn, takeFrom, type TestStick, writeTo } from '#tests/lib/stick.ts';

const partition = 'kz/kz-19/kz-19-tec_oblast';

/** A hub in this process that is reached by its operator's commands alone, and offices that are never online. */
async function hubAndOffices() {
  const { hub, core, deps } = await startHubHere(() => startOfTime + 1000);
  const idle = [core];
  async function stick(folder: TestStick): Promise<string> {
    const said: string[] = [];
    const to = { out: (line: string) => void said.push(line), complain: (line: string) => void said.push(line) };
    await exchangeByStick(hub, [folder.path], to);
    return said.join('\n');
  }
  /** Enrolled by a stick. */
  async function office(name: string): Promise<TestCore> {
    let office = idle.pop();
    if (office === undefined) {
      const another = await startSignedIn();
      onTestFinished(() => another.close());
      office = another;
    }
    const folder = newStick();
    const options = ['--file', folder.path, '--partition', partition, '--roles', 'chair', '--laptop', name];
    await invite(hub, options, { out: () => undefined, complain: expect.unreachable }, deps);
    await office.value('stick.request', { place: await plugIn(office, folder) });
    await stick(folder);
    await office.value('stick.accept', { place: await plugIn(office, folder), confirmed: false });
    return office;
  }
  return { stick, office };
}

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
  const [large, small] = [randomBytes(5_000_000), randomBytes(40_000)];
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
}, 60_000);

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
  const content = randomBytes(9_000_000);
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
}, 60_000);
