/** Natural keys: when two records name one thing although people wrote it a little differently. */
import type { Kind, KeyPart, Values } from '../kinds/define-kind.ts';
import { searchKey } from '../text/search-key.ts';

/** Of a phone number the end is compared: +7, 8 and 0 stand before the same subscriber. */
const phoneDigits = 9;

/** The folded key of a record; null where the kind has none or a part is empty: such records clash with nothing. */
export function naturalKey(kind: Kind, values: Values): string | null {
  if (kind.naturalKey === undefined) return null;
  const parts: string[] = [];
  for (const part of kind.naturalKey) {
    const folded = fold(part, values[part.field]);
    if (folded === '') return null;
    parts.push(folded);
  }
  return parts.join('|');
}

function fold(part: KeyPart, value: Values[string] | undefined): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  switch (part.as) {
    case 'exact':
      return text;
    case 'words':
      return searchKey(text);
    case 'name':
      return searchKey(text).split(' ').sort().join(' ');
    case 'phone': {
      const digits = text.replaceAll(/\D/g, '');
      return digits.length < 5 ? '' : digits.slice(-phoneDigits);
    }
  }
}
