/** What the operator sees, and who else may see it; the hub's limits and its end. */
import { afterEach, expect, test } from 'vitest';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { protocolVersion } from '#shared/sync/messages.ts';
import { startHub, type TestHub, type TestHubOptions } from '#tests/lib/hub.ts';
import { enrol, newLaptop, sampleOps, samplePartition, seal, turn } from '#tests/lib/hub-laptop.ts';

const hubs: TestHub[] = [];
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});
async function start(options: TestHubOptions = {}): Promise<TestHub> {
  const hub = await startHub(options);
  hubs.push(hub);
  return hub;
}

test('the page lists laptops and refusals in both languages, and nothing of the records', async () => {
  const hub = await start();
  const laptop = newLaptop();
  const code = await hub.invite({ laptop: 'SAMPLE-<1>', commission: 'Oblast commission, sample "1"', roles: 'member' });
  const enrolled = await enrol(laptop, hub.address, code);
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  const at = { address: hub.address, hubKey: enrolled.value.hubKey };
  await turn(laptop, at, [seal(laptop, sampleOps(1, 1, 'Secret Name', { kind: 6 }))]);
  await turn(laptop, at, [
    seal(laptop, sampleOps(2, 2, 'x', { kind: 5 }), sampleOps(1, 1, 'Secret Name', { kind: 6 })),
  ]);

  const english = await (await fetch(`${hub.page}/`)).text();
  expect(english).toContain('<html lang="en">');
  expect(english).toContain('The hub is working');
  expect(english).toContain('SAMPLE-&#60;1&#62;');
  expect(english).toContain('Oblast commission, sample &#34;1&#34;');
  expect(english).toContain('Not allowed to its role');
  expect(english).not.toContain('Secret');
  const russian = await (await fetch(`${hub.page}/`, { headers: { 'accept-language': 'ru-RU,ru;q=0.9' } })).text();
  expect(russian).toContain('<html lang="ru">');
  expect(russian).toContain('Хаб работает');
  expect(english).not.toMatch(/<script|\sstyle=|\son\w+=/);
  expect((await fetch(`${hub.page}/status.css`)).headers.get('content-type')).toContain('text/css');
  expect(hub.log.join('\n')).not.toMatch(/Secret|SAMPLE|Oblast/);
  expect(await hub.commandProcess('list')).toContain('SAMPLE-<1>');
});

test('the page and the figures are for this machine, or for the password', async () => {
  const open = await start();
  expect((await fetch(`${open.page}/`)).status).toBe(200);
  expect((await fetch(`${open.page}/`, { headers: { 'x-forwarded-for': '203.0.113.1' } })).status).toBe(403);
  expect((await fetch(`${open.page}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.1' } })).status).toBe(403);
  expect(await (await fetch(`${open.page}/healthz`)).text()).toBe('ok\n');
  expect(await (await fetch(`${open.page}/readyz`)).text()).toBe('ok\n');

  const closed = await start({ env: { KOMISSIYA_HUB_STATUS_PASSWORD: 'sample password 1' } });
  const as = (password: string) => ({ headers: { authorization: `Basic ${btoa(`operator:${password}`)}` } });
  expect((await fetch(`${closed.page}/`)).status).toBe(401);
  expect((await fetch(`${closed.page}/`, as('sample password 2'))).status).toBe(401);
  expect((await fetch(`${closed.page}/`, as('sample password 1'))).status).toBe(200);
  expect(await (await fetch(`${closed.page}/metrics`, as('sample password 1'))).text()).toMatch(
    /^komissiya_hub_laptops 0$/m,
  );
});

test('guessing codes and asking too often is slowed down; others are served', async () => {
  const hub = await start({
    env: { KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: '3', KOMISSIYA_HUB_REQUESTS_PER_MINUTE: '5' },
  });
  const laptop = newLaptop();
  const enrolled = await enrol(laptop, hub.address, await hub.invite());
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  const friend = newLaptop();
  expect((await enrol(friend, hub.address, await hub.invite())).ok).toBe(true);
  const code = await hub.invite();
  const answers = [];
  for (let index = 0; index < 3; index += 1) answers.push(await enrol(newLaptop(), hub.address, code));
  expect(answers.at(-1)).toEqual({ ok: false, error: { code: 'sync/hub-refused', reason: 'too-many-requests' } });

  const at = { address: hub.address, hubKey: enrolled.value.hubKey };
  const turns = [];
  for (let index = 0; index < 7; index += 1) turns.push((await turn(laptop, at)).ok);
  expect(turns.slice(0, 5)).toEqual([true, true, true, true, true]);
  expect(turns.at(-1)).toBe(false);
  expect((await turn(friend, at)).ok).toBe(true);
});

test('a laptop over its quota is refused, and told why', async () => {
  const hub = await start({ env: { KOMISSIYA_HUB_QUOTA_BYTES: '1000000' } });
  const laptop = newLaptop();
  const enrolled = await enrol(laptop, hub.address, await hub.invite());
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  const noise = (seq: number): Partial<{ set: Record<string, string> }> => {
    let text = '';
    for (let index = 0; text.length < 800_000; index += 1)
      text += ((seq * 7919 + index * 104_729) % 2_147_483_647).toString(36);
    return { set: { '1': text } };
  };
  const ops = [1, 2, 3, 4].flatMap((seq) => sampleOps(seq, seq, 'x', noise(seq)));
  const at = { address: hub.address, hubKey: enrolled.value.hubKey };
  const reasons: string[] = [];
  for (const [index, op] of ops.entries()) {
    const answer = await turn(laptop, at, [seal(laptop, [op], ops.slice(0, index))]);
    if (answer.ok) reasons.push(...answer.value.header.refusals.map((each) => each.reason));
  }
  expect(reasons[0]).toBe('too-large');
});

test('told to stop, the hub lets go who waits and ends at once', async () => {
  const hub = await start();
  const laptop = newLaptop();
  const enrolled = await enrol(laptop, hub.address, await hub.invite());
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  const transport = createHubTransport({ ...laptop.transportDeps(hub.address), hubKey: enrolled.value.hubKey });
  const waiting = transport.wait({ protocol: protocolVersion, partitions: [samplePartition], summary: {} });
  // A laptop that gave up waiting leaves a connection behind that carries nothing.
  const leave = new AbortController();
  const left = createHubTransport({
    ...laptop.transportDeps(hub.address),
    hubKey: enrolled.value.hubKey,
    signal: leave.signal,
  });
  const given = left.wait({ protocol: protocolVersion, partitions: [samplePartition], summary: {} });
  await new Promise((done) => setTimeout(done, 300));
  leave.abort();
  expect(await given).toEqual({ ok: false, error: { code: 'sync/stopped' } });
  await hub.close();
  hubs.length = 0;
  expect(await waiting).toMatchObject({ ok: true, value: { moved: false } });
  // It says so at its own end only: one that has to be ended, because somebody is still there, does not.
  expect(hub.log.join('\n')).toContain('hub/stopped');
});

test('commands say what is wrong with them', async () => {
  const hub = await start();
  await expect(hub.commandProcess('invite', '--roles', 'king')).rejects.toThrow(/--partition/);
  await expect(hub.commandProcess('revoke', 'NOBODY')).rejects.toThrow(/NOBODY/);
  await expect(startHub({ port: Number(new URL(hub.address).port) })).rejects.toThrow(/is taken/);
  await expect(startHub({ env: { HUB_DATABASE_URL: 'mysql://nowhere' } })).rejects.toThrow(/HUB_DATABASE_URL/);
});
