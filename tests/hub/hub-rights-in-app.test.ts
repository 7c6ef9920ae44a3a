/** Other rights as the app sees them: a real core at a real hub gets them, hands over, erases, and the person is told. */
import { expect, test } from 'vitest';
import { runCommand } from '#hub/cli.ts';
import { enrol, newLaptop, sampleOps, samplePartition, seal, turn } from '#tests/lib/hub-laptop.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';

const dec = 'kz/kz-19/kz-19-dec_one';

test('a laptop hears of other rights, leaves what it may not keep, and the person may give up what is not taken', async () => {
  const { hub, address, core, deps } = await startHubHere(Date.now);
  const said: string[] = [];
  const grant = (...args: string[]) =>
    runCommand(hub, 'grant', args, { out: (line) => said.push(line), complain: (line) => said.push(line) }, deps);
  const invite = (partition: string, laptop: string) =>
    hub.credentials.invite({
      partitions: [partition],
      roles: ['staff'],
      laptop,
      commission: null,
      days: 1,
      validDays: 400,
    });
  const other = newLaptop();
  await enrol(other, address, await invite(dec, 'OTHER'), dec);
  const ops = sampleOps(1, 3);
  await turn(other, { address, hubKey: hub.identity.publicKey }, [seal(other, ops, [], dec)], { partitions: [dec] });
  await core.value('sync.enrol', { address, code: await invite('kz/kz-19', 'SAMPLE') });
  const contacts = async () => (await core.value('records.list', { kind: 'contact', locale: 'ru' })).total;
  const scopes = async () => (await core.value('sync.status', {})).scopes;
  await core.value('sync.now', {});
  expect(await contacts()).toBe(3);
  expect(await scopes()).toEqual({ leaving: [], changes: [] });

  expect(await grant('SAMPLE', '--partition', samplePartition), said.join()).toBe(0);
  await core.value('sync.now', {});
  await expect.poll(contacts).toBe(0);
  await expect.poll(scopes).toMatchObject({ leaving: [], changes: [{ partition: dec, names: null, what: 'left' }] });

  expect(await grant('SAMPLE', '--partition', samplePartition, '--partition', dec)).toBe(0);
  await core.value('sync.now', {});
  await core.value('sync.now', {});
  expect(await contacts()).toBe(3);
  expect((await scopes()).changes[0]).toMatchObject({ partition: dec, what: 'joined' });

  await core.value('records.save', { kind: 'contact', id: ops[0]?.record, values: { note: 'Передано, пример' } });
  await core.value('sync.now', {});
  // Something more is written there, and before it is handed over the right is gone, with no time given for it.
  const note = { kind: 'contact', id: ops[0]?.record, values: { note: 'Примечание, пример' } };
  expect(await core.code('records.save', note)).toBe('ok');
  expect(await grant('SAMPLE', '--partition', samplePartition, '--hand-over-days', '0')).toBe(0);
  await core.value('sync.now', {});
  expect((await scopes()).leaving).toEqual([{ partition: dec, names: null, waiting: 1, files: 0 }]);
  expect(await contacts()).toBe(3);
  expect((await core.value('sync.status', {})).problem).toEqual({ code: 'sync/partition-left', partition: dec });
  // The rest of the exchange went well; of what waits, all is refused.
  expect(await core.value('sync.status', {})).toMatchObject({ state: 'partly', saved: 1, refused: 1 });
  const more = { kind: 'contact', id: ops[1]?.record, values: { note: 'Ещё, пример' } };
  expect(await core.code('records.save', more), 'nothing more is written there').toBe('records/not-allowed');
  expect(await core.code('sync.dropPartition', { partition: samplePartition }), 'only what is to be left').toBe('ok');
  expect((await scopes()).leaving).toHaveLength(1);
  await core.value('sync.dropPartition', { partition: dec });
  expect((await core.value('sync.status', {})).problem, 'it is no matter any more').toBeNull();
  await expect.poll(contacts).toBe(0);
  await expect.poll(scopes).toMatchObject({ leaving: [], changes: [{ partition: dec, what: 'dropped' }, {}, {}] });
  for (let turn = 0; turn < 2; turn += 1) {
    await core.value('sync.now', {});
    expect(await core.value('sync.status', {})).toMatchObject({ problem: null, saved: 0, sent: 0 });
    expect((await scopes()).changes, 'nothing is told of it once more').toHaveLength(3);
  }

  // A partition of which nothing has come is left all the same.
  const empty = 'kz/kz-19/kz-19-dec_two';
  for (const [granted, what] of [
    [[samplePartition, empty], 'joined'],
    [[samplePartition], 'left'],
  ] as const) {
    expect(await grant('SAMPLE', ...granted.flatMap((each) => ['--partition', each]))).toBe(0);
    await core.value('sync.now', {});
    await core.value('sync.now', {});
    expect((await scopes()).changes[0]).toMatchObject({ partition: empty, what });
  }

  expect(await grant('NOBODY', '--roles', 'chair')).toBe(1);
  expect(await grant('SAMPLE', '--partition', dec)).toBe(1);
  expect(await grant('SAMPLE')).toBe(2);
  expect(await grant('SAMPLE', '--roles', 'king')).toBe(2);
  expect(said.join('\n')).toContain(`keep that among its partitions`);
});
