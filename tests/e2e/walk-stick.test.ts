/**
 * Three laptops in real Electron, one of them never online: enrolled by a file on a stick, kept equal by the stick alone, also where
 * one is full or closed to writing, and handed over to a neighbour without a hub. The steps build on each other, in this order.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { SyncExchange, SyncStatus } from '#shared/sync/contract.ts';
import type { LaunchOptions } from '../lib/electron-app.ts';
import { startHub, type TestHub } from '../lib/hub.ts';
import { closeToWriting, mountOn, openForWriting, pull } from '../lib/small-disk.ts';
import { firstRun } from '../lib/walk-access.ts';
import { addContact, contactNames, contactRow } from '../lib/walk-contacts.ts';
import { type Desk, isSeen, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';
import { badge, enrol, roadMark } from '../lib/walk-sync.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-stick-'));
const drives = join(folder, 'drives');
const stick = join(drives, 'ТРЕНЕР');
const partition = 'kz/kz-19/kz-19-tec_oblast';
const commission = {
  country: 'kz',
  search: 'Almaty',
  commission: 'Алматинская областная территориальная избирательная комиссия',
} as const;
const chair = { name: 'Алиева Мадина (образец)', role: 'chair', pin: '507284' } as const;
const secretary = { name: 'Сериков Данияр (образец)', role: 'secretary', pin: '618395' } as const;
const member = { name: 'Нурланова Айгуль (образец)', role: 'member', pin: '284617' } as const;

let hub: TestHub;
let online: Desk;
let remote: Desk;
let neighbour: Desk;

const launch = (profile: string): LaunchOptions => ({
  profile: join(folder, profile),
  env: { KOMISSIYA_DRIVE_ROOTS: drives },
});

keepEvidence();
beforeAll(async () => {
  mkdirSync(stick, { recursive: true });
  hub = await startHub();
});
afterAll(async () => {
  for (const desk of [online, remote, neighbour]) await standUp(desk);
  await hub.close();
  pullSmall();
  rmSync(folder, { recursive: true, force: true });
});

/** The badge of the laptop without a line: what was done with its last stick, and when. */
const lastStick = (act: 'written' | 'taken') => badge(remote, remote.say(`sync:past.${act}`));

test('a laptop without a line is enrolled by files on a stick', async () => {
  remote = await sitDown('ru', launch('Профиль без сети № 1'));
  await firstRun(remote, { locale: 'ru', ...commission, person: chair });
  await addContact(remote, { name: 'Қаримов Ойбек (образец)' });
  rmSync(stick, { recursive: true });
  await remote.goTo('sync');
  // Without a stick the button says what it needs.
  const needed = remote.page.getByRole('alert').filter({ hasText: remote.say('stick:noStick') });
  await remote.text(remote.say('stick:noStick')).waitFor();
  expect(await needed.count()).toBe(0);
  await remote.button(remote.say('stick:request')).click();
  await needed.waitFor();
  mkdirSync(stick);
  await hub.command(
    'invite',
    '--file',
    stick,
    '--partition',
    partition,
    '--roles',
    'chair',
    '--laptop',
    'SAMPLE-REMOTE',
  );
  const invited = remote.text(remote.say('stick:arrival.invitation', { name: 'ТРЕНЕР', hub: 'Hub, sample' }));
  expect(await isSeen(invited)).toBe(true);
  await remote.shot('walk-stick-invitation');
  await remote.button(remote.say('stick:request')).click();
  await remote.text(remote.like('stick:requested')).first().waitFor();
  expect(await hub.command('stick', stick)).toContain('enrolled\tSAMPLE-REMOTE');
  await remote.button(remote.say('stick:accept')).click();
  await remote.button(remote.say('stick:write')).waitFor();
  await remote.shot('walk-stick-enrolled');
});

