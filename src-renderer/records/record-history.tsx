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
  const steps = toldSteps(history.value?.steps ?? [], words);
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
        steps={shown.map(({ step, changes }, index) => ({
          key: `${step.at}-${steps.length - index}`,
          filled: step.road !== 'received',
          content: (
            <>
              <span className="row g2 between sm mut">
                <span className="num">{format.recent(step.at)}</span>
                <Road road={step.road} />
              </span>
              <StepChanges act={step.act} changes={changes} words={words} />
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

type ToldChange = {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  readonly overruled: boolean;
};

/**
 * What is told of `steps`, newest first, with values in words. What wrote the value that stood, or was overruled by the same value, changed
 * nothing: so does a second laptop that creates the commission of its office.
 */
function toldSteps(
  steps: readonly HistoryStep[],
  words: FieldWords,
): { readonly step: HistoryStep; readonly changes: readonly ToldChange[] }[] {
  const writtenNext = new Map<string, string>();
  return steps
    .map((step) => {
      const changes = step.changes.map(({ field, before, after, overruled }) => {
        const text = words.valueOf(field, after);
        const isLost = overruled && writtenNext.get(field) !== text;
        writtenNext.set(field, text);
        return { field, before: words.valueOf(field, before), after: text, overruled: isLost };
      });
      const told = changes.filter((each) => each.overruled || (step.act !== 'created' && each.before !== each.after));
      return { step, changes: told };
    })
    .filter(({ step, changes }) => step.act !== 'changed' || changes.length > 0);
}

function StepChanges({
  act,
  changes,
  words,
}: {
  act: HistoryStep['act'];
  changes: readonly ToldChange[];
  words: FieldWords;
}) {
  const { t } = useTranslation('records');
  return (
    <>
      {act !== 'changed' && <p className="md b">{t(`act.${act}`)}</p>}
      {changes.map(({ field, before, after, overruled }) => (
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
