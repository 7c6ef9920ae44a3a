import { useMemo } from 'react';
import { localeFacts } from '#shared/i18n/locales.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { textDifferences } from '#shared/text/text-differences.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Highlight } from '#renderer/ui/highlight.tsx';
import { splitLocalized } from '../commissions/commission-words.ts';
import type { FieldWords } from '../records/record-history.tsx';

/** From here on a value is a text to read, and its differences are marked. */
const longFrom = 60;

/** A value in words; of a long text the words that the other version has not got are marked. */
export function VersionValue({
  field,
  value,
  other,
  words,
}: {
  field: string;
  value: RecordView['values'][string];
  /** What it is compared with. */
  other: RecordView['values'][string];
  words: FieldWords;
}) {
  const { t } = useTranslation('desk');
  const locale = splitLocalized(field)?.[1];
  const text = words.valueOf(field, value);
  const compared = words.valueOf(field, other);
  const isLong = text.length > longFrom || compared.length > longFrom;
  const marked = useMemo(() => (isLong ? textDifferences(text, compared).first : []), [isLong, text, compared]);
  if (text === '') return <span className="mut">{t('value.empty')}</span>;
  return (
    <span className={isLong ? 'desk-text' : 'desk-value num'} lang={locale && localeFacts[locale].htmlLang}>
      <Highlight text={text} ranges={marked} />
    </span>
  );
}
