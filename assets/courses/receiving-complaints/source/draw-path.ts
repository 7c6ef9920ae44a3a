/**
 * Draws pictures/path.<locale>.svg: the path of a complaint through the commission, once per language of
 * path-labels.json. Run: node assets/courses/receiving-complaints/source/draw-path.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { colour, courseFolder, drawIcon, icon, rhombus } from './house-style.ts';
import { createLetters } from './letters.ts';

/** Labels of one language: `1.t` title and `1.n` note of step 1, `b3.t` the branch at step 3. One string per line. */
type Labels = Record<string, string[]>;

const width = 840;
const height = 600;
const axis = 424;
const firstRow = 56;
const rowHeight = 97.6;

const icons = [icon.mail, icon.register, icon.fork, icon.scale, icon.gavel, icon.send];

function draw(labels: Labels): string {
  const lines = (key: string): string[] => {
    const found = labels[key];
    if (found === undefined) throw new Error(`path-labels.json lacks ${key}`);
    return found;
  };
  const letters = createLetters();
  const title = { weight: 'bold', fill: colour.heading } as const;
  const note = { weight: 'normal', size: 15, fill: colour.text2 } as const;
  const y = (step: number): number => firstRow + (step - 1) * rowHeight;
  const parts: string[] = [
    `<path d="M${axis} ${y(1)}V${y(6)}" stroke="${colour.ink4}" stroke-width="2"/>`,
    // Between two steps a small rhombus: the line is the weave's thread, not an arrow.
    ...[1, 2, 3, 4, 5].map((step) => rhombus(axis, y(step) + rowHeight / 2, 4, `fill="${colour.ink4}"`)),
  ];
  for (let step = 1; step <= 6; step += 1) {
    const isDecision = step === 5;
    const stroke = isDecision ? colour.sheet : colour.ink;
    parts.push(
      rhombus(
        axis,
        y(step),
        36,
        `fill="${isDecision ? colour.ink : colour.sheet}" stroke="${colour.ink}" stroke-width="2"`,
      ),
      drawIcon(icons[step - 1] ?? '', axis, y(step), 28, stroke),
      letters.line(lines(`${step}.t`).join(' '), axis - 56, y(step) - 3, {
        ...title,
        size: 18,
        end: true,
        limit: axis - 60,
      }),
      letters.line(lines(`${step}.n`).join(' '), axis - 56, y(step) + 20, { ...note, end: true, limit: axis - 60 }),
    );
  }
  for (const step of [3, 6]) {
    const left = axis + 92;
    const boxText = width - left - 36;
    parts.push(
      `<path d="M${axis + 40} ${y(step)}H${left}" stroke="${colour.ink}" stroke-width="2" stroke-dasharray="5 4"/>`,
      `<rect x="${left}" y="${y(step) - 42}" width="${width - left - 4}" height="84" rx="6" fill="${colour.sheet}" stroke="${colour.lineStrong}"/>`,
      rhombus(left, y(step), 6, `fill="${colour.sheet}" stroke="${colour.ink}" stroke-width="2"`),
      letters.line(lines(`b${step}.t`).join(' '), left + 20, y(step) - 16, { ...title, size: 15, limit: boxText }),
      ...lines(`b${step}.n`).map((text, index) =>
        letters.line(text, left + 20, y(step) + 7 + index * 21, { ...note, limit: boxText }),
      ),
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${letters.definitions()}<rect width="${width}" height="${height}" fill="${colour.page}"/>${parts.join('')}</svg>\n`;
}

mkdirSync(join(courseFolder, 'pictures'), { recursive: true });
// The file is ours and its shape is checked label by label above.
const allLabels = JSON.parse(readFileSync(join(import.meta.dirname, 'path-labels.json'), 'utf8')) as Record<
  string,
  Labels
>;
for (const [locale, labels] of Object.entries(allLabels)) {
  writeFileSync(join(courseFolder, 'pictures', `path.${locale}.svg`), draw(labels));
}
