/** What goes wrong at a hub by the name it has: a code too late, a key that is another's, an altered credential, an attachment that is damaged on the disk. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backUp, restore } from '#hub/backup.ts';
import { blobKey, createFolderBlobStore } from '#hub/blob-store.ts';
import { runCommand } from '#hub/cli.ts';
import { openDatabase } from '#hub/db/database.ts';
import { Credential } from '#shared/sync/messages.ts';
import { temporaryFolder } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';
import { enrol, newLaptop, samplePartition } from '#tests/lib/hub-laptop.ts';
import { until } from '#tests/lib/until.ts';

const dayMs = 86_400_000;
const order = {
  partitions: [samplePartition],
  roles: ['chair' as const],
  laptop: 'SAMPLE',
  commission: null,
  validDays: 400,
};

test('a code that comes a day too late is refused by name, and makes no laptop', async () => {
  let now = Date.now();
  const { hub, address, core } = await startHubHere(() => now);
  const code = await hub.credentials.invite({ ...order, days: 1 });
  now += dayMs;
  expect(await core.code('sync.enrol', { address, code })).toBe('sync/code-expired');
  expect(await hub.credentials.list()).toEqual([]);
  expect((await core.value('sync.status', {})).enrolled).toBeNull();
  const fresh = await hub.credentials.invite({ ...order, days: 1 });
  now += dayMs - 1;
  await core.value('sync.enrol', { address, code: fresh });
});

test('the id of a laptop with the key of another is refused by name, and the first one stays who it is', async () => {
  const { hub, address } = await startHubHere(() => Date.now());
  const [first, thief] = [newLaptop(), newLaptop()];
  expect((await enrol(first, address, await hub.credentials.invite({ ...order, days: 1 }))).ok).toBe(true);
  const posing = {
    ...thief,
    replica: first.replica,
    transportDeps: (at: string) => ({ ...thief.transportDeps(at), replica: first.replica }),
  };
  expect(await enrol(posing, address, await hub.credentials.invite({ ...order, days: 1 }))).toMatchObject({
    ok: false,
    error: { code: 'sync/hub-refused', reason: 'key-mismatch' },
  });
  expect(await hub.credentials.list()).toMatchObject([{ id: first.replica, public_key: first.publicKey }]);
});

/** What `hub verify` ends with and says. */
async function verified(hub: Parameters<typeof runCommand>[0], deps: Parameters<typeof runCommand>[4]) {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const ended = await runCommand(hub, 'verify', [], { out: say, complain: say }, deps);
  return { ended, said: said.join('\n') };
}

test('verify names a credential that was altered in the database, whether rights or dates', async () => {
  const { hub, address, deps, core } = await startHubHere(() => Date.now());
  await core.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, days: 1 }) });
  await core.value('sync.now', {});
  expect(await verified(hub, deps)).toMatchObject({ ended: 0 });
  const { serial, body } = await hub.db.selectFrom('credential').select(['serial', 'body']).executeTakeFirstOrThrow();
  const signed = Credential.parse(JSON.parse(body));
  const put = (text: string) => hub.db.updateTable('credential').set({ body: text }).execute();
  for (const change of [{ partitions: ['kz'] }, { roles: ['staff'] }, { validUntil: signed.validUntil + dayMs }]) {
    await put(JSON.stringify({ ...signed, ...change }));
    const { ended, said } = await verified(hub, deps);
    expect(ended, said).toBe(1);
    expect(said).toContain(`credential ${serial}: not signed by this hub`);
  }
  await put(body);
  expect(await verified(hub, deps)).toMatchObject({ ended: 0 });
});

test('an attachment damaged on the disk: no backup is made of it, none that holds it is put back, and verify names it', async () => {
  const { hub, address, deps, core, directory } = await startHubHere(() => Date.now());
  await core.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, days: 1 }) });
  const { id } = await core.value('records.save', { kind: 'decision', values: { number: '1/1' } });
  const sha256 = await attachFile(core, id, 'scan.pdf', randomBytes(40_000));
  await core.value('sync.now', {});
  await until(async () => (await hub.blobs.totals()).blobs === 1);
  const whole = temporaryFolder();
  expect(await backUp({ ...hub, ...deps }, whole)).toMatchObject({ ok: true });

  const damage = (place: string): void => {
    const path = join(place, blobKey(sha256));
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };
  damage(whole);
  const empty = temporaryFolder();
  const fresh = await openDatabase({ databaseUrl: null, directory: empty, onBroken: () => undefined });
  const store = createFolderBlobStore(empty, deps.random);
  const damaged = { ok: false, error: { code: 'backup/damaged-blob', sha256 } };
  expect(await restore({ ...deps, ...fresh, store }, whole)).toEqual(damaged);
  expect(await fresh.db.selectFrom('hub_identity').selectAll().execute(), 'it is as empty as before').toEqual([]);
  await fresh.db.destroy();

  damage(directory);
  const other = temporaryFolder();
  expect(await backUp({ ...hub, ...deps }, other)).toEqual(damaged);
  expect(existsSync(join(other, 'backup.json')), 'without it, it is none').toBe(false);
  const { ended, said } = await verified(hub, deps);
  expect(ended).toBe(1);
  expect(said).toContain(`blob ${sha256}: has another content`);
});
