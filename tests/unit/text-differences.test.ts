import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textDifferences, type TextRange } from '#shared/text/text-differences.ts';

const cut = (text: string, ranges: readonly TextRange[]) => ranges.map(([from, to]) => text.slice(from, to));

test('the words that differ are marked, adjacent ones as one', () => {
  const [a, b] = ['1. Утвердить план мероприятий на 2026 год.', '1. Утвердить новый план на 2027 год.'];
  const { first, second } = textDifferences(a, b);
  expect(cut(a, first)).toEqual(['мероприятий', '2026']);
  expect(cut(b, second)).toEqual(['новый', '2027']);
  expect(textDifferences(a, `  ${a.replaceAll(' ', '\n')} `)).toEqual({ first: [], second: [] });
  expect(cut('', textDifferences('', 'всё ново').first)).toEqual([]);
  expect(cut('всё ново', textDifferences('', 'всё ново').second)).toEqual(['всё ново']);
});

const text = fc.array(fc.constantFrom('а', 'б', 'в', 'г'), { maxLength: 12 }).map((words) => words.join(' '));

test('without what is marked the two texts are the same, and no shorter marking exists', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const { first, second } = textDifferences(a, b);
      const rest = (whole: string, ranges: readonly TextRange[]) =>
        ranges
          .toReversed()
          .reduce((left, [from, to]) => left.slice(0, from) + left.slice(to), whole)
          .split(/\s+/)
          .filter((word) => word !== '');
      expect(rest(a, first)).toEqual(rest(b, second));
      expect(rest(a, first)).toHaveLength(longestCommon(a.split(' '), b.split(' ')));
    }),
  );
});

/** The length of the longest common subsequence, the slow and certain way. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a[0] === '' || b[0] === '') return 0;
  let row = b.map(() => 0);
  for (const word of a) {
    const next: number[] = [];
    for (const [index, other] of b.entries())
      next.push(
        word === other
          ? (index === 0 ? 0 : (row[index - 1] ?? 0)) + 1
          : Math.max(row[index] ?? 0, index === 0 ? 0 : (next[index - 1] ?? 0)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

test('texts that have nothing in common are marked whole, quickly', () => {
  const words = (letter: string) => Array.from({ length: 5000 }, (_, index) => `${letter}${index}`).join(' ');
  const [a, b] = [`начало ${words('а')} конец`, `начало ${words('б')} конец`];
  expect(cut(a, textDifferences(a, b).first)).toEqual([words('а')]);
});
