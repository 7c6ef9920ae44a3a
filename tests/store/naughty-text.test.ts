/** Texts that break programs, through the contract of the real core: stored, read again after a restart, sorted and found without a change. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Id } from '#shared/kernel/ids.ts';
import { locales } from '#shared/i18n/locales.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import { startCore, startSignedIn, testPin, type TestCore } from '#tests/lib/core.ts';
import { loneSurrogates, naughtyTexts, veryLongName } from '#tests/lib/naughty-text.ts';

const texts = { ...naughtyTexts, ...loneSurrogates, 'ten thousand characters': veryLongName };

describe('a name that breaks programs', () => {
  let core: TestCore & { slot: string };
  const ids = new Map<string, Id>();
  /** What is stored: composed, without outer spaces. */
  const stored = (text: string): string => text.normalize('NFC').trim();

  beforeAll(async () => {
    core = await startSignedIn();
    for (const [what, text] of Object.entries(texts)) {
      const row = await core.value('records.save', { kind: 'contact', values: { name: text, note: text } });
      ids.set(what, row.id);
    }
  });
  afterAll(() => core.close());

  const read = async (what: string): Promise<unknown> =>
    (await core.value('records.get', { kind: 'contact', id: ids.get(what) as Id })).values['name'];

  test.each(Object.entries(texts))('%s is stored as it is', async (what, text) => {
    expect(await read(what)).toBe(stored(text));
  });

  test.each(Object.entries(texts))('%s stands in its history as it is', async (what, text) => {
    const { steps } = await core.value('records.history', { kind: 'contact', id: ids.get(what) as Id });
    expect(JSON.stringify(steps)).toContain(JSON.stringify(stored(text)).slice(1, -1));
  });

  test.each(locales)('all are listed once, in the order of %s', async (locale) => {
    const { rows, total } = await core.value('contacts.list', {
      group: 'all',
      search: '',
      country: null,
      locale,
      offset: 0,
      limit: 500,
    });
    expect(total).toBe(Object.keys(texts).length);
    const keys = rows.map((row) => sortKey(String(row.values['name']), locale));
    expect(keys).toEqual(keys.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0)));
  });

  test.each(Object.entries(texts))('%s is searched for without a failure, and found', async (_, text) => {
    const search = text.slice(0, 300);
    const { rows } = await core.value('contacts.list', {
      group: 'all',
      search,
      country: null,
      locale: 'kk',
      offset: 0,
      limit: 500,
    });
    expect(rows.map((row) => row.values['name'])).toContain(stored(text));
    await core.value('records.searchAll', { text: search.slice(0, 200), locale: 'tg' });
  });

  test('all are there after a restart', async () => {
    const before = new Map<string, unknown>();
    for (const what of ids.keys()) before.set(what, await read(what));
    const { directory, slot } = core;
    await core.close();
    const again = startCore({ directory });
    await again.value('access.signIn', { slot, pin: testPin });
    core = { ...again, slot };
    for (const [what, value] of before) expect(await read(what), what).toBe(value);
  });
});
