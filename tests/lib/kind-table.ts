/** The fields of the kinds as docs/sync.md lists them, so that the list cannot fall behind. */
import { locales } from '#shared/i18n/locales.ts';
import { type Field, type Kind, localizedField } from '#shared/kinds/define-kind.ts';

/** One kind: `1 name! ≤10000, 2 …` by rising number; seven fields that are one text in each language stand as one. */
export function fieldList(kind: Kind): string {
  const fields = Object.entries(kind.fields).sort(([, a], [, b]) => a.number - b.number);
  return fields
    .filter(([, { locale }]) => locale === undefined || locale === locales[0])
    .map(([name, field]) => described(name, field))
    .join(', ');
}

function described(name: string, field: Field): string {
  const { number, type, required, locale } = field;
  const merge = field.merge === 'final' ? ' final' : '';
  const what = `${typeText(field)}${type !== 'set' && required ? '!' : ''}${mostText(field)}${merge}`;
  if (locale === undefined) return `${number} ${name}${what}`;
  const stem = name.slice(0, -localizedField('', locale).length);
  return `${number}–${number + locales.length - 1} ${stem}${what}`;
}

function typeText({ type, to, options }: Field): string {
  if (type === 'text') return '';
  if (type === 'choice') return ` (${options?.join(' ') ?? ''})`;
  return type === 'reference' ? ` →${to ?? ''}` : ` ${type}`;
}

/** The longest text, the greatest number: found by trying, as a field does not say it of numbers. */
function mostText({ type, max, fits }: Field): string {
  if (type === 'text') return max === 300 ? '' : ` ≤${max}`;
  if (type !== 'integer') return '';
  const most = [100, 500, 1000, 10_000, 86_400, Number.MAX_SAFE_INTEGER].find((n) => fits(n) && !fits(n + 1));
  return most === Number.MAX_SAFE_INTEGER ? '' : ` ≤${most}`;
}
