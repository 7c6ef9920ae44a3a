/** A member's own laptop: nothing is written at its first run that a hub refuses of a member, and what the chair says of the commission stands. */
import type { ChosenCommission } from '#shared/access/contract.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import { expect, onTestFinished, test } from 'vitest';
import { startCore, testPin, type TestCore } from '#tests/lib/core.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';
import { officePartition } from '#tests/lib/office.ts';

const firstDay = '2026-11-23';

async function startAs(role: 'chair' | 'member', commission: ChosenCommission, now: number): Promise<TestCore> {
  const core = startCore();
  onTestFinished(() => core.close());
  core.clock.now = now;
  const person = { name: `Сотрудник, пример ${role}`, role, label: { show: 'role' as const }, pin: testPin };
  await core.value('access.createProfile', { locale: 'ru', commission, person });
  return core;
}
const seats = async (core: TestCore): Promise<unknown> => (await core.value('commissions.own', { on: firstDay })).seats;

test('a member begins later than the chair: all of it is taken, and the commission is as the chair says', async () => {
  const { hub, address, core: chair } = await startHubHere(() => Date.now());
  const order = { partitions: [officePartition], commission: null, days: 1, validDays: 400 };
  const invite = (role: 'chair' | 'member', laptop: string) =>
    hub.credentials.invite({ ...order, roles: [role], laptop });
  await chair.value('sync.enrol', { address, code: await invite('chair', 'SAMPLE-01') });
  const { commission } = await chair.value('commissions.own', { on: firstDay });
  await chair.value('records.save', { kind: 'commission', id: commission.id, values: { seats: 13 } });
  await chair.value('sync.now', {});

  const listed: ChosenCommission = { from: 'country', country: 'kz', id: 'kz-19-tec_oblast' };
  const member = await startAs('member', listed, chair.clock.now + 60_000);
  expect(await member.value('commissions.own', { on: firstDay })).toMatchObject({
    isTold: true,
    commission: { id: commission.id, road: 'saved' },
    seats: commission.values.seats,
  });
  await member.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } });
  await member.value('sync.enrol', { address, code: await invite('member', 'SAMPLE-02') });
  await member.value('sync.now', {});
  expect(await member.value('sync.status', {})).toMatchObject({
    state: 'up-to-date',
    saved: 0,
    sent: 0,
    problem: null,
  });
  expect(await seats(member)).toBe(13);
  await chair.value('sync.now', {});
  expect(await seats(chair)).toBe(13);
  const { rows } = await chair.value('records.list', { kind: 'person', locale: 'ru' });
  expect(rows.map(({ values }) => values.role).sort()).toEqual(['chair', 'member']);
});

test('a commission typed in by a member is shown, and founded by the chair who joins on the same laptop', async () => {
  const typed: ChosenCommission = {
    from: 'typed',
    country: 'kg',
    unit: null,
    level: 'precinct',
    name: 'Участок, пример 7',
  };
  const core = await startAs('member', typed, Date.UTC(2026, 10, 23));
  const own = await core.value('commissions.own', { on: firstDay });
  expect(own.commission.values).toMatchObject({ [localizedField('name', 'ru')]: 'Участок, пример 7', country: 'kg' });
  expect(await core.value('sync.status', {})).toMatchObject({ saved: 1 });
  const chair = {
    name: 'Председатель, пример',
    role: 'chair' as const,
    label: { show: 'role' as const },
    pin: '739164',
  };
  const { slot } = await core.value('access.addPerson', chair);
  expect((await core.value('sync.status', {})).saved).toBe(3);
  await core.value('access.lock', {});
  await core.value('access.signIn', { slot, pin: '739164' });
  const { id } = own.commission;
  await core.value('records.save', { kind: 'commission', id, values: { seats: 5 } });
  expect((await core.value('commissions.own', { on: firstDay })).commission.values).toMatchObject({
    [localizedField('name', 'ru')]: 'Участок, пример 7',
    seats: 5,
  });
});
