/** Text of a drawing as outlines of the bundled Noto Sans. */
import { join } from 'node:path';
import { courseFolder } from './house-style.ts';
import { openFont } from './outline-font.ts';

const fontFolder = join(courseFolder, '../../../node_modules/@expo-google-fonts/noto-sans');
const fonts = {
  normal: openFont(join(fontFolder, '400Regular/NotoSans_400Regular.ttf')),
  bold: openFont(join(fontFolder, '600SemiBold/NotoSans_600SemiBold.ttf')),
};
type Weight = keyof typeof fonts;

/** One drawing's letters: each glyph is written once and used many times. */
export function createLetters() {
  const glyphs = new Map<string, string>();
  return {
    /** A line of text from x (or up to x for `end`), its base line at y, `size` in px. Throws if it is wider than `limit`. */
    line(
      text: string,
      x: number,
      y: number,
      look: { weight: Weight; size: number; fill: string; limit: number; end?: true },
    ) {
      const font = fonts[look.weight];
      const scale = look.size / font.unitsPerEm;
      let at = 0;
      let uses = '';
      for (const character of text) {
        const glyph = font.glyphOf(character);
        const id = `${look.weight[0]}${glyph}`;
        const path = font.path(glyph);
        if (path !== '') {
          glyphs.set(id, path);
          uses += `<use href="#${id}" x="${at}"/>`;
        }
        at += font.advance(glyph);
      }
      const size = at * scale;
      if (size > look.limit) throw new Error(`«${text}» is ${Math.round(size)} px wide, ${look.limit} is the limit`);
      const left = look.end ? x - size : x;
      return `<g fill="${look.fill}" transform="translate(${left.toFixed(2)} ${y}) scale(${scale.toFixed(5)})">${uses}</g>`;
    },
    definitions: () => `<defs>${[...glyphs].map(([id, path]) => `<path id="${id}" d="${path}"/>`).join('')}</defs>`,
  };
}
