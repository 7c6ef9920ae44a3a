import { useMemo } from 'react';
import { isCountryCode } from '#shared/i18n/format.ts';
import { passportSpellings } from '#shared/text/passport-latin.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

/** Below an empty Latin name: how a passport of the country may write the Cyrillic one. A click copies it; the passport itself decides. */
export function PassportHint({
  name,
  country,
  onPick,
}: {
  name: string;
  country: string | null;
  onPick: (spelling: string) => void;
}) {
  const { t } = useTranslation('letters');
  const spellings = useMemo(
    () => (country !== null && isCountryCode(country) ? passportSpellings(name, country) : []),
    [name, country],
  );
  if (spellings.length === 0) return null;
  return (
    <div className="passport-hint">
      <span className="sm mut">{t('passport')}</span>
      {spellings.map((spelling) => (
        <button key={spelling} type="button" className="btn subtle small" lang="en" onClick={() => onPick(spelling)}>
          {spelling}
        </button>
      ))}
    </div>
  );
}
