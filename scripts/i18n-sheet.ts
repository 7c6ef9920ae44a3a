/**
 * `npm run i18n:export -- FILE.xlsx [kk ky …]` writes the catalogues into a spreadsheet for readers without git;
 * `npm run i18n:import -- FILE.xlsx` takes their corrections and verdicts over, says what was not taken and why, and then ends with 1.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readSheet } from 'read-excel-file/node';
import writeExcelFile, { type Row } from 'write-excel-file/node';
import { isLocale, type Locale, locales } from '#shared/i18n/locales.ts';
import {
  readCatalogues,
  readContexts,
  readJson,
  readReviewLists,
  writeCatalogue,
  writeReviewList,
} from './catalogue-files.ts';
import { applyImport, catalogueTable, type ImportPlan, planImport, type SheetTable } from './catalogue-sheet.ts';
import { AllowListFile } from './i18n-check.ts';

const root = join(import.meta.dirname, '..');

/** What a reader must know, on a sheet of its own. */
const advice = [
  'Как править тексты',
  'Меняйте только столбцы своего языка: текст и рядом его статус. Остальное объясняет, где текст виден.',
  'Статус: reviewed – прочитано носителем языка и верно; drafted – переведено, но не проверено; uncertain – есть сомнение.',
  'Исправили текст – поставьте reviewed. Не уверены – поставьте uncertain.',
  'Слова в двойных фигурных скобках, например {{count}}, программа заменяет сама. Их нельзя переводить, удалять и добавлять.',
  'Пустая клетка у формы числа значит, что в языке такой формы нет.',
  'Снимок экрана – имя файла в папке docs/screens.',
  'Термины держите по словарю: locales/glossary.json.',
];

/** Writes the table to a file. */
export async function writeSheet(file: string, table: SheetTable): Promise<void> {
  const heads = table[0] ?? [];
  const data: Row[] = table.map((cells, index) =>
    cells.map((value, column) => {
      if (value === null) return null;
      const isHead = index === 0;
      const isDoubted = !isHead && (value === 'uncertain' || cells[column + 1] === 'uncertain');
      return {
        type: String,
        value,
        wrap: true,
        alignVertical: 'top' as const,
        ...(isHead && { fontWeight: 'bold' as const }),
        ...(isDoubted && { backgroundColor: '#fdf0d5' }),
      };
    }),
  );
  const width = (head: string | null): number =>
    head === 'domain' || head?.endsWith(' status') === true ? 12 : head === 'key' || head === 'screenshot' ? 24 : 44;
  await writeExcelFile([
    {
      sheet: 'Тексты',
      data,
      columns: heads.map((head) => ({ width: width(head) })),
      stickyRowsCount: 1,
      stickyColumnsCount: 2,
    },
    {
      sheet: 'Как править',
      data: advice.map((line, index) => [
        { type: String, value: line, wrap: true, ...(index === 0 && { fontWeight: 'bold' as const }) },
      ]),
      columns: [{ width: 110 }],
    },
  ]).toFile(file);
}

/** Reads the first sheet of a file as texts. Rejects with its reason where it is no spreadsheet. */
export async function readTable(file: string): Promise<SheetTable> {
  const rows = await readSheet(file, { trim: false });
  return rows.map((cells) => cells.map((cell) => (cell === null ? null : String(cell))));
}

/** Carries out what a file changes below `folder`. Nothing is written but the files that differ. */
export async function importSheet(folder: string, file: string): Promise<ImportPlan> {
  const catalogues = readCatalogues(folder);
  const lists = readReviewLists(folder);
  const allowList = readJson(join(folder, 'allow-list.json'), AllowListFile);
  const plan = planImport(await readTable(file), catalogues, lists, allowList);
  const next = applyImport(plan, catalogues, lists);
  for (const { locale, domain } of next.changed)
    writeCatalogue(folder, locale, domain, next.catalogues[locale]?.[domain] ?? {});
  for (const domain of next.reviewed) {
    const list = next.lists[domain];
    if (list !== undefined) writeReviewList(folder, domain, list);
  }
  return plan;
}

/** The table of what lies below `folder`, for these languages beside Russian, or all. */
export function exportTable(folder: string, wanted: readonly Locale[] = locales): SheetTable {
  return catalogueTable(readCatalogues(folder), readReviewLists(folder), readContexts(folder), wanted);
}

async function main([verb, file, ...wanted]: string[]): Promise<void> {
  const folder = join(root, 'locales');
  const unknown = wanted.filter((name) => !isLocale(name));
  if (file === undefined || unknown.length > 0 || (verb !== 'export' && verb !== 'import'))
    throw new Error(
      `usage: npm run i18n:export -- FILE.xlsx [${locales.join(' ')}]   or   npm run i18n:import -- FILE.xlsx`,
    );
  if (verb === 'export') {
    const table = exportTable(folder, wanted.length === 0 ? locales : wanted.filter(isLocale));
    await writeSheet(file, table);
    console.log(`i18n:export: ${table.length - 1} strings in ${file}`);
    return;
  }
  const plan = await importSheet(folder, file);
  // Short lists stand on one line, as the formatter has them.
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  spawnSync(process.execPath, [biome, 'format', '--write', folder], { stdio: 'ignore' });
  for (const { row, locale, key, reason } of plan.refused)
    console.log(`row ${row}  ${locale ?? ''}  ${key}  not taken: ${reason}`);
  console.log(
    `i18n:import: ${plan.texts.length} texts and ${plan.statuses.length} statuses taken, ${plan.refused.length} not taken. Run npm run i18n:check, then look at the pages.`,
  );
  if (plan.refused.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
