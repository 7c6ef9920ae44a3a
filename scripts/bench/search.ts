/**
 * The contacts list over 100,000 contacts in the core, against the same work in bare SQLite: same cipher, key, pragmas and page
 * cache, an equivalent table, the same FTS5 declaration, statements prepared once. Both are asked in turn, question by question.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromColumnId } from '#core/store/column-id.ts';
import { openDatabase, type WritableDb } from '#core/store/database.ts';
import { searchText } from '#core/store/indexes.ts';
import { type Row, rowValues } from '#core/store/record-rows.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { locales, type Locale } from '#shared/i18n/locales.ts';
import { ftsMatch } from '#shared/text/search-key.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import { type Figure, figure } from './figure.ts';
import { benchPin, copyFilledProfile, openCore, openFilledStore } from './filled-profile.ts';
import { typedSearches } from './names.ts';
import { median, percentile } from './statistics.ts';

const contacts = 100_000;
const searches = 1000;
const firstPages = 300;
const pageLength = 50;

type Ask = (question: { search: string; locale: Locale }) => Promise<number>;

/** Figures: `search.core-p95` (ms), and `search.first-page-<locale>` (ms, median) for each language's order. */
export async function benchSearchCore(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const directory = join(folder, 'profile');
  await copyFilledProfile(contacts, locales, directory);
  const bare = await makeBare(join(folder, 'bare.db'), directory);
  const core = openCore(directory);
  try {
    const ask = await signIn(core.dispatch);
    return [await benchTyping(ask, bare), ...(await benchFirstPages(ask, bare))];
  } finally {
    await core.close();
    bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchTyping(ask: Ask, bare: WritableDb): Promise<Figure> {
  const select = bare.prepare(
    `select contact.* from search join contact on contact.row = search.rowid where folded match ? limit ${pageLength}`,
  );
  const ours: number[] = [];
  const plain: number[] = [];
  for (const search of typedSearches(searches)) {
    const match = ftsMatch(search);
    if (match === null) continue;
    const [first, second] = await inTurn(
      ours.length,
      () => ask({ search, locale: 'ru' }),
      () => select.all(match).length,
    );
    ours.push(first);
    plain.push(second);
  }
  return figure({
    bench: 'search',
    figure: 'core-p95',
    value: percentile(ours, 0.95),
    baseline: percentile(plain, 0.95),
    target: 3,
  });
}

async function benchFirstPages(ask: Ask, bare: WritableDb): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const locale of locales) {
    const columns = ['row', 'id', ...Object.keys(Contact.fields)].map((name) => `"${name}"`).join(', ');
    const select = bare.prepare(`select ${columns} from contact order by "key ${locale}" limit ${pageLength}`);
    const ours: number[] = [];
    const plain: number[] = [];
    for (let run = 0; run < firstPages; run += 1) {
      const [first, second] = await inTurn(
        run,
        () => ask({ search: '', locale }),
        () => select.all().length,
      );
      ours.push(first);
      plain.push(second);
    }
    const name = `first-page-${locale}`;
    figures.push(figure({ bench: 'search', figure: name, value: median(ours), baseline: median(plain), target: 2 }));
  }
  return figures;
}

/** Milliseconds of both, which must find equally many rows; every other time the second goes first. */
async function inTurn(
  round: number,
  ours: () => Promise<number>,
  plain: () => number,
): Promise<[ours: number, plain: number]> {
  const timed = async (work: () => number | Promise<number>): Promise<[number, number]> => {
    const startedAt = performance.now();
    const rows = await work();
    return [performance.now() - startedAt, rows];
  };
  const before = round % 2 === 0 ? null : await timed(plain);
  const own = await timed(ours);
  const other = before ?? (await timed(plain));
  if (own[1] !== other[1]) throw new Error(`the core found ${own[1]} rows, bare SQLite ${other[1]}`);
  return [own[0], other[0]];
}

async function signIn(dispatch: ReturnType<typeof openCore>['dispatch']): Promise<Ask> {
  const value = async (name: string, input: unknown): Promise<unknown> => {
    const result = await dispatch(name, input);
    if (!result.ok) throw new Error(`${name}: ${result.error.code}`);
    return result.value;
  };
  // The core's answers follow its contract.
  const { rows } = (await value('access.state', {})) as { rows: { slot: string }[] };
  await value('access.signIn', { slot: rows[0]?.slot, pin: benchPin });
  return async ({ search, locale }) => {
    const input = { group: 'all', search, country: null, locale, offset: 0, limit: pageLength };
    const page = (await value('contacts.list', input)) as { rows: unknown[] };
    return page.rows.length;
  };
}

/** The same contacts in a file of one table with a column per field and per order, and one search index. */
async function makeBare(path: string, directory: string): Promise<WritableDb> {
  const { store, key } = await openFilledStore(directory);
  const opened = openDatabase({ path, key });
  if (!opened.ok) throw new Error(opened.error.code);
  const bare = opened.value;
  const fields = Object.keys(Contact.fields);
  const keys = locales.map((locale) => `key ${locale}`);
  bare.exec(
    `create table contact (row integer primary key, id text not null unique, ${[...fields, ...keys].map((name) => `"${name}"`).join(', ')});
     create virtual table search using fts5 (folded, content='', contentless_delete=1, tokenize='unicode61', prefix='${prefixes(store.db)}')`,
  );
  const insert = bare.prepare(`insert into contact values (?, ?, ${[...fields, ...keys].map(() => '?').join(', ')})`);
  const index = bare.prepare('insert into search (rowid, folded) values (?, ?)');
  bare.transaction(() => {
    // A table of ours.
    for (const raw of store.db.prepare('select * from contact order by row').iterate() as Iterable<Row>) {
      const cells = fields.map((name) => raw[`f_${name}`] ?? null);
      const values = rowValues(Contact, raw);
      const name = String(values['name']);
      insert.run(raw['row'], fromColumnId(raw['id']), ...cells, ...locales.map((locale) => sortKey(name, locale)));
      index.run(raw['row'], searchText(Contact, values));
    }
  })();
  for (const column of keys) bare.exec(`create index "by ${column}" on contact ("${column}")`);
  store.close();
  return bare;
}

/** The prefix lengths that the store's own search index has, so that both have the same. */
function prefixes(db: WritableDb): string {
  const sql = String(db.prepare(`select sql from sqlite_schema where name = 'contact_search'`).pluck().get());
  return /prefix='([\d ]*)'/.exec(sql)?.[1] ?? '';
}
