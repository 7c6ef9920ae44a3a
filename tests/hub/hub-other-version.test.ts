/** A hub of another version of the protocol: refused by name, on both sides nothing changes, and with the right one again all goes on. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { protocolVersion } from '#shared/sync/messages.ts';
import { startSignedIn, temporaryFolder } from '#tests/lib/core.ts';
import { startHub } from '#tests/lib/hub.ts';

const root = resolve(import.meta.dirname, '../..');

/** The hub's sources as a build that speaks another version; answers the file to start. */
function hubThatSpeaks(version: number): string {
  const build = mkdtempSync(join(tmpdir(), 'хаб № '));
  onTestFinished(() => rmSync(build, { recursive: true, force: true }));
  for (const name of ['src-hub', 'src-shared', 'package.json'])
    cpSync(join(root, name), join(build, name), { recursive: true });
  for (const name of ['node_modules', 'assets', 'locales']) symlinkSync(join(root, name), join(build, name));
  const messages = join(build, 'src-shared/sync/messages.ts');
  const text = readFileSync(messages, 'utf8');
  const spoken = text.replace(`protocolVersion = ${protocolVersion};`, `protocolVersion = ${version};`);
  if (spoken === text) throw new Error('messages.ts says its version in another way');
  writeFileSync(messages, spoken);
  return join(build, 'src-hub/main.ts');
}

test.each([
  ['newer', protocolVersion + 1],
  ['older', protocolVersion - 1],
])(
  'a hub that is %s than the app: the side to renew is told, what was written waits, nothing is lost',
  async (_, version) => {
    const directory = temporaryFolder();
    const first = await startHub({ directory });
    const [core, stranger] = [await startSignedIn(), await startSignedIn()];
    for (const each of [core, stranger]) {
      each.clock.now = Date.now();
      onTestFinished(() => each.close());
    }
    const save = (name: string) => core.value('records.save', { kind: 'contact', values: { name } });
    const names = async () =>
      (await core.value('records.list', { kind: 'contact', locale: 'ru' })).rows.map(({ values }) => values['name']);
    await core.value('sync.enrol', { address: first.address, code: await first.invite() });
    await save('До смены, пример');
    await core.value('sync.now', {});
    expect(await core.value('sync.status', {})).toMatchObject({ state: 'up-to-date', problem: null });
    await first.close();

    const place = { directory, port: Number(new URL(first.address).port) };
    const other = await startHub({ ...place, entry: hubThatSpeaks(version) });
    onTestFinished(() => other.close());
    await save('После смены, пример');
    expect(await core.code('sync.now', {})).toBe('sync/protocol');
    expect(await core.value('sync.status', {})).toMatchObject({
      saved: 1,
      problem: { code: 'sync/protocol', hub: version, app: protocolVersion },
    });
    const enrolling = { address: other.address, code: await other.invite({ laptop: 'SAMPLE-02' }) };
    expect(await stranger.code('sync.enrol', enrolling)).toBe('sync/protocol');
    expect(await names()).toEqual(expect.arrayContaining(['До смены, пример', 'После смены, пример']));
    expect(await other.command('verify')).toContain('"problems":0');
    await other.close();

    const again = await startHub(place);
    onTestFinished(() => again.close());
    await core.value('sync.now', {});
    expect(await core.value('sync.status', {})).toMatchObject({
      state: 'up-to-date',
      saved: 0,
      sent: 0,
      problem: null,
    });
  },
);
