/**
 * The hub and two laptops in real Electron: invitations as a file and as a link, first exchange, live changes both ways, a line that
 * costs money, a hub that is away and comes back, a laptop that is shut out and invited again, and the page on which the operator sees
 * both. The steps build on each other, in this order.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LaunchOptions } from '../lib/electron-app.ts';
import { startHub, type TestHub } from '../lib/hub.ts';
import { firstRun } from '../lib/walk-access.ts';
import {
  addContact,
  addMember,
  contactNames,
  contactRow,
  editContact,
  memberRow,
  openContact,
} from '../lib/walk-contacts.ts';
import {
  countVotes,
  decisionRow,
  newDecision,
  openDecision,
  savedNote,
  sign,
  writeText,
} from '../lib/walk-decisions.ts';
import { type Desk, isSeen, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';
import { attach, saveAttachment } from '../lib/walk-files.ts';
import {
  badge,
  chooseInvitation,
  enrolAsRead,
  pasteInvitation,
  roadMark,
  sendInvitation,
  setLine,
} from '../lib/walk-sync.ts';
import { buildCoursePack, course, courseRow, lessonHeading, readLesson, takeCourse } from '../lib/walk-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-hub-'));
const drives = join(folder, 'drives');
/** A scan of a paper, and where the second laptop saves files. */
const scan = join(folder, 'Скан протокола № 24.pdf');
const papers = join(folder, 'papers');
/** On the slowest line that can be chosen it takes two minutes. */
const large = join(folder, 'Большой скан.pdf');
const commission = {
  country: 'kz',
  search: 'Almaty',
  commission: 'Алматинская областная территориальная избирательная комиссия',
} as const;
const partition = 'kz/kz-19/kz-19-tec_oblast';
const chair = { name: 'Алиева Мадина (образец)', role: 'chair', pin: '507284' } as const;
const secretary = { name: 'Сериков Данияр (образец)', role: 'secretary', pin: '618395' } as const;
const karimov = 'Қаримов Ойбек (образец)';
const number = '24/1';
/** For the tries of an app that has lost the hub: 5 s, then twice as long each time. */
const backMs = 60_000;

let desk: Desk;
let second: Desk;
let hub: TestHub;

const launch = (profile: string): LaunchOptions => ({
  profile: join(folder, profile),
  env: { KOMISSIYA_DRIVE_ROOTS: drives, KOMISSIYA_PDF_DIR: papers },
});

