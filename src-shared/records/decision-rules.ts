/** Pure rules of decisions. */
import { type Locale, locales } from '../i18n/locales.ts';
import { localizedField } from '../kinds/define-kind.ts';
import { paperFields } from './decision.ts';

type Values = { readonly [field: string]: unknown };

/** The next free-looking number: the last run of digits raised by one (`24/1` → `24/2`, `1457-son` → `1458-son`); `1` at first. */
export function nextNumber(last: string | null): string {
  if (last === null) return '1';
  const match = /^(.*?)(\d+)(\D*)$/s.exec(last);
  if (match === null) return `${last}/1`;
  const [, before = '', digits = '0', after = ''] = match;
  return `${before}${String(BigInt(digits) + 1n).padStart(digits.length, '0')}${after}`;
}

/** The languages a decision has both a title and a text in. */
export function completeLanguages(values: Values): Locale[] {
  return locales.filter(
    (locale) => hasText(values[localizedField('title', locale)]) && hasText(values[localizedField('body', locale)]),
  );
}

/** What still has to be filled in before a decision may be signed; empty when it may be. Texts count as field `text`. */
export function missingForSignature(values: Values): string[] {
  const missing: string[] = [];
  if (!hasText(values.number)) missing.push('number');
  if (!hasText(values.decidedOn)) missing.push('decidedOn');
  if (completeLanguages(values).length === 0) missing.push('text');
  if (typeof values.votesFor !== 'number') missing.push('votesFor');
  return missing;
}

/** What a correction begins with: the texts and names of the paper it corrects; number, date and votes are its own. */
export function correctionOf<T>(values: { readonly [field: string]: T }): { [field: string]: T } {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([field, value]) =>
        value !== null &&
        ['languages', 'title', 'body', ...paperFields].some((base) => field === base || field.startsWith(`${base}_`)),
    ),
  );
}

function hasText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
