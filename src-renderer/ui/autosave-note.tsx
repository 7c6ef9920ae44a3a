import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import type { Autosave } from '#renderer/app/autosave.ts';
import { FailureLine } from './failure-note.tsx';
import { Road } from './road.tsx';

/** «Черновик сохранён на этом ноутбуке, 14:32», or why not. Stands left in the foot bar. */
export function AutosaveNote<T extends object>({ autosave }: { autosave: Autosave<T> }) {
  const { t } = useTranslation('app');
  const format = useFormat();
  if (autosave.state === 'failed') return <FailureLine failure={autosave.failure} />;
  if (autosave.savedAt === null)
    return <span className="mut">{t(autosave.state === 'clean' ? 'draft.willSave' : 'draft.saving')}</span>;
  return (
    <span className="row g2">
      <Road road="saved" />
      {autosave.state === 'saved' || autosave.state === 'clean'
        ? t('draft.saved', { time: format.time(autosave.savedAt) })
        : t('draft.saving')}
    </span>
  );
}
