/**
 * JSON from somebody else. JSON.parse takes seconds for megabytes of nothing but brackets, which pack into a few bytes: whoever parses
 * for many (a hub) would keep all of them waiting. None of our messages nests as deep as this.
 */
import { fromUtf8 } from './utf8.ts';

const maxDepth = 32;
const [quote, backslash] = [0x22, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The value; undefined where it is no JSON, no UTF-8, or nested deeper than 32. */
export function parseForeignJson(json: Uint8Array | string): unknown {
  try {
    const text = typeof json === 'string' ? json : fromUtf8(json);
    return isDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDeep(text: string): boolean {
  if (text.length <= maxDepth) return false;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === backslash) at += 1;
      else if (code === quote) isQuoted = false;
    } else if (code === quote) isQuoted = true;
    else if (code === openList || code === openObject) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === closeList || code === closeObject) depth -= 1;
  }
  return false;
}
