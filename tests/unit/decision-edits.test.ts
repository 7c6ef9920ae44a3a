import { describe, expect, test } from 'vitest';
import { cssContent } from '#renderer/records/paper-pages.ts';
import { boldEdit, type Edit, enterEdit, lineEdit, type Selection, tableEdit } from '#renderer/records/text-edits.ts';

function applied(text: string, edit: Edit | null): string {
  return edit === null ? text : text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
}
function whole(text: string): Selection {
  return { start: 0, end: text.length };
}
function at(caret: number): Selection {
  return { start: caret, end: caret };
}

describe('the editor of a decision', () => {
  test('bold goes around the words, not the spaces, and comes off again', () => {
    const edit = boldEdit('до слово после', { start: 2, end: 9 });
    expect(applied('до слово после', edit)).toBe('до **слово** после');
    const text = applied('до слово после', edit);
    expect(applied(text, boldEdit(text, edit.select))).toBe('до слово после');
  });

  test('lines become points that go on from the last one, and plain lines again', () => {
    const text = '1. Первый\nВторой\nТретий';
    const edit = lineEdit(text, { start: 10, end: text.length }, 'points');
    expect(applied(text, edit)).toBe('1. Первый\n2. Второй\n3. Третий');
    const points = applied(text, edit);
    expect(applied(points, lineEdit(points, whole(points), 'points'))).toBe('Первый\nВторой\nТретий');
  });

  test('a mark replaces another instead of standing before it', () => {
    expect(applied('1. Тармақ', lineEdit('1. Тармақ', at(4), 'list'))).toBe('- Тармақ');
    expect(applied('- Тармақ', lineEdit('- Тармақ', at(4), 'heading'))).toBe('## Тармақ');
  });

  test('Enter begins the next point and leaves an empty one', () => {
    expect(applied('2.9. Банд', enterEdit('2.9. Банд', at(9)))).toBe('2.9. Банд\n2.10. ');
    expect(applied('1. Банд\n2. ', enterEdit('1. Банд\n2. ', at(11)))).toBe('1. Банд\n');
    expect(enterEdit('Матн', at(4))).toBeNull();
  });

  test('a table stands on lines of its own', () => {
    expect(applied('Матн', tableEdit('Матн', at(2)))).toBe('Матн\n\n|  |  |\n| --- | --- |\n|  |  |\n');
  });
});

describe('the foot of a printed page', () => {
  test('page numbers become counters, every other sign stays text', () => {
    expect(cssContent(['стр. {page} из {pages}'])).toBe(`'стр. ' counter(page) ' из ' counter(pages)`);
    expect(cssContent([`Комиссия "А" '} @import url(x);\\`])).not.toMatch(/["}@\\]\s*(?:import|;)/);
    expect(cssContent(["'"])).toBe(`'\\27 '`);
    expect(cssContent([])).toBe(`''`);
  });
});
