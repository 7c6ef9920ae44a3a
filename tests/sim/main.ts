/**
 * Many histories on demand: `npm run test:sim -- [--histories N] [--minutes M] [--seed S] [--steps K] [--stored]`. Prints the seed; a
 * failing history is shrunk and printed with the path that plays it again (`--seed S --path P`).
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { simulate } from './checks.ts';
import { history } from './history.ts';
import { leanKeys, realKeys } from './keys.ts';
import { leanLaptop } from './lean-laptop.ts';
import { storedLaptops } from './stored-laptop.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '10000' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    steps: { type: 'string', default: '60' },
    /** Reports the first failing history as it is. */
    stored: { type: 'boolean', default: false },
    raw: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const startedAt = performance.now();
let histories = 0;
console.log(`seed ${seed}`);
const result = await fc.check(
  fc.asyncProperty(history(Number(values.steps)), async (each) => {
    histories += 1;
    if (histories % 10_000 === 0) console.log(`${histories} histories in ${seconds()} s`);
    if (!values.stored) return simulate(each, leanKeys, leanLaptop);
    const laptops = storedLaptops();
    try {
      await simulate(each, realKeys, laptops.make);
    } finally {
      laptops.close();
    }
  }),
  {
    seed,
    endOnFailure: values.raw,
    numRuns: Number(values.histories),
    ...(values.path === undefined ? {} : { path: values.path }),
    ...(values.minutes === undefined
      ? {}
      : { interruptAfterTimeLimit: Number(values.minutes) * 60_000, markInterruptAsFailure: false }),
  },
);
if (result.failed) {
  console.log(fc.defaultReportMessage(result) ?? 'failed', result.errorInstance);
  process.exitCode = 1;
}
console.log(`${histories} histories in ${seconds()} s, seed ${seed}: ${result.failed ? 'FAILED' : 'all hold'}`);

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}
