/**
 * A hub and a laptop are both put back from backups, and the laptop goes on in another way. Another, that knows the first way from a
 * snapshot, in real Electron: it says whose new records do not come, and what to do, once and calmly, for as long as a third is away that
 * has what the hub forgot; then it is well by itself.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startCore, startSignedIn, type TestCore, testPin } from '../lib/core.ts';
import { startHub, type TestHub } from '../lib/hub.ts';
import { firstRun } from '../lib/walk-access.ts';
import { type Desk, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';
import { badge, enrol, sendInvitation } from '../lib/walk-sync.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-parted-'));
const writerFolder = join(folder, 'writer');
const env = { KOMISSIYA_HUB_SNAPSHOT_OPS: '1' };
/** So much is worth a snapshot to a new laptop. */
const forgotten = 2000;
const laptop = 'SAMPLE-WRITER';
const secretary = { name: 'Сериков Данияр (образец)', role: 'secretary', pin: '618395' } as const;
let hub: TestHub;
let writer: TestCore;
let third: TestCore;
let desk: Desk;

keepEvidence();
afterAll(async () => {
  await standUp(desk);
  for (const core of [writer, third]) await core.close();
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

async function write(at: TestCore, what: string, count: number): Promise<void> {
  at.clock.now = Date.now();
  for (let from = 0; from < count; from += 200)
    await at.value('records.saveTogether', {
      items: Array.from({ length: Math.min(200, count - from) }, (_, index) => ({
        kind: 'contact',
        values: { name: `${what}, пример ${from + index + 1}` },
      })),
    });
  await at.value('sync.now', {});
}

async function comeBack(directory: string, seed: string): Promise<TestCore> {
  const core = startCore({ directory, seed });
  core.clock.now = Date.now();
  const { rows } = await core.value('access.state', {});
  await core.value('access.signIn', { slot: rows[0]?.slot ?? '', pin: testPin });
  return core;
}

test('a log that two backups have parted is told of on the Sync page, until what the hub forgot is back', async () => {
  hub = await startHub({ directory: join(folder, 'hub'), env });
  writer = await startSignedIn({ directory: writerFolder });
  third = await startSignedIn({ directory: join(folder, 'third') });
  for (const [core, name] of [
    [writer, laptop],
    [third, 'SAMPLE-THIRD'],
  ] as const) {
    core.clock.now = Date.now();
    await core.value('sync.enrol', { address: hub.address, code: await hub.invite({ laptop: name }) });
  }
  await write(writer, 'До копии', 1);
  await hub.command('backup', join(folder, 'backup'));
  await writer.close();
  cpSync(writerFolder, join(folder, 'copy'), { recursive: true });
  writer = await comeBack(writerFolder, 'until the copy is put back');
  await write(writer, 'Забыто хабом', forgotten);
  await write(third, 'Третий', 1);
  await third.close();
  await hub.command('snapshots');

  desk = await sitDown('ru', { profile: join(folder, 'Профиль секретаря') });
  await firstRun(desk, {
    locale: 'ru',
    country: 'kz',
    search: 'Almaty',
    commission: 'Алматинская областная территориальная избирательная комиссия',
    person: secretary,
  });
  const invited = { laptop: 'SAMPLE-READER' };
  await enrol(desk, hub.address, await hub.invite(invited));
  await desk.heading(desk.say('sync:state.received')).waitFor();

  const port = Number(new URL(hub.address).port);
  await writer.close();
  rmSync(writerFolder, { recursive: true });
  cpSync(join(folder, 'copy'), writerFolder, { recursive: true });
  await hub.kill();
  rmSync(hub.directory, { recursive: true });
  await hub.command('restore', join(folder, 'backup'));
  hub = await startHub({ directory: hub.directory, port, env });
  writer = await comeBack(writerFolder, 'since the copy was put back');
  await write(writer, 'После копии', forgotten + 100);

  // The restored hub has forgotten the reader.
  await desk.button(desk.say('sync:hub.check')).click();
  await sendInvitation(desk, hub.address, await hub.invite(invited));
  const cards = desk.page.locator('.sync-card');
  for (const locale of ['ru', 'tg'] as const) {
    if (locale !== desk.words.locale) await desk.switchTo(locale);
    await badge(desk, desk.say('app:badge.partly')).waitFor();
    const title = desk.text(desk.say('failures:sync/log-parted.title', { laptop }), cards);
    await expect.poll(() => title.count()).toBe(1);
    await desk.shot(`${locale}-parted`);
  }

  third = await comeBack(join(folder, 'third'), 'since the hub was put back');
  await third.value('sync.now', {});
  await desk.call('sync.now');
  await desk.heading(desk.say('sync:state.received')).waitFor();
  expect(pageErrors()).toEqual([]);
});
