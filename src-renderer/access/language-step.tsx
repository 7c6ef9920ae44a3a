import { localeFacts, localesAsListed } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { ChoiceField } from '#renderer/ui/fields.tsx';

/** Step 1: languages by their own names. The page answers in the chosen one at once. */
export function LanguageStep() {
  const { t } = useTranslation('access');
  const { locale } = useFormat();
  const { setLocale } = useProfile();
  return (
    <>
      <h1 tabIndex={-1}>{t('language.title')}</h1>
      <p className="mut">{t('language.text')}</p>
      <div style={{ maxWidth: 640 }}>
        <ChoiceField
          legend={t('language.label')}
          hideLegend
          name="locale"
          value={locale}
          onChange={(code) => void setLocale(code)}
          columns={3}
          options={localesAsListed.map((code) => ({
            value: code,
            label: <span lang={localeFacts[code].htmlLang}>{localeFacts[code].ownName}</span>,
          }))}
        />
      </div>
    </>
  );
}
