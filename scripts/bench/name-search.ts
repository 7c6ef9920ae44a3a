/** How many spellings of a name find each other, and how many different names do; every miss is named. */
import { type Figure, figure } from './figure.ts';
import { differentPairs, findByEither, findEachOther, foreignPairs, samePairs } from './name-pairs.ts';

/**
 * Figures: `names.recall`, a share that must reach 0.98, of pairs of the national spelling and another; `names.recall-foreign`, which only
 * tells, of any two other spellings; `names.false-matches`, a share that may not exceed 0.05. Prints the pairs that fail.
 */
export function benchNameSearch(): Figure[] {
  const same = samePairs();
  const foreign = foreignPairs();
  const different = differentPairs();
  const missed = same.filter((pair) => !findEachOther(pair));
  const foreignMissed = foreign.filter((pair) => !findEachOther(pair));
  const confused = different.filter(findByEither);
  for (const { a, b, from } of missed) console.log(`names: not found: ${a} – ${b} (${from})`);
  for (const { a, b, from } of foreignMissed) console.log(`names: not found: ${a} – ${b} (${from}, both foreign)`);
  for (const { a, b } of confused) console.log(`names: taken for one: ${a} – ${b}`);
  return [
    figure({
      bench: 'names',
      figure: 'recall',
      value: same.length - missed.length,
      baseline: same.length,
      target: 0.98,
      atLeast: true,
    }),
    figure({
      bench: 'names',
      figure: 'recall-foreign',
      value: foreign.length - foreignMissed.length,
      baseline: foreign.length,
      target: null,
    }),
    figure({
      bench: 'names',
      figure: 'false-matches',
      value: confused.length,
      baseline: different.length,
      target: 0.05,
    }),
  ];
}
