/** A hub put back from a backup that was made before a laptop took a new identity: the laptop is let in again, and asks nobody. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { startSignedIn, type TestCore, testPin } from '#tests/lib/core.ts';
import { bothDatabases, startHub, startPostgres, type TestHub, type TestHubOptions } from '#tests/lib/hub.ts';
import { newStick, takeFrom, writeTo } from '#tests/lib/stick.ts';
import { until } from '#tests/lib/until.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'хаб № '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

for (const kind of bothDatabases(postgres, 'restored'))
  describe.skipIf(kind.skip)(`on ${kind.name}`, () => {
    test('by line over two generations, by stick over one; nothing of what it wrote meanwhile is lost', async () => {
      let place: TestHubOptions = await kind.place();
      let hub: TestHub = await startHub(place);
      onTestFinished(() => hub.close());
      const port = Number(new URL(hub.address).port);
      const [core, other] = [await startSignedIn(), await startSignedIn()];
      for (const each of [core, other]) {
        each.clock.now = Date.now();
        onTestFinished(() => each.close());
      }
      const contact = (name: string) => core.value('records.save', { kind: 'contact', values: { name } });
      const names = async (of: TestCore) =>
        (await of.value('records.list', { kind: 'contact', locale: 'ru' })).rows.map(({ values }) => values['name']);
      const signIn = () => core.value('access.signIn', { slot: core.slot, pin: testPin });
      const state = async () => (await core.value('sync.status', {})).state;
      for (const [each, laptop] of [
        [core, 'SAMPLE-01'],
        [other, 'SAMPLE-02'],
      ] as const)
        await each.value('sync.enrol', { address: hub.address, code: await hub.invite({ laptop }) });

      /** The disk is put back to where it was before `name` was written and sent: another identity goes on. */
      async function putBackBefore(name: string): Promise<void> {
        await core.value('access.lock', {});
        const file = join(core.directory, 'komissiya.db');
        const image = readFileSync(file);
        await signIn();
        await contact(name);
        await core.value('sync.now', {});
        await core.value('access.lock', {});
        writeFileSync(file, image);
        await signIn();
        expect(await core.code('sync.now', {})).toBe('sync/old-copy');
        await until(async () => (await state()) === 'up-to-date');
      }
      /** A new machine with nothing but a backup. */
      async function restore(backup: string): Promise<void> {
        await hub.close();
        place = { directory: temporary(), ...(await kind.place()) };
        const first = await startHub(place);
        await first.close();
        expect(await first.command('restore', backup)).toContain('Restored');
        hub = first;
      }
      /** Where the last one was put back. */
      const serve = async (): Promise<void> => void (hub = await startHub({ ...place, port }));

      await contact('Первое имя, пример');
      await core.value('sync.now', {});
      const [before, between] = [temporary(), temporary()];
      await hub.command('backup', before);
      await putBackBefore('Второе имя, пример');
      await contact('Под вторым, пример');
      await core.value('sync.now', {});
      await hub.command('backup', between);
      await putBackBefore('Третье имя, пример');
      await contact('Под третьим, пример');
      await core.value('sync.now', {});

      await restore(before);
      await serve();
      await core.value('sync.now', {});
      expect(await core.value('sync.status', {})).toMatchObject({
        state: 'up-to-date',
        problem: null,
        saved: 0,
        sent: 0,
      });
      await other.value('sync.now', {});
      const all = await names(core);
      expect(all).toHaveLength(5);
      expect(await names(other)).toEqual(all);

      await contact('После хаба, пример');
      // It is not on the line meanwhile.
      await restore(between);
      const stick = newStick();
      // With the first round it hears what the hub has lost, with the second it brings it.
      for (let round = 0; round < 2; round += 1) {
        await writeTo(core, stick, 'hub');
        expect(await hub.command('stick', stick.path)).toMatch(/taken\tSAMPLE-01/);
        expect(await takeFrom(core, stick)).toMatchObject({ problems: [] });
      }
      expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0 });
      await serve();
      await other.value('sync.now', {});
      expect(await names(other)).toHaveLength(6);
    });
  });
