/**
 * Text in a SQLite column. SQLite keeps UTF-8, which has no lone surrogates: a text with one (a file cut in the middle of an emoji) would come
 * back changed, and differ from what the log and the other laptops hold. Such a text is written escaped behind U+FFFF, which is no character;
 * so is one that begins with U+FFFF itself, and every text comes back as it was.
 */

const mark = '\uFFFF';
const markUnit = 0xffff;

/** The text as a column holds it. */
export function toColumnText(text: string): string {
  if (text.charCodeAt(0) !== markUnit && text.isWellFormed()) return text;
  // JSON escapes lone surrogates; the quotes around say nothing.
  return mark + JSON.stringify(text).slice(1, -1);
}

/** The text that `toColumnText` was given. */
export function fromColumnText(stored: string): string {
  return stored.charCodeAt(0) === markUnit ? String(JSON.parse(`"${stored.slice(1)}"`)) : stored;
}
