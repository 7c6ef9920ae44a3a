/** A laptop that is invited anew has the rights of that invitation, whatever the hub's clock said when it gave those before. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { protocolVersion } from '#shared/sync/messages.ts';
import { startOfTime } from '#tests/lib/core.ts';
import { openHubHere } from '#tests/lib/hub-here.ts';
import { newLaptop, samplePartition } from '#tests/lib/hub-laptop.ts';

async function sample() {
  const time = { now: startOfTime };
  const { hub, close } = await openHubHere(() => time.now);
  onTestFinished(close);
  const { credentials } = hub;
  const { replica, publicKey } = newLaptop();
  const partition = samplePartition;
  async function invite(role: 'chair' | 'member') {
    const order = {
      partitions: [partition],
      roles: [role],
      laptop: 'SAMPLE',
      commission: null,
      days: 9999,
      validDays: 400,
    };
    const code = await credentials.invite(order);
    const enrolled = await credentials.enrol({ protocol: protocolVersion, code, replica, publicKey, partition, role });
    if (!enrolled.ok) throw new Error(enrolled.error.code);
    return enrolled.value;
  }
  return { time, credentials, replica, invite };
}

describe('a laptop that is invited anew', () => {
  test.each([
    ['in the same moment', 0],
    ['after the hub’s clock was set back by an hour', -3_600_000],
  ])('%s goes by what it was given last', async (_, moved) => {
    const { time, credentials, replica, invite } = await sample();
    for (let turn = 0; turn < 8; turn += 1) {
      await invite('member');
      time.now += moved;
      const last = await invite('chair');
      expect(await credentials.standingOf(replica)).toMatchObject({ state: 'valid', credential: last });
    }
  });

  test('is let in again that was revoked while the hub’s clock was ahead', async () => {
    const { time, credentials, replica, invite } = await sample();
    const { serial } = await invite('chair');
    await credentials.revoke(serial);
    time.now -= 3_600_000;
    await invite('chair');
    expect(await credentials.standingOf(replica)).toMatchObject({ state: 'valid' });
  });
});
