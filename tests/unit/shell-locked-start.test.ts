/** The sign-in screen of a locked laptop without the core: the same answer, and only until the core has been ready. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLockedStart } from '#shell/locked-start.ts';
import { startCore, startOfTime } from '#tests/lib/core.ts';
import { ok } from '#shared/kernel/result.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'komissiya-locked-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function lockedStart(ready: () => boolean) {
  const asked: string[] = [];
  const core = {
    hasBeenReady: ready,
    dispatch: (name: string) => {
      asked.push(name);
      return Promise.resolve(ok('the core'));
    },
  };
  return { asked, start: createLockedStart({ directory, time: { now: () => startOfTime }, core }) };
}

test('the first answer is the one the core gives, and what is missing or damaged is left to the core', async () => {
  const none = lockedStart(() => false);
  expect(none.start.isKnown).toBe(false);
  await none.start.dispatch('access.state', {});
  expect(none.asked).toEqual(['access.state']);

  const core = startCore();
  await core.value('access.createProfile', {
    locale: 'ky',
    commission: { from: 'none', as: 'trainer' },
    person: { name: 'Тренер, пример', role: 'trainer', label: { show: 'initials', initials: 'ТП' }, pin: '482913' },
  });
  await core.value('access.lock', {});
  const fromCore = await core.call('access.state', {});
  writeFileSync(join(directory, 'vault.json'), readFileSync(join(core.directory, 'vault.json')));
  await core.close();

  let isReady = false;
  const { asked, start } = lockedStart(() => isReady);
  expect(start.isKnown).toBe(true);
  expect(await start.dispatch('access.state', {})).toEqual(fromCore);
  await start.dispatch('access.signIn', {});
  isReady = true;
  await start.dispatch('access.state', {});
  expect(asked).toEqual(['access.signIn', 'access.state']);

  writeFileSync(join(directory, 'vault.json'), '{"format":1,"slo');
  expect(lockedStart(() => false).start.isKnown).toBe(false);
});
