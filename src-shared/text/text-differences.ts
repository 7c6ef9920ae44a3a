/**
 * Which words of two texts differ: Myers' greedy comparison ("An O(ND) Difference Algorithm", 1986) over words, spaces aside. For
 * showing two versions side by side. Never throws; texts that differ in more than `mostSteps` words are marked from the first to the
 * last difference.
 */

/** Start and end in UTF-16 units. */
export type TextRange = readonly [number, number];
export type TextDifferences = { readonly first: readonly TextRange[]; readonly second: readonly TextRange[] };

const mostSteps = 400;

type Word = { readonly text: string; readonly start: number; readonly end: number };

/** The words that only the first and only the second text has, adjacent ones joined; ascending. */
export function textDifferences(first: string, second: string): TextDifferences {
  const a = wordsOf(first);
  const b = wordsOf(second);
  let head = 0;
  while (head < a.length && head < b.length && a[head]?.text === b[head]?.text) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail]?.text === b[b.length - 1 - tail]?.text
  )
    tail += 1;
  const innerA = a.slice(head, a.length - tail);
  const innerB = b.slice(head, b.length - tail);
  const kept = commonWords(innerA, innerB);
  return {
    first: ranges(innerA, (index) => kept?.first.has(index) !== true),
    second: ranges(innerB, (index) => kept?.second.has(index) !== true),
  };
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The positions of the words that both have in one order; null where the texts differ too much to be compared. */
function commonWords(
  a: readonly Word[],
  b: readonly Word[],
): { first: ReadonlySet<number>; second: ReadonlySet<number> } | null {
  const first = new Set<number>();
  const second = new Set<number>();
  if (a.length === 0 || b.length === 0) return { first, second };
  const most = Math.min(a.length + b.length, mostSteps);
  const offset = most + 1;
  const furthest = new Int32Array(2 * offset + 1);
  const trace: Int32Array[] = [];
  for (let steps = 0; steps <= most; steps += 1) {
    trace.push(furthest.slice());
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      const down = (furthest[offset + diagonal + 1] ?? 0) > (furthest[offset + diagonal - 1] ?? 0);
      const goesDown = diagonal === -steps || (diagonal !== steps && down);
      let x = goesDown ? (furthest[offset + diagonal + 1] ?? 0) : (furthest[offset + diagonal - 1] ?? 0) + 1;
      while (x < a.length && x - diagonal < b.length && a[x]?.text === b[x - diagonal]?.text) x += 1;
      furthest[offset + diagonal] = x;
      if (x < a.length || x - diagonal < b.length) continue;
      walkBack(trace, offset, a.length, b.length, (i, j) => {
        first.add(i);
        second.add(j);
      });
      return { first, second };
    }
  }
  return null;
}

/** From the end to the beginning along the furthest paths; tells each pair of equal words. */
function walkBack(
  trace: readonly Int32Array[],
  offset: number,
  endX: number,
  endY: number,
  equal: (x: number, y: number) => void,
): void {
  let x = endX;
  let y = endY;
  for (let steps = trace.length - 1; steps >= 0; steps -= 1) {
    const furthest = trace[steps] ?? new Int32Array(0);
    const diagonal = x - y;
    const below = furthest[offset + diagonal + 1] ?? 0;
    const goesDown = diagonal === -steps || (diagonal !== steps && below > (furthest[offset + diagonal - 1] ?? 0));
    const from = goesDown ? diagonal + 1 : diagonal - 1;
    const fromX = steps === 0 ? 0 : (furthest[offset + from] ?? 0);
    const fromY = steps === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      equal(x, y);
    }
    x = fromX;
    y = fromY;
  }
}

function ranges(words: readonly Word[], isWanted: (index: number) => boolean): TextRange[] {
  const found: [number, number][] = [];
  let last = -2;
  for (const [index, word] of words.entries()) {
    if (!isWanted(index)) continue;
    const open = found.at(-1);
    if (open !== undefined && last === index - 1) open[1] = word.end;
    else found.push([word.start, word.end]);
    last = index;
  }
  return found;
}
