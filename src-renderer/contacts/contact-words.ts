/** Words for what a contact holds: options, fields, values. */
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import type { Locale } from '#shared/i18n/locales.ts';
import { isLocale, locales } from '#shared/i18n/locales.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { type Formats, useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import type { FieldWords } from '../records/record-history.tsx';

export const contactRoles = ['chair', 'deputy', 'secretary', 'member', 'trainer', 'partner', 'other'] as const;
export const messengers = ['telegram', 'whatsapp', 'viber', 'signal', 'imo', 'other'] as const;
export const consents = ['given', 'asked', 'refused'] as const;
export const countries = ['kz', 'kg', 'uz', 'tj'] as const;
const contactFields = [
  'name',
  'nameLatin',
  'role',
  'position',
  'organisation',
  'commission',
  'country',
  'phone',
  'phoneSecond',
  'messenger',
  'email',
  'address',
  'languages',
  'consent',
  'consentOn',
  'checkedOn',
  'note',
] as const;

/** Names of products are the same in every language. */
const messengerNames: Record<Exclude<(typeof messengers)[number], 'other'>, string> = {
  telegram: 'Telegram',
  whatsapp: 'WhatsApp',
  viber: 'Viber',
  signal: 'Signal',
  imo: 'imo',
};

function isOneOf<T extends string>(options: readonly T[], value: unknown): value is T {
  return options.some((option) => option === value);
}

export type ContactWords = FieldWords & {
  /** '' for none. */
  readonly role: (value: unknown) => string;
  readonly messenger: (value: unknown) => string;
  readonly consent: (value: unknown) => string;
  /** Languages in the order of our list. */
  readonly languages: (values: readonly string[]) => string;
};

/** The words in the window's language; the same object until that changes. */
export function useContactWords(): ContactWords {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  return useMemo(() => contactWords(t, format), [t, format]);
}

function contactWords(t: TFunction<'contacts'>, format: Formats): ContactWords {
  const role = (value: unknown) => (isOneOf(contactRoles, value) ? t(`role.${value}`) : '');
  const messenger = (value: unknown) =>
    isOneOf(messengers, value) ? (value === 'other' ? t('messenger.other') : messengerNames[value]) : '';
  const consent = (value: unknown) => (isOneOf(consents, value) ? t(`consent.${value}`) : '');
  const languages = (values: readonly string[]) =>
    format.list(locales.filter((locale) => values.includes(locale)).map((locale: Locale) => format.language(locale)));
  const valueOf = (field: string, value: RecordView['values'][string]): string => {
    if (value === null) return '';
    if (Array.isArray(value)) return languages(value.filter(isLocale));
    if (field === 'role') return role(value);
    if (field === 'messenger') return messenger(value);
    if (field === 'consent') return consent(value);
    if (field === 'country') return format.country(String(value)) ?? '';
    if (field === 'consentOn' || field === 'checkedOn') return format.date(String(value));
    return String(value);
  };
  const labelOf = (field: string) => (isOneOf(contactFields, field) ? t(`field.${field}`) : field);
  return { role, messenger, consent, languages, labelOf, valueOf };
}
