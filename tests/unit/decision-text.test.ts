import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecisionText, parseLine, plainText } from '#shared/records/decision-text.ts';

describe('the text of a decision', () => {
  test('points keep the numbers they were typed with, and their depth', () => {
    expect(parseDecisionText('Комиссия решила:\n1. Утвердить.\n2.1. Сообщить\nв районы.\n\n5) Контроль.')).toEqual([
      { type: 'paragraph', lines: [[{ text: 'Комиссия решила:', bold: false }]] },
      {
        type: 'list',
        numbered: true,
        items: [
          { marker: '1.', depth: 0, lines: [[{ text: 'Утвердить.', bold: false }]] },
          {
            marker: '2.1.',
            depth: 1,
            lines: [[{ text: 'Сообщить', bold: false }], [{ text: 'в районы.', bold: false }]],
          },
          { marker: '5)', depth: 0, lines: [[{ text: 'Контроль.', bold: false }]] },
        ],
      },
    ]);
  });

  test('a date or a year at the beginning of a line is not a point', () => {
    for (const text of ['23.11.2026 жылы', '2026. Бюджет', '15/1 решение', '10:00 дан']) {
      expect(parseDecisionText(text)).toEqual([{ type: 'paragraph', lines: [[{ text, bold: false }]] }]);
    }
  });

  test('bold needs both pairs of stars; lone stars and escaped ones stay', () => {
    expect(parseLine('до **важно** после')).toEqual([
      { text: 'до ', bold: false },
      { text: 'важно', bold: true },
      { text: ' после', bold: false },
    ]);
    expect(parseLine('2 ** 3')).toEqual([{ text: '2 ** 3', bold: false }]);
    expect(parseLine('сноска \\*')).toEqual([{ text: 'сноска *', bold: false }]);
  });

  test('an empty line ends a point, so the next plain line is a paragraph', () => {
    expect(parseDecisionText('1. Пункт\n\nТөраға').map((block) => block.type)).toEqual(['list', 'paragraph']);
  });

  test('heading, plain list and table', () => {
    const blocks = parseDecisionText(
      '## Кун тартиби\n- биринчи\n- иккинчи\n| Сана | Вақт |\n|---|---|\n| 1 декабрь |\n',
    );
    expect(blocks).toEqual([
      { type: 'heading', line: [{ text: 'Кун тартиби', bold: false }] },
      {
        type: 'list',
        numbered: false,
        items: [
          { marker: '', depth: 0, lines: [[{ text: 'биринчи', bold: false }]] },
          { marker: '', depth: 0, lines: [[{ text: 'иккинчи', bold: false }]] },
        ],
      },
      {
        type: 'table',
        head: [[{ text: 'Сана', bold: false }], [{ text: 'Вақт', bold: false }]],
        rows: [[[{ text: '1 декабрь', bold: false }], []]],
      },
    ]);
  });

  test('a table without a rule has no head', () => {
    expect(parseDecisionText('| а | б |\n| в | г |')).toMatchObject([
      { type: 'table', head: null, rows: { length: 2 } },
    ]);
  });

  test('markup of the web is text', () => {
    expect(plainText(parseDecisionText('<img src=x onerror=alert(1)> [a](javascript:b)'))).toBe(
      '<img src=x onerror=alert(1)> [a](javascript:b)',
    );
  });

  test('no word is lost, whatever is typed', () => {
    const word = fc.constantFrom(
      'слово',
      'ҳуҷҷат',
      'qaror',
      '12',
      '3.',
      '**',
      '\\*',
      '#',
      '-',
      '|',
      '\n',
      '\n\n',
      ' ',
      '1.2. ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const plain = plainText(parseDecisionText(words.join('')));
        const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '');
        expect(letters(plain)).toBe(letters(words.join('')));
      }),
    );
  });
});
