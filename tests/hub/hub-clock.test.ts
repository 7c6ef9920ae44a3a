/** A laptop whose clock is off, at a real hub: it is told, nothing else changes, and it is told no more once the clock is right. */
import { describe, expect, test } from 'vitest';
import { startHubHere } from '#tests/lib/hub-here.ts';
import { startOfTime } from '#tests/lib/core.ts';
import { samplePartition } from '#tests/lib/hub-laptop.ts';

const minute = 60_000;

async function enrolled() {
  const time = { now: startOfTime };
  const { hub, address, core } = await startHubHere(() => time.now);
  const code = await hub.credentials.invite({
    partitions: [samplePartition],
    roles: ['chair'],
    laptop: 'SAMPLE',
    commission: null,
    days: 1,
    validDays: 400,
  });
  await core.value('sync.enrol', { address, code });
  await core.value('sync.now', {});
  const clock = async () => (await core.value('sync.status', {})).clock;
  return { core, time, clock };
}

describe('the laptop’s own clock', () => {
  test.each([
    ['six minutes ahead', startOfTime + 6 * minute],
    ['in 2099', Date.UTC(2099, 0, 1)],
    ['six minutes behind', startOfTime - 6 * minute],
    ['in 1980', Date.UTC(1980, 0, 1)],
  ])('%s: it is told with both times, and what is written goes through', async (_, wrong) => {
    const { core, time, clock } = await enrolled();
    expect(await clock()).toBeNull();
    core.clock.now = wrong;
    await core.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } });
    await core.value('sync.now', {});
    expect(await clock()).toEqual({ here: wrong, hub: startOfTime });
    expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
    // Also when nothing has changed since: the hub is asked in brief then.
    await core.value('sync.now', {});
    expect(await clock()).toEqual({ here: wrong, hub: startOfTime });

    // Set right: at once, and for good with the next exchange.
    time.now += minute;
    core.clock.now = time.now + 2 * minute;
    expect(await clock()).toBeNull();
    await core.value('sync.now', {});
    core.clock.now += 60 * minute;
    expect(await clock()).toBeNull();
  });

  test('that falls back to 1980 without a line is told from what the hub last said', async () => {
    const { core, clock } = await enrolled();
    core.clock.now = Date.UTC(1980, 0, 1);
    expect(await clock()).toEqual({ here: Date.UTC(1980, 0, 1), hub: startOfTime });
  });
});
