import type { RecordView } from '#shared/records/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import type { FieldWords } from '../records/record-history.tsx';

/** Fields whose ids say nothing to a reader. */
const silent = ['partitionPath', 'commission', 'contact', 'signedBy', 'corrects', 'level'];

/** What is the same on both sides, folded. */
export function SameFields({
  record,
  without,
  words,
}: {
  record: RecordView;
  without: readonly string[];
  words: FieldWords;
}) {
  const { t } = useTranslation('desk');
  const same = Object.entries(record.values)
    .filter(([field]) => !without.includes(field) && !silent.includes(field))
    .map(([field, value]) => ({ field, text: words.valueOf(field, value) }))
    .filter(({ text }) => text !== '');
  if (same.length === 0) return null;
  return (
    <details className="desk-same">
      <summary className="sm">{t('same', { number: same.length })}</summary>
      <dl className="facts">
        {same.map(({ field, text }) => [
          <dt key={`${field} name`}>{words.labelOf(field)}</dt>,
          <dd key={field} className="desk-fact">
            {text}
          </dd>,
        ])}
      </dl>
    </details>
  );
}
