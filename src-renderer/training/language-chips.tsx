import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { Chip } from '#renderer/ui/chip.tsx';

/** Each language shortened in itself. */
const short: Readonly<Record<Locale, string>> = {
  kk: 'Қаз',
  ky: 'Кыр',
  uz: 'Oʻzb',
  'uz-Cyrl': 'Ўзб',
  tg: 'Тоҷ',
  ru: 'Рус',
  en: 'Eng',
};

/** The languages something exists in: short chips for the eye, full names for a screen reader. */
export function LanguageChips({ locales }: { locales: readonly Locale[] }) {
  const format = useFormat();
  return (
    <>
      <span className="vh">{format.list(locales.map((locale) => format.language(locale)))}</span>
      <span className="training-languages" aria-hidden="true">
        {locales.map((locale) => (
          <Chip key={locale} tone="outline" lang={localeFacts[locale].htmlLang}>
            {short[locale]}
          </Chip>
        ))}
      </span>
    </>
  );
}
