/** Looks into a PDF with the tools of poppler. */
import { execFileSync } from 'node:child_process';

export type Pdf = {
  readonly pages: number;
  /** Points, as `595 x 842`. */
  readonly size: string;
  readonly text: string;
  readonly fonts: readonly { readonly name: string; readonly embedded: boolean }[];
};

export function readPdf(path: string): Pdf {
  const run = (tool: string, ...args: string[]): string => execFileSync(tool, args, { encoding: 'utf8' });
  const info = run('pdfinfo', path);
  const fonts = run('pdffonts', path).trimEnd().split('\n').slice(2);
  return {
    pages: Number(/^Pages:\s+(\d+)/m.exec(info)?.[1]),
    size:
      /^Page size:\s+([\d.]+) x ([\d.]+)/m
        .exec(info)
        ?.slice(1, 3)
        .map((side) => Math.round(Number(side)))
        .join(' x ') ?? '',
    text: run('pdftotext', '-layout', path, '-').normalize('NFC').replaceAll(/\s+/g, ' '),
    // name, type (may have blanks), encoding, emb, sub, uni, object ID (two numbers)
    fonts: fonts.map((line) => {
      const [name = '', ...rest] = line.split(/\s+/);
      return { name, embedded: rest.at(-5) === 'yes' };
    }),
  };
}

/** Paints the pages as `<out>-1.png`, … for people to judge. */
export function paintPdf(path: string, out: string): void {
  execFileSync('pdftoppm', ['-png', '-r', '70', path, out]);
}
