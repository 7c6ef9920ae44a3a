/**
 * Many histories on demand: `npm run test:sim -- [--histories N] [--minutes M] [--seed S] [--steps K] [[--stored] [--hub] |
 * --snapshots | --found]`. Prints the seed; a failing history is shrunk and printed, and the last line says how to play it again.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { simulate } from './checks.ts';
import { foundSnapshotStories, foundStories } from './found-histories.ts';
import { type History, history, storedHistory, withShutOuts } from './history.ts';
import { leanKeys, realKeys, seededKeys } from './keys.ts';
import { leanLaptop, signingLaptop } from './lean-laptop.ts';
import { modelHub } from './model-hub.ts';
import { realHub } from './real-hub.ts';
import { simulateSnapshots, snapshotHistory } from './snapshot-histories.ts';
import { storedLaptops } from './stored-laptop.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '10000' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    steps: { type: 'string', default: '60' },
    /** On the real store. */
    stored: { type: 'boolean', default: false },
    /** With the real hub; with --stored, on the real store too. */
    hub: { type: 'boolean', default: false },
    /** Laptops that begin with a snapshot (snapshot-histories.ts). */
    snapshots: { type: 'boolean', default: false },
    /** Only the histories that failed once, on laptops in plain memory; with --hub, with the real one. */
    found: { type: 'boolean', default: false },
    /** Reports the first failing history as it is. */
    raw: { type: 'boolean', default: false },
  },
});
if (values.found) {
  for (const { what, histories: all } of foundStories)
    for (const each of all) await mustHold(what, () => simulateInMemory(each));
  for (const { what, histories: all } of foundSnapshotStories)
    for (const each of all) await mustHold(what, async () => simulateSnapshots(each));
  process.exit();
}
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const startedAt = performance.now();
const drawn = (values.stored ? storedHistory : history)(Number(values.steps));
let histories = 0;
console.log(`seed ${seed}`);
const settings = {
  seed,
  endOnFailure: values.raw,
  numRuns: Number(values.histories),
  ...(values.path === undefined ? {} : { path: values.path }),
  ...(values.minutes === undefined
    ? {}
    : { interruptAfterTimeLimit: Number(values.minutes) * 60_000, markInterruptAsFailure: false }),
};
const result = values.snapshots
  ? fc.check(
      fc.property(snapshotHistory, (each) => {
        count();
        simulateSnapshots(each);
      }),
      settings,
    )
  : await fc.check(
      fc.asyncProperty(values.hub ? withShutOuts(drawn) : drawn, async (each) => {
        count();
        if (!values.stored) return simulateInMemory(each);
        const laptops = storedLaptops();
        try {
          await simulate(each, realKeys, laptops.make, values.hub ? realHub : modelHub);
        } finally {
          laptops.close();
        }
      }),
      settings,
    );
const total = `${histories} histories in ${seconds()} s, seed ${seed}`;
if (result.failed) {
  console.log(String(result.errorInstance), result.counterexample === null ? '' : fc.stringify(result.counterexample));
  // Last, so that it survives a log that is cut.
  const flags = (['stored', 'hub', 'snapshots'] as const).flatMap((each) => (values[each] ? [`--${each}`] : []));
  const again = [`--seed ${seed}`, `--path ${result.counterexamplePath}`, `--steps ${values.steps}`, ...flags];
  console.log(`${total}: FAILED; again: npm run test:sim -- ${again.join(' ')}`);
  process.exitCode = 1;
} else console.log(`${total}: all hold`);

function simulateInMemory(each: History): Promise<void> {
  return values.hub ? simulate(each, seededKeys, signingLaptop, realHub) : simulate(each, leanKeys, leanLaptop);
}

async function mustHold(what: string, play: () => Promise<void>): Promise<void> {
  try {
    await play();
  } catch (error) {
    console.log(`not so: ${what}\n${String(error)}`);
    process.exitCode = 1;
  }
}

function count(): void {
  histories += 1;
  if (histories % 10_000 === 0) console.log(`${histories} histories in ${seconds()} s`);
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}
