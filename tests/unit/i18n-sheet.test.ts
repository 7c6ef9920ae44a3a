/** The way of a text to a reader with a spreadsheet and back, on the real catalogues, through real XLSX files. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { readCatalogues, readJson, readReviewLists } from '../../scripts/catalogue-files.ts';
import { type ImportPlan, planImport, type SheetTable } from '../../scripts/catalogue-sheet.ts';
import { statusOf } from '../../scripts/catalogue-status.ts';
import { AllowListFile } from '../../scripts/i18n-check.ts';
import { exportTable, importSheet, readTable, writeSheet } from '../../scripts/i18n-sheet.ts';

const whole = join(import.meta.dirname, '../../locales');
let folder = '';
let file = '';
beforeEach(() => {
  const place = mkdtempSync(join(tmpdir(), 'komissiya-sheet-'));
  folder = join(place, 'locales');
  file = join(place, 'тексты.xlsx');
  // One domain is enough to change things in; the round trip has them all.
  const kept = /^(?:[^.]+|app\.json|allow-list\.json|contexts\.json)$/;
  cpSync(whole, folder, { recursive: true, filter: (path) => kept.test(basename(path)) });
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

/** Everything below the folder, for comparing. */
function everything(): string {
  return JSON.stringify([readCatalogues(folder), readReviewLists(folder)]);
}

/** A reader's work: in the row of a key, cells by the head of their column. */
async function edit(changes: Record<string, Record<string, string>>): Promise<ImportPlan> {
  const table = exportTable(folder).map((cells) => [...cells]);
  const heads = table[0] ?? [];
  for (const [address, cells] of Object.entries(changes)) {
    const row = table.find(([domain, key]) => `${domain}:${key}` === address);
    if (row === undefined) throw new Error(`no row ${address}`);
    for (const [head, value] of Object.entries(cells)) row[heads.indexOf(head)] = value;
  }
  await writeSheet(file, table);
  return importSheet(folder, file);
}

const textOf = (locale: string, domain: string, key: string): unknown =>
  (JSON.parse(readFileSync(join(folder, locale, `${domain}.json`), 'utf8')) as Record<string, unknown>)[key];

describe('a spreadsheet of the catalogues', () => {
  it('has every string of every language, its place and its status', () => {
    const table: SheetTable = exportTable(whole);
    const heads = table[0] ?? [];
    for (const locale of locales) expect(heads).toContain(locale);
    const catalogues = readCatalogues(whole);
    for (const locale of locales) {
      const column = heads.indexOf(locale);
      const shown = table.slice(1).filter((cells) => cells[column] !== null).length;
      const there = Object.values(catalogues[locale] ?? {}).reduce(
        (sum, strings) => sum + Object.keys(strings).length,
        0,
      );
      expect(shown, locale).toBe(there);
    }
    expect(table.slice(1).every((cells) => (cells[heads.indexOf('context')] ?? '') !== '')).toBe(true);
  });

  it('comes back from an XLSX file cell for cell, and untouched changes nothing', async () => {
    const table = exportTable(whole);
    await writeSheet(file, table);
    const read = await readTable(file);
    expect(read).toEqual(table);
    const allowed = readJson(join(whole, 'allow-list.json'), AllowListFile);
    const plan = planImport(read, readCatalogues(whole), readReviewLists(whole), allowed);
    expect(plan).toEqual({ texts: [], statuses: [], refused: [] });
  });

  it('takes a correction with its verdict, and remembers it until a text changes', async () => {
    const plan = await edit({
      'app:nav.today': { kk: 'Бүгінгі күн', 'kk status': 'reviewed', 'ky status': 'uncertain' },
    });
    expect(plan.refused).toEqual([]);
    expect(textOf('kk', 'app', 'nav.today')).toBe('Бүгінгі күн');
    const [catalogues, lists] = [readCatalogues(folder), readReviewLists(folder)];
    expect(statusOf(lists, catalogues, 'kk', 'app', 'nav.today')).toBe('reviewed');
    expect(statusOf(lists, catalogues, 'ky', 'app', 'nav.today')).toBe('uncertain');
    // The next export shows it, and brings it back unchanged.
    await writeSheet(file, exportTable(folder));
    expect(await importSheet(folder, file)).toEqual({ texts: [], statuses: [], refused: [] });
    await edit({ 'app:nav.today': { kk: 'Бүгін', 'kk status': 'drafted' } });
    expect(statusOf(readReviewLists(folder), readCatalogues(folder), 'kk', 'app', 'nav.today')).toBe('drafted');
  });

  it('writes Uzbek apostrophes as the orthography has them', async () => {
    await edit({ 'app:nav.today': { uz: "Bugungi o'quv", 'uz status': 'reviewed' } });
    expect(textOf('uz', 'app', 'nav.today')).toBe('Bugungi oʻquv');
  });

  it.each([
    ['a lost placeholder', 'app:search.nothing', { tg: 'Чизе ёфт нашуд.' }, /placeholder/],
    ['a foreign script', 'app:nav.today', { ky: 'Today' }, /script/],
    ['a letter of another language', 'app:nav.today', { ky: 'Бүгін' }, /letter/],
    ['an empty cell', 'app:nav.today', { tg: '' }, /empty/],
    ['a plural form the language has not', 'app:date.daysInMonth_few', { kk: 'Айда {{count}} күн' }, /plural form/],
    ['a status nobody knows', 'app:nav.today', { 'tg status': 'готово' }, /no status/],
    ['Russian, which is changed in the sources', 'app:nav.today', { ru: 'Нынче', kk: 'Бүгінгі күн' }, /Russian/],
    ['a key that does not exist', 'app:nav.today', { key: 'nav.tomorrow' }, /no such string/],
  ])('refuses %s with its row and reason, and changes nothing', async (_, address, cells, reason) => {
    const before = everything();
    const plan = await edit({ [address]: cells });
    expect(plan.refused.length).toBeGreaterThan(0);
    expect(plan.refused.every(({ row }) => row > 1)).toBe(true);
    expect(plan.refused.map((refusal) => refusal.reason).join('\n')).toMatch(reason);
    expect(everything()).toBe(before);
  });

  it('takes the good rows of a file that has bad ones', async () => {
    const plan = await edit({
      'app:nav.today': { kk: 'Бүгінгі күн' },
      'app:search.nothing': { kk: 'Ештеңе табылмады.' },
    });
    expect(plan.refused.map(({ locale, key }) => [locale, key])).toEqual([['kk', 'app:search.nothing']]);
    expect(textOf('kk', 'app', 'nav.today')).toBe('Бүгінгі күн');
  });

  it('refuses a file that is no such table', async () => {
    await writeSheet(file, [
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect((await importSheet(folder, file)).refused).toEqual([expect.objectContaining({ row: 1 })]);
  });
});
