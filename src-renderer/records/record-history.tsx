import { type ReactNode, useState } from 'react';
import type { HistoryStep, RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { HistoryLine } from '#renderer/ui/history-line.tsx';
import { Road } from '#renderer/ui/road.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import './records.css';

export type FieldWords = {
  /** The field's name in the window's language. */
  readonly labelOf: (field: string) => string;
  /** A value in words; the empty text for none. */
  readonly valueOf: (field: string, value: RecordView['values'][string]) => string;
};

const shownAtFirst = 5;
/** Longer values are folded: the history must stay a line of steps. */
const longValue = 140;

/** Everything that happened to a record, newest first: old value struck, new value, who, when, and where the change is. */
export function RecordHistory({
  kind,
  id,
  words,
}: {
  kind: RecordView['kind'];
  id: RecordView['id'];
  words: FieldWords;
}) {
  const { t } = useTranslation('records');
  const format = useFormat();
  const [all, setAll] = useState(false);
  const history = useCall('records.history', { kind, id });
  // A second laptop that created the same record set what was so already: nothing to tell.
  const steps = (history.value?.steps ?? []).filter(
    (step) => step.act !== 'changed' || changesOf(step, words).length > 0,
  );
  const beginsAt = history.value?.beginsAt ?? null;
  const shown = all ? steps : steps.slice(0, shownAtFirst);
  const side = steps.length > shownAtFirst && (
    <button type="button" className="linklike sm" onClick={() => setAll(!all)}>
      {all ? t('history.fewer') : t('history.all', { count: steps.length })}
    </button>
  );
  return (
    <Sheet title={t('history.title')} side={side} pad>
      {history.isLoading && <Skeleton lines={4} />}
      <FailureNote failure={history.failure} />
      <HistoryLine
        steps={shown.map((step, index) => ({
          key: `${step.at}-${steps.length - index}`,
          filled: step.road !== 'received',
          content: (
            <>
              <span className="row g2 between sm mut">
                <span className="num">{format.recent(step.at)}</span>
                <Road road={step.road} />
              </span>
              <StepChanges step={step} words={words} />
              <p className="sm mut">{step.byName ?? t('history.nobody')}</p>
            </>
          ),
        }))}
      />
      {beginsAt !== null && (all || steps.length <= shownAtFirst) && (
        <p className="sm mut">{t('history.beginsAt', { day: format.date(format.dayOf(beginsAt), 'long') })}</p>
      )}
    </Sheet>
  );
}

/** Those to be shown, with their values in words. */
function changesOf(step: HistoryStep, words: FieldWords) {
  return step.changes
    .map(({ field, before, after, overruled }) => ({
      field,
      overruled,
      before: words.valueOf(field, before),
      after: words.valueOf(field, after),
    }))
    .filter(({ before, after, overruled }) => overruled || (step.act !== 'created' && before !== after));
}

function StepChanges({ step, words }: { step: HistoryStep; words: FieldWords }) {
  const { t } = useTranslation('records');
  return (
    <>
      {step.act !== 'changed' && <p className="md b">{t(`act.${step.act}`)}</p>}
      {changesOf(step, words).map(({ field, before, after, overruled }) => (
        <div key={field} className="records-change">
          <p className="md b">{words.labelOf(field)}</p>
          {before !== '' && <Value text={before} className="struck mut" />}
          {after === '' ? (
            <p className="sm mut">{t('history.emptied')}</p>
          ) : (
            <Value text={after} className={overruled ? 'struck' : ''} />
          )}
          {overruled && <p className="sm ochre b">{t('history.overruled')}</p>}
        </div>
      ))}
    </>
  );
}

function Value({ text, className }: { text: string; className: string }): ReactNode {
  const { t } = useTranslation('records');
  if (text.length <= longValue) return <p className={`sm records-value ${className}`}>{text}</p>;
  return (
    <details className="sm">
      <summary className={className.includes('struck') ? 'mut' : ''}>
        {t(className.includes('struck') ? 'history.formerText' : 'history.newText')}
      </summary>
      <p className={`records-value ${className}`}>{text}</p>
    </details>
  );
}
