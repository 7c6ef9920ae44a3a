/**
 * The text of a decision: a small, closed part of Markdown. Bold, one level of heading, points and lists, tables; everything
 * else is read as it stands, so nothing a person typed can vanish or run. `parseDecisionText` never throws and takes time linear in the length.
 *
 * The numbers of points are kept as typed and never counted anew: other papers refer to «пункт 2.1».
 */

/** A piece of a line. */
export type TextPiece = { readonly text: string; readonly bold: boolean };
/** A line as pieces. No piece is empty; an empty line has none. */
export type TextLine = readonly TextPiece[];

export type ListItem = {
  /** The number as typed, with its dot or bracket: `2.1.`; empty in a plain list. */
  readonly marker: string;
  /** 0 for `2.`, 1 for `2.1.`. */
  readonly depth: number;
  readonly lines: readonly TextLine[];
};

export type TextBlock =
  | { readonly type: 'heading'; readonly line: TextLine }
  | { readonly type: 'paragraph'; readonly lines: readonly TextLine[] }
  | { readonly type: 'list'; readonly numbered: boolean; readonly items: readonly ListItem[] }
  | {
      readonly type: 'table';
      readonly head: readonly TextLine[] | null;
      readonly rows: readonly (readonly TextLine[])[];
    };

const headingStart = /^#{1,6}[ \t]+/;
const pointStart = /^[ \t]*(\d{1,3}(?:\.\d{1,3}){0,3}[.)])[ \t]+/;
const bulletStart = /^[ \t]*[-*•–—][ \t]+/;
const tableRule = /^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$/;

/** Reads a text into blocks, in its order. */
export function parseDecisionText(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  let paragraph: TextLine[] = [];
  type OpenList = { numbered: boolean; items: { marker: string; depth: number; lines: TextLine[] }[] };
  // The closures below assign it, which narrowing does not see: hence the annotation by `as`.
  let list = null as OpenList | null;
  let table: string[] = [];
  /** After an empty line a plain line begins a paragraph; before it, it goes on with the point above. */
  let afterGap = true;

  const closeParagraph = () => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', lines: paragraph });
    paragraph = [];
  };
  const closeList = () => {
    if (list !== null) blocks.push({ type: 'list', ...list });
    list = null;
  };
  const closeTable = () => {
    if (table.length > 0) blocks.push(tableBlock(table));
    table = [];
  };

  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.trim() === '') {
      closeParagraph();
      closeTable();
      afterGap = true;
      continue;
    }
    const heading = headingStart.exec(line);
    const point = heading === null ? pointStart.exec(line) : null;
    const bullet = heading === null && point === null ? bulletStart.exec(line) : null;
    if (line.trimStart().startsWith('|')) {
      closeParagraph();
      closeList();
      table.push(line);
    } else if (heading !== null) {
      closeParagraph();
      closeList();
      closeTable();
      blocks.push({ type: 'heading', line: parseLine(line.slice(heading[0].length).trim()) });
    } else if (point !== null || bullet !== null) {
      closeParagraph();
      closeTable();
      const numbered = point !== null;
      if (list?.numbered !== numbered) closeList();
      list ??= { numbered, items: [] };
      const marker = point?.[1] ?? '';
      const start = point?.[0] ?? bullet?.[0] ?? '';
      list.items.push({
        marker,
        depth: marker.split(/\.(?=\d)/).length - 1,
        lines: [parseLine(line.slice(start.length).trim())],
      });
    } else if (list !== null && !afterGap) {
      list.items.at(-1)?.lines.push(parseLine(line.trim()));
    } else {
      closeList();
      closeTable();
      paragraph.push(parseLine(line.trim()));
    }
    afterGap = false;
  }
  closeParagraph();
  closeList();
  closeTable();
  return blocks;
}

/** Reads one line: `**bold**`; a lone pair of stars stays as typed, `\*` is a star. */
export function parseLine(line: string): TextLine {
  const pieces: { text: string; bold: boolean }[] = [];
  const push = (text: string, bold: boolean) => {
    if (text === '') return;
    const last = pieces.at(-1);
    if (last?.bold === bold) last.text += text;
    else pieces.push({ text, bold });
  };
  let at = 0;
  while (at < line.length) {
    const open = line.indexOf('**', at);
    const close = open === -1 ? -1 : line.indexOf('**', open + 2);
    if (open === -1 || close === -1) break;
    push(unescape(line.slice(at, open)), false);
    push(unescape(line.slice(open + 2, close)), true);
    at = close + 2;
  }
  push(unescape(line.slice(at)), false);
  return pieces;
}

/** The text without its marks, one line per line: for previews and comparisons. */
export function plainText(blocks: readonly TextBlock[]): string {
  const lineText = (line: TextLine) => line.map((piece) => piece.text).join('');
  return blocks
    .flatMap((block) => {
      switch (block.type) {
        case 'heading':
          return [lineText(block.line)];
        case 'paragraph':
          return block.lines.map(lineText);
        case 'list':
          return block.items.flatMap((item) =>
            item.lines.map((line, index) =>
              index === 0 && item.marker !== '' ? `${item.marker} ${lineText(line)}` : lineText(line),
            ),
          );
        case 'table':
          return [...(block.head === null ? [] : [block.head]), ...block.rows].map((row) =>
            row.map(lineText).join(' '),
          );
      }
    })
    .join('\n');
}

function tableBlock(lines: readonly string[]): TextBlock {
  const hasHead = lines[1] !== undefined && tableRule.test(lines[1]);
  const rows = lines.filter((_, index) => !(hasHead && index === 1)).map(tableCells);
  const width = Math.max(...rows.map((row) => row.length));
  const even = rows.map((row) => [...row, ...Array.from({ length: width - row.length }, (): TextLine => [])]);
  return { type: 'table', head: hasHead ? (even[0] ?? null) : null, rows: hasHead ? even.slice(1) : even };
}

function tableCells(line: string): TextLine[] {
  const inside = line.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inside.split('|').map((cell) => parseLine(cell.trim()));
}

function unescape(text: string): string {
  return text.replaceAll('\\*', '*');
}