test('what it writes goes to the hub on the stick, and what others wrote comes back', async () => {
  online = await sitDown('ru', launch('Профиль с сетью № 2'));
  await firstRun(online, { locale: 'ru', ...commission, person: secretary });
  await enrol(online, hub.address, await hub.invite({ partition, laptop: 'SAMPLE-ONLINE' }));
  await addContact(online, { name: 'Онлайнов Пример (образец)' });
  await online.goTo('contacts');
  await roadMark(online, contactRow(online, 'Онлайнов Пример'), 'received').waitFor();

  await remote.button(remote.say('stick:write')).click();
  await remote.choose(remote.say('stick:place.stick', { name: 'ТРЕНЕР' }));
  await remote.shot('walk-stick-dialog');
  await remote.button(remote.say('stick:dialog.write')).click();
  await remote.heading(remote.say('stick:done.title')).waitFor();
  await remote.shot('walk-stick-done');
  await remote.button(remote.say('stick:done.close')).click();
  // What was just written is on its way: that there was no exchange yet would read as that it came to nothing.
  await remote.page.getByText(remote.like('sync:state.onTheWay')).first().waitFor();
  expect(await remote.page.getByText(remote.say('sync:last.never')).count()).toBe(0);
  await remote.goTo('contacts');
  await roadMark(remote, contactRow(remote, 'Қаримов Ойбек'), 'sent').waitFor();
  await lastStick('written').waitFor();
  // A finder of the stick reads nothing of it.
  for (const file of readdirSync(join(stick, 'komissiya'))) {
    const bytes = readFileSync(join(stick, 'komissiya', file));
    for (const personal of ['Қаримов', 'SAMPLE-ONLINE', chair.name]) expect(bytes.includes(personal)).toBe(false);
  }

  expect(await hub.command('stick', stick)).toContain('taken\tSAMPLE-REMOTE');
  const notice = remote.text(remote.say('stick:notice.text', { name: 'ТРЕНЕР' }));
  expect(await isSeen(notice)).toBe(true);
  await remote.shot('walk-stick-notice');
  await remote.button(remote.say('stick:notice.take')).click();
  await contactRow(remote, 'Онлайнов Пример').waitFor();
  await roadMark(remote, contactRow(remote, 'Қаримов Ойбек'), 'received').waitFor();
  await lastStick('taken').waitFor();
  await online.goTo('contacts');
  await expect.poll(() => contactNames(online)).toContain('Қаримов Ойбек (образец)');
  await remote.goTo('sync');
  expect(await isSeen(remote.heading(remote.say('sync:state.received')))).toBe(true);
  await remote.shot('walk-stick-sync');
});

test('what the hub refuses from a stick is told apart from what waits, until the right is back', async () => {
  const said = (words: string) => remote.page.getByText(words);
  const grant = (role: string) => hub.command('grant', 'SAMPLE-REMOTE', '--roles', role, '--hand-over-days', '0');
  const take = () => remote.button(remote.say('stick:take')).first().click();
  await grant('trainer');
  const draft = { kind: 'decision', values: { state: 'draft', number: '24/1', title_ru: 'Об обучении (образец)' } };
  expect(await remote.call('records.save', draft)).toMatchObject({ ok: true });
  await remote.goTo('sync');
  await said(remote.say('stick:text.waiting', { number: 1 })).waitFor();
  await remote.button(remote.say('stick:write')).click();
  await remote.button(remote.say('stick:dialog.write')).click();
  await remote.button(remote.say('stick:done.close')).click();
  await hub.command('stick', stick);
  await take();
  await badge(remote, remote.say('app:badge.partly')).waitFor();
  await said(remote.say('stick:text.refused', { number: 1 })).waitFor();
  expect(await said(remote.say('stick:text.waiting', { number: 1 })).count()).toBe(0);
  expect(
    await remote.text(remote.say('failures:sync/hub-refused.title'), remote.page.locator('.sync-card')).count(),
  ).toBe(1);
  await remote.button(remote.say('stick:write')).click();
  await said(remote.say('stick:dialog.refusedAll')).waitFor();
  await remote.shot('walk-stick-refused');
  await remote.button(remote.say('stick:dialog.cancel')).click();

  // What it refused lies on the stick still.
  await grant('chair');
  await hub.command('stick', stick);
  await take();
  await said(remote.say('stick:text.none')).waitFor();
});

const small = join(drives, 'МАЛАЯ');
/** A stick of its own that can be full and closed; false where this machine lets nobody mount one. */
function plugInSmall(): boolean {
  mkdirSync(small);
  try {
    mountOn(small, '256k');
    return true;
  } catch {
    rmSync(small, { recursive: true });
    console.error('The walk with a full and a read-only stick is skipped: mounting a tmpfs needs root.');
    return false;
  }
}
function pullSmall(): void {
  if (!existsSync(small)) return;
  pull(small);
  rmSync(small, { recursive: true });
}

test('a full stick and one closed to writing are told of, with what to do, and nothing half-written stays', async (context) => {
  if (!plugInSmall()) return context.skip('mounting a tmpfs needs root');
  const filler = join(small, 'Фото.jpg');
  const parcels = () => (existsSync(join(small, 'komissiya')) ? readdirSync(join(small, 'komissiya')) : []);
  const dialog = remote.page.getByRole('dialog');
  const said = (key: string) => remote.text(remote.like(`failures:${key}`), dialog);
  const write = remote.button(remote.say('stick:dialog.write'));
  writeFileSync(filler, new Uint8Array(256 * 1024));
  await remote.goTo('sync');
  await remote.button(remote.say('stick:write')).click();
  await remote.choose(remote.say('stick:place.stick', { name: 'МАЛАЯ' }));
  await write.click();
  await said('stick/full.title').waitFor();
  await said('stick/full.text').waitFor();
  await remote.shot('walk-stick-full');
  expect(parcels()).toEqual([]);

  closeToWriting(small);
  await write.click();
  await said('stick/read-only.title').waitFor();
  await said('stick/read-only.text').waitFor();
  expect(await said('stick/full.title').count()).toBe(0);
  await remote.shot('walk-stick-read-only');
  expect(parcels()).toEqual([]);

  // What was said to do helps, in the same dialog.
  openForWriting(small);
  rmSync(filler);
  await write.click();
  await remote.heading(remote.say('stick:done.title')).waitFor();
  await remote.button(remote.say('stick:done.close')).click();
  expect(parcels()).toHaveLength(1);
  pullSmall();
  await expect
    .poll(async () => {
      const state = await remote.call<{ places: unknown[] }>('stick.state');
      return state.ok && state.value.places.length;
    })
    .toBe(1);
});

