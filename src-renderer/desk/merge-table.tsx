import { useId } from 'react';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useFieldWords } from './desk-words.ts';
import { VersionValue } from './version-value.tsx';

/** Field by field: whose value the merged record keeps. */
export function MergeTable({
  records,
  fields,
  take,
  onTake,
}: {
  records: readonly RecordView[];
  fields: readonly string[];
  take: { readonly [field: string]: Id };
  onTake: (take: { readonly [field: string]: Id }) => void;
}) {
  const { t } = useTranslation('desk');
  const id = useId();
  const words = useFieldWords()(records[0]?.kind ?? 'contact');
  if (fields.length === 0) return <p className="bd sm mut">{t('clash.nothingDiffers')}</p>;
  return (
    <div className={`desk-versions of-${records.length}`}>
      <span className="desk-corner" />
      {records.map((record, index) => (
        <div key={record.id} className="desk-head">
          <span className="b">{t('clash.record', { number: index + 1 })}</span>
          <Button
            variant="subtle"
            size="small"
            onClick={() => onTake({ ...take, ...Object.fromEntries(fields.map((field) => [field, record.id])) })}
          >
            {t('takeAll')}
          </Button>
        </div>
      ))}
      {fields.map((field) => (
        <div key={field} className="desk-row" role="radiogroup" aria-label={words.labelOf(field)}>
          <span className="desk-label">{words.labelOf(field)}</span>
          {records.map((record) => (
            <div key={record.id} className="desk-cell">
              <label className="choice desk-pick">
                <input
                  type="radio"
                  name={`${id}-${field}`}
                  checked={take[field] === record.id}
                  onChange={() => onTake({ ...take, [field]: record.id })}
                />
                <span className="dot" />
                <span className="grow">
                  <VersionValue
                    field={field}
                    value={record.values[field] ?? null}
                    other={records.find((each) => each !== record)?.values[field] ?? null}
                    words={words}
                  />
                </span>
              </label>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
