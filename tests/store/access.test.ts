/** First run, sign-in, throttle, recovery, several persons: the real vault and store on disk. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCore, startSignedIn, testPin } from '#tests/lib/core.ts';
import { keptForEachTest } from '#tests/lib/kept.ts';

const keep = keptForEachTest();

test('a new profile opens again with the PIN and with no other', async () => {
  const core = keep(await startSignedIn());
  await core.value('access.lock', {});
  expect(await core.code('records.list', { kind: 'contact', locale: 'ru' })).toBe('rpc/locked');
  expect(await core.code('access.signIn', { slot: core.slot, pin: '000001' })).toBe('access/wrong-pin');
  const session = await core.value('access.signIn', { slot: core.slot, pin: testPin });
  expect(session).toMatchObject({
    name: 'Председатель, пример 1',
    role: 'chair',
    partition: 'kz/kz-19/kz-19-tec_oblast',
  });
});

test('nothing personal lies on the disk in plain text', async () => {
  const core = keep(await startSignedIn());
  await core.value('records.save', { kind: 'contact', values: { name: 'Тайное Имя', phone: '+7 000 000 00 99' } });
  await core.close();
  const files = readdirSync(core.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map((file) => file.name)).toContain('komissiya.db');
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    for (const secret of ['Тайное', '000 00 99', 'Председатель, пример', testPin, core.recovery.slice(0, 9)]) {
      expect(bytes.includes(Buffer.from(secret)), `${file.name} holds ${secret}`).toBe(false);
    }
  }
  for (const line of core.log) expect(JSON.stringify(line)).not.toMatch(/Тайное|пример|482913/);
});

test('wrong PINs are throttled, over a restart and whatever the clock says', async () => {
  const core = keep(await startSignedIn());
  await core.value('access.lock', {});
  for (let miss = 1; miss <= 5; miss += 1) {
    const result = await core.call('access.signIn', { slot: core.slot, pin: '111112' });
    expect(result).toMatchObject({ ok: false, error: { code: 'access/wrong-pin', triesLeft: 5 - miss } });
  }
  expect(await core.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('access/wait');
  await core.close();

  const again = keep(startCore({ directory: core.directory }));
  again.clock.now = core.clock.now - 10 * 365 * 86_400_000;
  expect(await again.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('access/wait');
  again.clock.now += 31_000;
  expect(await again.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('ok');
});

test('the recovery code opens the store and sets a new PIN; a mistyped one is told apart from a wrong one', async () => {
  const core = keep(await startSignedIn());
  await core.value('access.lock', {});
  const digits = core.recovery.replaceAll(' ', '');
  // One digit off by one: the check digits notice.
  const mistyped = `${(Number(digits[0]) + 1) % 10}${digits.slice(1)}`;
  expect(await core.code('access.recover', { slot: core.slot, code: mistyped, newPin: '592014' })).toBe(
    'access/mistyped-code',
  );
  const other = await startSignedIn();
  expect(await core.code('access.recover', { slot: core.slot, code: other.recovery, newPin: '592014' })).toBe(
    'access/wrong-code',
  );
  await other.close();
  expect(await core.code('access.recover', { slot: core.slot, code: core.recovery, newPin: '592014' })).toBe('ok');
  await core.value('access.lock', {});
  expect(await core.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('access/wrong-pin');
  expect(await core.code('access.signIn', { slot: core.slot, pin: '592014' })).toBe('ok');
});

test('a renewed recovery code makes the old one useless', async () => {
  const core = keep(await startSignedIn());
  const { recoveryCode } = await core.value('access.renewRecoveryCode', { pin: testPin });
  await core.value('access.lock', {});
  expect(await core.code('access.recover', { slot: core.slot, code: core.recovery, newPin: '592014' })).toBe(
    'access/wrong-code',
  );
  expect(
    await core.code('access.recover', { slot: core.slot, code: recoveryCode.groups.join('-'), newPin: '592014' }),
  ).toBe('ok');
});

test('two persons share a laptop; each is shown as they chose', async () => {
  const core = keep(await startSignedIn());
  const { slot } = await core.value('access.addPerson', {
    name: 'Член комиссии, пример 4',
    role: 'member',
    label: { show: 'initials', initials: 'Ч4' },
    pin: 'фраза из слов',
  });
  await core.value('access.lock', {});
  const { rows } = await core.value('access.state', {});
  expect(rows.map((row) => [row.role, row.label])).toEqual([
    ['chair', { show: 'role' }],
    ['member', { show: 'initials', initials: 'Ч4' }],
  ]);
  const session = await core.value('access.signIn', { slot, pin: 'фраза из слов' });
  expect(session.role).toBe('member');
  // A member keeps contacts but no papers.
  expect(await core.code('records.save', { kind: 'decision', values: { number: '1' } })).toBe('records/not-allowed');
  expect(await core.code('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } })).toBe('ok');
});

test('a crashed core goes on with the same session', async () => {
  const core = keep(await startSignedIn());
  await core.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } });
  const resume = core.session();
  if (resume === null) throw new Error('no session was announced');
  await core.close();
  const again = keep(startCore({ directory: core.directory, resume }));
  expect((await again.value('records.list', { kind: 'contact', locale: 'ru' })).total).toBe(1);
});

test('a key bound to the OS keychain says so when the keychain is gone; the recovery code still opens', async () => {
  const core = keep(await startSignedIn({ deviceSecret: new Uint8Array(32).fill(7) }));
  await core.close();
  const again = keep(startCore({ directory: core.directory }));
  expect(await again.code('access.signIn', { slot: core.slot, pin: testPin })).toBe('access/keychain-missing');
  expect(await again.code('access.recover', { slot: core.slot, code: core.recovery, newPin: '592014' })).toBe('ok');
});

test('a damaged vault is told, not taken for a first run', async () => {
  const core = keep(await startSignedIn());
  await core.close();
  writeFileSync(join(core.directory, 'vault.json'), '{"format":1,"slo');
  const again = keep(startCore({ directory: core.directory }));
  expect(await again.code('access.state', {})).toBe('store/damaged');
  expect(
    await again.code('access.createProfile', {
      locale: 'ru',
      commission: { from: 'none', as: 'trainer' },
      person: { name: 'Тренер, пример', role: 'trainer', label: { show: 'role' }, pin: testPin },
    }),
  ).toBe('access/profile-exists');
});

test('practice data opens beside a real profile, says so, and leaves without a trace', async () => {
  const core = keep(await startSignedIn());
  await core.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } });
  await core.value('access.lock', {});
  await core.value('access.startSample', { locale: 'tg', country: 'tj' });
  expect(await core.value('access.state', {})).toMatchObject({ sample: true, state: 'open' });
  expect((await core.value('records.list', { kind: 'contact', locale: 'tg' })).total).toBeGreaterThan(20);
  await core.value('access.endSample', {});
  expect(await core.value('access.state', {})).toMatchObject({ sample: false, state: 'locked' });
  expect(readdirSync(core.directory)).not.toContain('sample');
  await core.value('access.signIn', { slot: core.slot, pin: testPin });
  expect((await core.value('records.list', { kind: 'contact', locale: 'ru' })).total).toBe(1);
});
