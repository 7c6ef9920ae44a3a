/** What the editor's buttons do to a text, as pure changes of a range: the browser applies them, so that its own undo knows them. */

export type Selection = { readonly start: number; readonly end: number };
/** Replaces `from`–`to` by `insert`; afterwards `select` is selected. */
export type Edit = { readonly from: number; readonly to: number; readonly insert: string; readonly select: Selection };

const point = /^([ \t]*)(\d{1,3}(?:\.\d{1,3}){0,3})([.)])[ \t]+/;
const bullet = /^([ \t]*)[-*•–—][ \t]+/;
const anyMark = /^[ \t]*(?:#{1,6}|\d{1,3}(?:\.\d{1,3}){0,3}[.)]|[-*•–—])[ \t]+/;

/** Makes the selection bold, or plain again. Without a selection the caret stands between two pairs of stars. */
export function boldEdit(text: string, { start, end }: Selection): Edit {
  const chosen = text.slice(start, end);
  const outside = text.slice(Math.max(0, start - 2), start) === '**' && text.slice(end, end + 2) === '**';
  if (outside) return { from: start - 2, to: end + 2, insert: chosen, select: { start: start - 2, end: end - 2 } };
  // Stars around spaces would not be read as bold by people.
  const inner = chosen.trim();
  if (chosen.includes('\n') || (chosen !== '' && inner === ''))
    return { from: start, to: end, insert: chosen, select: { start, end } };
  const before = chosen.slice(0, chosen.length - chosen.trimStart().length);
  const after = chosen.slice(chosen.trimEnd().length);
  const at = start + before.length + 2;
  return {
    from: start,
    to: end,
    insert: `${before}**${inner}**${after}`,
    select: { start: at, end: at + inner.length },
  };
}

/** Turns the lines of the selection into points, list rows or a subheading; or back into plain lines where they are that already. */
export function lineEdit(text: string, { start, end }: Selection, kind: 'heading' | 'points' | 'list'): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const stop = text.indexOf('\n', Math.max(end - (end > start ? 1 : 0), from));
  const to = stop === -1 ? text.length : stop;
  const lines = text.slice(from, to).split('\n');
  const is = (line: string) =>
    kind === 'heading'
      ? /^#{1,6}[ \t]/.test(line)
      : kind === 'points'
        ? point.test(line)
        : !point.test(line) && bullet.test(line);
  const filled = lines.filter((line) => line.trim() !== '');
  const isOn = filled.length > 0 && filled.every(is);
  let number = kind === 'points' ? numberBefore(text.slice(0, from)) : 0;
  const changed = lines.map((line) => {
    if (line.trim() === '' && lines.length > 1) return line;
    const plain = line.replace(anyMark, '');
    if (isOn) return plain;
    if (kind === 'heading') return `## ${plain}`;
    if (kind === 'list') return `- ${plain}`;
    number += 1;
    return `${number}. ${plain}`;
  });
  const insert = changed.join('\n');
  const caret = from + insert.length;
  return { from, to, insert, select: start === end ? { start: caret, end: caret } : { start: from, end: caret } };
}

/** A table of two columns to fill in, on lines of its own. */
export function tableEdit(text: string, { end }: Selection): Edit {
  const stop = text.indexOf('\n', end);
  const at = stop === -1 ? text.length : stop;
  const lead = at === 0 ? '' : '\n\n';
  const insert = `${lead}|  |  |\n| --- | --- |\n|  |  |\n`;
  const caret = at + lead.length + 2;
  return { from: at, to: at, insert, select: { start: caret, end: caret } };
}

/** Enter inside points or a list begins the next one; on an empty one it ends the list. Null: let the key do what it does. */
export function enterEdit(text: string, { start, end }: Selection): Edit | null {
  if (start !== end) return null;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const line = text.slice(from, start);
  const rest = text.slice(start, text.indexOf('\n', start) === -1 ? text.length : text.indexOf('\n', start));
  const mark = point.exec(line) ?? bullet.exec(line);
  if (mark === null) return null;
  if (line.length === mark[0].length && rest.trim() === '')
    return { from, to: start, insert: '', select: { start: from, end: from } };
  const number = mark[2];
  const next = number === undefined ? mark[0] : `${mark[1] ?? ''}${raised(number)}${mark[3] ?? '.'} `;
  const caret = start + 1 + next.length;
  return { from: start, to: start, insert: `\n${next}`, select: { start: caret, end: caret } };
}

/** The number of the last whole point before, where the text goes on from one. */
function numberBefore(before: string): number {
  for (const line of before.split('\n').toReversed()) {
    if (line.trim() === '') continue;
    const found = point.exec(line);
    if (found?.[2] !== undefined) return Number(found[2].split('.')[0]);
    if (!bullet.test(line)) return 0;
  }
  return 0;
}

function raised(number: string): string {
  const parts = number.split('.');
  return [...parts.slice(0, -1), String(Number(parts.at(-1)) + 1)].join('.');
}
