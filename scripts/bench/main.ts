/**
 * `npm run bench -- start search`: measures those, and prints one JSON line per figure. Without names it measures
 * all. Ends with 1 when a figure misses its target; ratios to a baseline beside it hold on any machine, but not on one that is busy otherwise.
 */
import { buildIfStale } from '../build.ts';
import { copyApp } from './app-copy.ts';
import type { Figure } from './figure.ts';
import { benchHub } from './hub.ts';
import { benchImport } from './import.ts';
import { benchLanguage } from './language.ts';
import { benchLine } from './line.ts';
import { benchNameSearch } from './name-search.ts';
import type { ProfileLine } from './profile.ts';
import { benchSearchCore } from './search.ts';
import { benchSearchWindow } from './search-window.ts';
import { benchSize } from './size.ts';
import { benchStart } from './start.ts';
import { benchSync } from './sync.ts';
import { benchSyncSnapshot } from './sync-snapshot.ts';
import { benchText } from './text.ts';

type Bench = () => AsyncIterable<(Figure | ProfileLine)[]>;

const benches: Readonly<Record<string, Bench>> = {
  async *start() {
    yield await withApp(benchStart);
  },
  async *search() {
    yield await benchSearchCore();
    yield await withApp(benchSearchWindow);
  },
  async *import() {
    yield await benchImport();
  },
  async *language() {
    yield await withApp(benchLanguage);
  },
  async *hub() {
    yield await benchHub();
  },
  async *line() {
    yield await benchLine();
  },
  async *size() {
    yield await benchSize();
  },
  async *sync() {
    yield* benchSync();
    yield* benchSyncSnapshot();
  },
  'sync-snapshot': () => benchSyncSnapshot(),
  async *text() {
    yield benchText();
  },
  async *names() {
    yield benchNameSearch();
  },
};

async function withApp(measure: (dist: string) => Promise<Figure[]>): Promise<Figure[]> {
  await buildIfStale('production');
  const app = copyApp();
  try {
    return await measure(app.dist);
  } finally {
    app.remove();
  }
}

// Options of a bench stand behind the names: `sync --records 4000`.
const options = process.argv.findIndex((argument) => argument.startsWith('--'));
const given = process.argv.slice(2, options < 0 ? undefined : options);
const names = given.length > 0 ? given : Object.keys(benches);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0)
  throw new Error(`no bench "${unknown.join(' ')}"; there are: ${Object.keys(benches).join(' ')}`);

for (const name of names) {
  for await (const figures of benches[name]?.() ?? []) {
    for (const figure of figures) {
      console.log(JSON.stringify(figure));
      if ('ok' in figure && !figure.ok) process.exitCode = 1;
    }
  }
}
