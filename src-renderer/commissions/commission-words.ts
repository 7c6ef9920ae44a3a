/** Words for commissions and seats: options, fields, values. */
import { isLocale, type Locale, locales } from '#shared/i18n/locales.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import type { FieldWords } from '../records/record-history.tsx';

export const seatRoles = ['chair', 'deputy', 'secretary', 'member'] as const;
export const leftReasons = ['own-wish', 'replaced', 'recalled', 'term-ended', 'other'] as const;
/** What a keeper writes about the own commission, in the order of the form. */
const factFields = [
  'formedOn',
  'appointedBy',
  'appointmentAct',
  'seats',
  'quorum',
  'place',
  'address',
  'phone',
  'email',
] as const;

export type SeatRole = (typeof seatRoles)[number];

/** `name_uz_cyrl` → `['name', 'uz-Cyrl']`; null for a field that is not localized. */
export function splitLocalized(field: string): [string, Locale] | null {
  for (const locale of locales) {
    const suffix = localizedField('', locale);
    if (field.endsWith(suffix)) return [field.slice(0, -suffix.length), locale];
  }
  return null;
}

/** Narrows a value to one of the options. */
export function optionOf<T extends string>(options: readonly T[], value: unknown): T | null {
  return options.find((option) => option === value) ?? null;
}

export type CommissionWords = FieldWords & {
  readonly role: (value: unknown) => string;
  readonly reason: (value: unknown) => string;
};

/** The words in the window's language. */
export function useCommissionWords(): CommissionWords {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const role = (value: unknown) => {
    const known = optionOf(seatRoles, value);
    return known === null ? '' : t(`role.${known}`);
  };
  const reason = (value: unknown) => {
    const known = optionOf(leftReasons, value);
    return known === null ? '' : t(`reason.${known}`);
  };
  return {
    role,
    reason,
    labelOf: (field) => {
      const known = optionOf(factFields, field);
      if (known !== null) return t(`field.${known}`);
      const [base, locale] = splitLocalized(field) ?? [field, null];
      if ((base === 'name' || base === 'place') && locale !== null)
        return t(`field.${base}In`, { language: format.language(locale) });
      return field;
    },
    valueOf: (field, value) => {
      if (value === null) return '';
      if (Array.isArray(value)) return format.list(value.filter(isLocale).map((locale) => format.language(locale)));
      return field === 'formedOn' ? format.date(String(value)) : String(value);
    },
  };
}
