/**
 * Where the time of measured work goes, by the file whose code ran, its calls into SQLite and zlib among it: `npm run bench -- sync --profile`.
 * Sampling slows the work down, so the figures of such a run are none.
 */
import { Session, type Profiler } from 'node:inspector';
import { basename } from 'node:path';

export type Profile = {
  /** Runs work, and counts its time under a name. */
  of<T>(name: string, work: () => T): T;
  /** For each name the files with the most time, as shares of it, with at least a hundredth. Begins anew. */
  take(): ProfileLine[];
};
export type ProfileLine = {
  readonly bench: string;
  readonly profile: string;
  readonly shares: { readonly [place: string]: number };
};

const everyMicroseconds = 200;
/** Starting and ending the sampling. */
const itself = 'node:inspector';

/** Without being wanted it only runs the work. */
export function createProfile(bench: string, isWanted: boolean): Profile {
  if (!isWanted) return { of: (_name, work) => work(), take: () => [] };
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: everyMicroseconds });
  const times = new Map<string, Map<string, number>>();

  function stop(name: string): void {
    // Within one process the answer comes before `post` returns.
    session.post('Profiler.stop', (error, { profile }) => {
      if (error !== null) throw error;
      const places = times.get(name) ?? new Map<string, number>();
      times.set(name, places);
      for (const [place, time] of timesByPlace(profile)) places.set(place, (places.get(place) ?? 0) + time);
    });
  }

  return {
    of(name, work) {
      session.post('Profiler.start');
      const done = work();
      if (done instanceof Promise) return done.finally(() => stop(name)) as typeof done;
      stop(name);
      return done;
    },
    take() {
      const lines = [...times].map(([name, places]) => ({ bench, profile: name, shares: sharesOf(places) }));
      times.clear();
      return lines;
    },
  };
}

/**
 * Microseconds of own time. What is none of ours counts for the file that called it, apart: `transaction.js > native` is SQLite where it
 * commits, `> node` a library of Node's; `node` what Node does unasked, on the line mostly. Waiting for the other side is `(idle)`.
 */
function timesByPlace({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  function placeOf(id: number): string {
    const node = byId.get(id);
    if (node === undefined) return 'node';
    const { functionName, url } = node.callFrame;
    if (url.startsWith('file:')) return basename(url);
    if (url === itself) return url;
    if (functionName.startsWith('(')) return functionName === '(root)' ? 'node' : functionName;
    const [caller = 'node'] = placeOf(parents.get(id) ?? 0).split(' > ');
    if (caller === itself || caller === 'node') return caller;
    return `${caller} > ${url === '' ? 'native' : 'node'}`;
  }
  const places = new Map(nodes.map(({ id }) => [id, placeOf(id)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const place = places.get(id) ?? 'node';
    if (place !== itself) times.set(place, (times.get(place) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}

function sharesOf(places: ReadonlyMap<string, number>): ProfileLine['shares'] {
  const total = [...places.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...places]
    .map(([place, time]): [string, number] => [place, Math.round((time / total) * 100) / 100])
    .filter(([, share]) => share >= 0.01);
  return Object.fromEntries(shares.sort(([, a], [, b]) => b - a));
}
