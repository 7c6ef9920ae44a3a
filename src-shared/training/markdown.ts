/**
 * Reads the Markdown of lesson texts into a plain tree: paragraphs, `##` and `###` headings, one-level lists, bold and
 * tables with pipes. Guarantee: never throws, and nothing of a text is lost or obeyed; whatever is not one of these forms
 * (HTML, links, pictures, code) stays in the tree as the characters it is made of. So a text of a pack can only ever become text on
 * the screen.
 */

/** A run of text; runs join without a space. */
export type TextRun = { readonly text: string; readonly bold: boolean };

export type MarkdownBlock =
  | { readonly kind: 'paragraph'; readonly content: readonly TextRun[] }
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly content: readonly TextRun[] }
  /** `start` is the first number of an ordered list; 1 for others. */
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly start: number;
      readonly items: readonly (readonly TextRun[])[];
    }
  /** Every row has as many cells as the head. */
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly TextRun[])[];
      readonly rows: readonly (readonly (readonly TextRun[])[])[];
    };

const headingLine = /^(#{1,6})[ \t]+(.*?)[ \t]*#*$/;
const bulletLine = /^ {0,3}[-*+][ \t]+(.*)$/;
const numberLine = /^ {0,3}(\d{1,9})[.)][ \t]+(.*)$/;
const tableRule = /^\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** The blocks of a text from first to last. */
export function parseMarkdown(source: string): MarkdownBlock[] {
  const lines = source.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const blocks: MarkdownBlock[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const heading = headingLine.exec(line);
    if (heading !== null) {
      const level = (heading[1] ?? '').length > 2 ? 3 : 2;
      blocks.push({ kind: 'heading', level, content: parseInline(heading[2] ?? '') });
      at += 1;
      continue;
    }
    if (startsTable(lines, at)) {
      const end = endOf(lines, at + 2, (row) => row.includes('|'));
      blocks.push(tableOf(lines.slice(at, end)));
      at = end;
      continue;
    }
    const list = listItem(line);
    if (list !== null) {
      const items: string[] = [];
      while (at < lines.length) {
        const item = listItem(lines[at] ?? '');
        if (item !== null && item.ordered === list.ordered) items.push(item.text);
        else if (item === null && isContinued(lines, at))
          items.push(`${items.pop() ?? ''} ${(lines[at] ?? '').trim()}`);
        else if ((lines[at] ?? '').trim() === '' && listItem(lines[at + 1] ?? '')?.ordered === list.ordered) {
          // A blank line between items is a loose list, still one list.
        } else break;
        at += 1;
      }
      blocks.push({ kind: 'list', ordered: list.ordered, start: list.number, items: items.map(parseInline) });
      continue;
    }
    const words: string[] = [];
    while (at < lines.length && isContinued(lines, at)) {
      words.push((lines[at] ?? '').trim());
      at += 1;
    }
    blocks.push({ kind: 'paragraph', content: parseInline(words.join(' ')) });
  }
  return blocks;
}

/** Whether the line is plain text that goes on with what stands before it. */
function isContinued(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  return line.trim() !== '' && !headingLine.test(line) && listItem(line) === null && !startsTable(lines, at);
}

function listItem(line: string): { ordered: boolean; number: number; text: string } | null {
  const bullet = bulletLine.exec(line);
  if (bullet !== null) return { ordered: false, number: 1, text: bullet[1] ?? '' };
  const number = numberLine.exec(line);
  return number === null ? null : { ordered: true, number: Number(number[1]), text: number[2] ?? '' };
}

/** A row with a pipe and under it a rule with as many cells. */
function startsTable(lines: readonly string[], at: number): boolean {
  const head = lines[at] ?? '';
  const rule = lines[at + 1] ?? '';
  return head.includes('|') && tableRule.test(rule) && cellsOf(head).length === cellsOf(rule).length;
}

function endOf(lines: readonly string[], from: number, belongs: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && belongs(lines[at] ?? '')) at += 1;
  return at;
}

function tableOf(lines: readonly string[]): MarkdownBlock {
  const head = cellsOf(lines[0] ?? '');
  const rows = lines.slice(2).map((line) => {
    const cells = cellsOf(line);
    // A row with too many cells keeps their words in the last one.
    const kept = cells.slice(0, head.length);
    if (cells.length > head.length) kept[head.length - 1] = cells.slice(head.length - 1).join(' | ');
    return head.map((_, index) => parseInline(kept[index] ?? ''));
  });
  return { kind: 'table', head: head.map(parseInline), rows };
}

/** Cells between pipes; a pipe after a backslash is a character. */
function cellsOf(line: string): string[] {
  const inside = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** `**bold**` and backslash escapes; a pair of stars that nothing closes is two stars. */
function parseInline(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let bold = false;
  let now = '';
  const close = (): void => {
    if (now !== '') runs.push({ text: now, bold });
    now = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (/^\\[!-/:-@[-`{-~]$/.test(two)) {
      now += two.slice(1);
      at += 1;
    } else if (two === '**' && (bold ? now !== '' : /^\S[^]*?\*\*/.test(text.slice(at + 2)))) {
      close();
      bold = !bold;
      at += 1;
    } else now += text.slice(at, at + 1);
  }
  close();
  return runs;
}