keepEvidence();
beforeAll(async () => {
  mkdirSync(join(drives, 'ФЛЕШКА'), { recursive: true });
  buildCoursePack(join(drives, 'ФЛЕШКА', 'kurs.kpack'));
  mkdirSync(papers);
  writeFileSync(scan, randomBytes(300_000));
  writeFileSync(large, randomBytes(2_000_000));
  hub = await startHub();
  desk = await sitDown('ru', launch('Профиль председателя № 1'));
});
afterAll(async () => {
  await standUp(second);
  await standUp(desk);
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

test('before the hub all stays on the laptop, and the marks say so', async () => {
  await firstRun(desk, { locale: 'ru', ...commission, person: chair });
  await addContact(desk, { name: karimov });
  await addMember(desk, { name: karimov, role: 'member', from: '01.03.2026' });
  await newDecision(desk, number);
  await writeText(desk, { locale: 'ru', title: 'Об обучении (образец)', body: '1. Провести обучение.' });
  await writeText(desk, { locale: 'kk', title: 'Оқыту туралы (үлгі)', body: '1. Оқыту өткізілсін.' });
  await attach(desk, scan);
  await countVotes(desk, { present: 5, votesFor: 5, votesAgainst: 0, votesAbstained: 0 });
  await sign(desk, number);
  await takeCourse(desk, 'ФЛЕШКА');
  const [first, next] = course.modules.flatMap(({ lessons }) => lessons);
  await desk.button(new RegExp(`^${desk.say('training:course.start')}`), courseRow(desk)).click();
  await readLesson(desk, first?.id ?? '', lessonHeading(desk, next?.id ?? ''));
  await desk.link(desk.say('training:lesson.leave')).click();
  await desk.goTo('contacts');
  expect(await isSeen(roadMark(desk, contactRow(desk, karimov), 'saved'))).toBe(true);
  expect(await isSeen(badge(desk, desk.say('app:badge.notEnrolled')))).toBe(true);
});

/** Makes an invitation that travels whole; answers what the hub printed. */
const inviteWhole = (laptop: string, ...form: string[]) =>
  hub.command('invite', ...terms, '--laptop', laptop, '--address', hub.address, ...form);
const terms = ['--partition', partition, '--roles', 'chair,secretary'];

test('the hub: what is wrong with an invitation is said, the file of a right one connects the laptop', async () => {
  const invitation = await hub.invite({ partition, laptop: 'SAMPLE-NOBODY' });
  await desk.goTo('sync');
  await desk.button(desk.say('sync:enrol.send')).click();
  await desk.text(desk.say('sync:enrol.addressMissing')).waitFor();
  await desk.text(desk.say('sync:enrol.codeMissing')).waitFor();
  await sendInvitation(desk, 'http://127.0.0.1:9', invitation);
  await desk.text(desk.say('failures:sync/hub-unreachable.title')).waitFor();
  await sendInvitation(desk, hub.address, '1234 5678 9012 3456');
  await desk.text(desk.say('failures:sync/bad-code.title')).waitFor();
  await desk.shot('walk-bad-invitation');
  await desk.field(desk.say('sync:enrol.address')).fill('');
  const file = join(folder, 'Приглашение.json');
  writeFileSync(file, '{"format":"something else"}');
  await chooseInvitation(desk, file);
  await desk.text(desk.say('failures:sync/bad-invitation-file.title')).waitFor();
  await inviteWhole('SAMPLE-CHAIR', '--file', file);
  await chooseInvitation(desk, file);
  await desk.text(desk.say('invitation:readOf', { hub: 'Hub, sample' })).waitFor();
  expect(await desk.text(desk.say('failures:sync/bad-invitation-file.title')).count()).toBe(0);
  await desk.shot('walk-invitation-file');
  await enrolAsRead(desk, hub.address);
  expect(await isSeen(desk.heading(desk.say('sync:state.received')))).toBe(true);
  await desk.shot('walk-sync');
  await desk.goTo('contacts');
  await roadMark(desk, contactRow(desk, karimov), 'received').waitFor();
  await desk.goTo('records');
  await roadMark(desk, decisionRow(desk, number), 'received').waitFor();
});

test('the hub: a second laptop has it all, and changes go both ways without a press', async () => {
  second = await sitDown('ru', launch('Профиль секретаря № 2'));
  await firstRun(second, { locale: 'ru', ...commission, person: secretary });
  const link = /^ +(komissiya:\S+)$/m.exec(await inviteWhole('SAMPLE-SECRETARY', '--qr', 'text'))?.[1] ?? 'no link';
  // One that names another hub's key is not answered, and is not used up.
  await pasteInvitation(
    second,
    link.replace(/(?<=key=)./, (first) => (first === '0' ? '1' : '0')),
  );
  await second.text(second.say('invitation:read')).waitFor();
  await second.button(second.say('sync:enrol.send')).click();
  await second.text(second.say('failures:sync/wrong-hub-key.title')).waitFor();
  await pasteInvitation(second, link);
  await second.shot('walk-invitation-link');
  await enrolAsRead(second, hub.address);
  await second.goTo('contacts');
  await expect.poll(() => contactNames(second)).toContain(karimov);
  await openDecision(second, number);
  await second.text(second.say('records:record.frozen')).waitFor();
  const copied = await saveAttachment(second, scan, papers);
  expect(readFileSync(copied)).toEqual(readFileSync(scan));
  await second.shot('walk-attachment');
  await second.goTo('commission');
  await memberRow(second, karimov).waitFor();

  await desk.goTo('contacts');
  await addContact(second, { name: 'Тестов Пример (образец)', phone: '+7 700 000-00-03' });
  await contactRow(desk, 'Тестов Пример').waitFor();
  await roadMark(desk, contactRow(desk, 'Тестов Пример'), 'received').waitFor();
  await openContact(desk, 'Тестов Пример (образец)');
  await openContact(second, 'Тестов Пример (образец)');
  await editContact(desk, { phone: '+7 700 000-00-04' });
  await second.text('+7 700 000-00-04').first().waitFor();
  await second.shot('walk-second-laptop');

  const progress = async (at: Desk) => {
    const list = await at.call<{ rows: { values: { course?: string } }[] }>('records.list', {
      kind: 'progress',
      locale: 'ru',
    });
    return list.ok ? list.value.rows.length : list.error;
  };
  expect(await progress(second)).toBe(await progress(desk));
  expect(await progress(desk)).toBeGreaterThan(0);
});

test('the hub: on a metered line a file waits until it is asked for, on a slow one no record waits for it', async () => {
  const next = '26/1';
  const traffic = (key: string, values = {}) => desk.text(desk.like(`files:traffic.${key}`, values));
  await setLine(desk, { metered: true, limit: 16 });
  await newDecision(desk, next);
  await attach(desk, large);
  await savedNote(desk).waitFor();
  await desk.goTo('records');
  await roadMark(desk, decisionRow(desk, next), 'received').waitFor();
  await openDecision(second, next);
  const isAway = second.text(second.say('files:state.noBlob')).or(second.text(second.say('files:state.away')));
  await isAway.waitFor();
  await desk.goTo('sync');
  await desk.heading(desk.say('files:traffic.filesWait')).waitFor();
  await traffic('metered').waitFor();
  await desk.button(desk.say('sync:hub.check')).click();
  await desk.text(desk.like('sync:hub.done')).waitFor();
  expect(await isSeen(traffic('send', { number: 1 }))).toBe(true);
  await desk.shot('walk-metered');

  await desk.button(desk.say('files:traffic.move')).click();
  await desk.heading(desk.say('files:traffic.recordsOnly')).waitFor();
  await traffic('amount').waitFor();
  await addContact(desk, { name: 'Быстров Пример (образец)' });
  await desk.goTo('contacts');
  await roadMark(desk, contactRow(desk, 'Быстров Пример'), 'received').waitFor();
  await second.goTo('contacts');
  await contactRow(second, 'Быстров Пример').waitFor();
  await desk.goTo('sync');
  await traffic('amount').waitFor();
  await desk.shot('walk-slow');
  await openDecision(second, next);
  await isAway.waitFor();

  await setLine(desk, { metered: false, limit: null });
  expect(readFileSync(await saveAttachment(second, large, papers))).toEqual(readFileSync(large));
});

test('the hub: what a laptop may keep and must leave is told by the commission’s name', async () => {
  const other = 'kz/kz-33/kz-33-tec_oblast';
  const name = 'Территориальная избирательная комиссия области Жетісу';
  const grant = (...partitions: string[]) =>
    hub.command('grant', 'SAMPLE-SECRETARY', ...partitions.flatMap((each) => ['--partition', each]));
  await second.goTo('sync');
  const sheet = second.page.getByRole('region', { name: second.say('scopes:title') });
  await grant(partition, other);
  await second.button(second.say('sync:hub.check')).click();
  const row = (said: string) => sheet.locator('li', { hasText: name }).filter({ hasText: said });
  expect(await isSeen(row(second.say('scopes:what.joined')))).toBe(true);
  await grant(partition);
  await second.button(second.say('sync:hub.check')).click();
  expect(await isSeen(row(second.say('scopes:what.left')))).toBe(true);
  await second.shot('walk-rights');
});

test('the hub: offline is a state, and all goes on when the hub is back', async () => {
  const { directory, address } = hub;
  await hub.kill();
  await addContact(second, { name: 'Офлайнов Пример (образец)' });
  await newDecision(desk, '25/7');
  await savedNote(desk).waitFor();
  await badge(desk, desk.say('app:badge.offline')).waitFor();
  await badge(second, second.say('app:badge.offline')).waitFor();
  await second.goTo('contacts');
  await roadMark(second, contactRow(second, 'Офлайнов Пример'), 'saved').waitFor();
  await second.shot('walk-offline');

  hub = await startHub({ directory, port: Number(new URL(address).port) });
  await desk.goTo('contacts');
  await contactRow(desk, 'Офлайнов Пример').waitFor({ timeout: backMs });
  await roadMark(second, contactRow(second, 'Офлайнов Пример'), 'received').waitFor({ timeout: backMs });
  await second.goTo('records');
  await decisionRow(second, '25/7').waitFor({ timeout: backMs });

  const page = await (await fetch(hub.page)).text();
  expect(page).toContain('SAMPLE-CHAIR');
  expect(page).toContain('SAMPLE-SECRETARY');
  for (const personal of ['Қаримов', 'Офлайнов', chair.name, '25/7']) expect(page).not.toContain(personal);
});

test('the hub: a laptop that is shut out keeps what it writes and says what to do; invited again, it hands that over', async () => {
  const written = 'Отозванов Пример (образец)';
  const laptop = 'SAMPLE-SECRETARY';
  const cards = second.page.locator('.sync-two');
  const said = (key: string, values = {}) => second.text(second.say(key, values), cards);
  expect(await hub.command('revoke', laptop)).toContain(`Revoked: ${laptop}`);
  await addContact(second, { name: written });
  await badge(second, second.say('app:badge.refused')).waitFor();
  await second.goTo('contacts');
  await roadMark(second, contactRow(second, written), 'saved').waitFor();
  await second.goTo('sync');
  // What happened and the next step, and once more when somebody asks the hub.
  for (const turn of ['by itself', 'asked']) {
    if (turn === 'asked') await second.button(second.say('sync:hub.check')).click();
    await said('failures:sync/revoked.title').waitFor();
    expect(await said('failures:sync/revoked.title').count(), turn).toBe(1);
    await said('failures:sync/revoked.text').waitFor();
  }
  await second.heading(second.say('sync:state.saved')).waitFor();
  await said('stick:text.shutOut', { number: 1 }).waitFor();
  const waiting = cards.locator('.sync-kinds li', { hasText: second.say('app:kinds.contact') });
  expect(await waiting.locator('b').textContent()).toBe('1');
  // That it is let in until some day would not be so, and what nobody would take is not written.
  expect(await said('sync:hub.until').count()).toBe(0);
  expect(await second.button(second.say('stick:write')).count()).toBe(0);
  await second.shot('walk-revoked');
  expect(await hub.command('list')).toMatch(new RegExp(`${laptop}.*revoked|revoked.*${laptop}`));
  await desk.goTo('contacts');
  expect(await contactNames(desk)).not.toContain(written);

  await sendInvitation(second, hub.address, await hub.invite({ partition, laptop }));
  await second.heading(second.say('sync:state.received')).waitFor();
  await said('failures:sync/revoked.title').waitFor({ state: 'detached' });
  await said('sync:hub.until').waitFor();
  await said('sync:kinds.none').waitFor();
  await contactRow(desk, written).waitFor();
  await second.goTo('contacts');
  await roadMark(second, contactRow(second, written), 'received').waitFor();
});

test('the pages complained of nothing', () => {
  expect(pageErrors()).toEqual([]);
});
