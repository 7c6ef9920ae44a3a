/** Lesson texts become a plain tree: our Markdown is understood, everything else stays words on the screen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MarkdownBlock, parseMarkdown, type TextRun } from '#shared/training/markdown.ts';

const texts = join(import.meta.dirname, '../../assets/courses/receiving-complaints/text');
const plain = (text: string): TextRun[] => [{ text, bold: false }];
const words = (runs: readonly TextRun[]): string => runs.map(({ text }) => text).join('');

function allWords(block: MarkdownBlock): string {
  switch (block.kind) {
    case 'list':
      return block.items.map(words).join(' ');
    case 'table':
      return [block.head, ...block.rows].flat().map(words).join(' ');
    default:
      return words(block.content);
  }
}

describe('lesson text', () => {
  test('paragraphs run over lines and end at a blank one, a heading or a list', () => {
    expect(parseMarkdown('one\ntwo\n\nthree\n## Head ##\n- a')).toEqual([
      { kind: 'paragraph', content: plain('one two') },
      { kind: 'paragraph', content: plain('three') },
      { kind: 'heading', level: 2, content: plain('Head') },
      { kind: 'list', ordered: false, start: 1, items: [plain('a')] },
    ]);
  });

  test('lists keep their numbers, their loose items and their continued lines', () => {
    expect(parseMarkdown('3. a\nb\n\n4) c\n- d')).toEqual([
      { kind: 'list', ordered: true, start: 3, items: [plain('a b'), plain('c')] },
      { kind: 'list', ordered: false, start: 1, items: [plain('d')] },
    ]);
  });

  test('bold runs, escapes, and stars that nothing closes', () => {
    const [block] = parseMarkdown('a **b c** d \\*\\*e** **f');
    expect(block).toEqual({
      kind: 'paragraph',
      content: [
        { text: 'a ', bold: false },
        { text: 'b c', bold: true },
        { text: ' d **e** **f', bold: false },
      ],
    });
  });

  test('tables fill short rows and lose nothing of long ones', () => {
    expect(parseMarkdown('| A | B |\n|---|:-:|\n| 1 | **2** |\n| 3 |\n| 4 | 5 | 6 |')).toEqual([
      {
        kind: 'table',
        head: [plain('A'), plain('B')],
        rows: [
          [plain('1'), [{ text: '2', bold: true }]],
          [plain('3'), []],
          [plain('4'), plain('5 | 6')],
        ],
      },
    ]);
  });

  test('HTML, links, pictures and code of a hostile pack are only words', () => {
    const source = '<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](http://x) `c`';
    expect(parseMarkdown(source)).toEqual([{ kind: 'paragraph', content: plain(source) }]);
  });

  test('never throws and never loses a word, whatever the lines are', () => {
    const line = fc.constantFrom(
      '',
      '#',
      '## h',
      '- ',
      '- w',
      '1. w',
      '| a | b |',
      '|--|--|',
      '**',
      'w **b** w',
      '\\',
      '   ',
      'ә ў ӯ',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
        const found = parseMarkdown(lines.join('\n')).map(allWords).join(' ');
        for (const letter of ['w', 'h', 'a', 'ә']) {
          const count = (text: string): number => text.split(letter).length - 1;
          expect(count(found)).toBe(count(lines.join('\n')));
        }
      }),
    );
  });

  test('every text of our course runs parallel in all languages, so that a place can be found again in another one', () => {
    const shapes = new Map<string, Set<string>>();
    for (const name of readdirSync(texts)) {
      const shape = parseMarkdown(readFileSync(join(texts, name), 'utf8'))
        .map(({ kind }) => kind)
        .join();
      const id = name.split('.')[0] ?? '';
      shapes.set(id, (shapes.get(id) ?? new Set()).add(shape));
    }
    expect(shapes.size).toBe(7);
    for (const [id, found] of shapes) expect([id, found.size]).toEqual([id, 1]);
  });
});