/** All that a laptop lists, of every kind, as texts; where a record is on its way is each laptop's own. */
async function allRecords(at: Desk): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of allKinds) {
    const list = await at.call<{ rows: RecordView[] }>('records.list', { kind: name, locale: 'ru', limit: 500 });
    if (!list.ok) throw new Error(`${name}: ${list.error.code}`);
    found.push(...list.value.rows.map(({ road: _road, ...rest }) => canonicalJson(rest)));
  }
  return found.toSorted();
}

test('one round of the trainer’s stick makes three laptops equal, one of which never had a line', async () => {
  neighbour = await sitDown('ru', launch('Профиль соседа № 3'));
  await firstRun(neighbour, { locale: 'ru', ...commission, person: member });
  // Who may not add a member is told who does, and where the composition comes from.
  await neighbour.goTo('commission');
  await neighbour.text(neighbour.say('commissions:empty.textMember')).waitFor();
  expect(await neighbour.button(neighbour.say('commissions:addMember')).count()).toBe(0);
  await neighbour.link(neighbour.say('commissions:empty.sync')).click();
  const invitation = { partition, roles: member.role, laptop: 'SAMPLE-NEIGHBOUR' };
  await enrol(neighbour, hub.address, await hub.invite(invitation));
  const written = ['Дальний Пример (образец)', 'Сетевой Пример (образец)', 'Соседний Пример (образец)'];
  const all = [remote, online, neighbour];
  for (const [index, at] of all.entries()) {
    await addContact(at, { name: written[index] ?? '' });
    await at.goTo('contacts');
    await roadMark(at, contactRow(at, written[index] ?? ''), at === remote ? 'saved' : 'received').waitFor();
  }
  expect(await allRecords(remote)).not.toEqual(await allRecords(online));

  await remote.goTo('sync');
  await remote.button(remote.say('stick:write')).click();
  await remote.button(remote.say('stick:dialog.write')).click();
  await remote.button(remote.say('stick:done.close')).click();
  expect(await hub.command('stick', stick)).toContain('taken\tSAMPLE-REMOTE');
  await remote.button(remote.say('stick:take')).first().click();
  await remote.page.getByText(remote.say('stick:text.none')).waitFor();
  for (const at of all) {
    await at.goTo('contacts');
    await expect.poll(() => contactNames(at)).toEqual(expect.arrayContaining(written));
  }
  const whole = await allRecords(online);
  // Three people, five contacts, the commission and a draft.
  expect(whole.length).toBeGreaterThanOrEqual(10);
  for (const at of [remote, neighbour]) {
    await expect.poll(() => allRecords(at)).toEqual(whole);
    expect(await contactNames(at)).toEqual(await contactNames(online));
  }
  const status = await remote.call<SyncStatus>('sync.status');
  expect(status.ok && status.value.enrolled).toMatchObject({ address: null });
  const past = await remote.call<{ items: SyncExchange[] }>('sync.exchanges', { limit: 100 });
  expect(past.ok && past.value.items.map(({ road }) => road)).toEqual(expect.not.arrayContaining(['hub']));
  await remote.shot('walk-stick-equal');
});

test('two laptops exchange by a stick without the hub', async () => {
  await hub.close();
  await addContact(remote, { name: 'Соседов Пример (образец)' });
  await remote.goTo('sync');
  await remote.button(remote.say('stick:write')).click();
  await remote.choose(remote.say('stick:place.stick', { name: 'ТРЕНЕР' }));
  await remote.choose(remote.say('stick:reader.laptop', { name: 'SAMPLE-NEIGHBOUR' }));
  await remote.button(remote.say('stick:dialog.write')).click();
  await remote.heading(remote.say('stick:done.title')).waitFor();
  await remote.button(remote.say('stick:done.close')).click();
  await neighbour.button(neighbour.say('stick:notice.take')).click();
  expect(await isSeen(contactRow(neighbour, 'Соседов Пример'))).toBe(true);
});

test('the pages complained of nothing', () => {
  expect(pageErrors()).toEqual([]);
});
