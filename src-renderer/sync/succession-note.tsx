import type { SyncStatus } from '#shared/sync/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Note } from '#renderer/ui/sheet.tsx';

/** The data were put back from a copy: what became of it. Nothing is asked, unless the hub wants a new invitation. */
export function SuccessionNote({ status }: { status: SyncStatus }) {
  const { t } = useTranslation('succession');
  const format = useFormat();
  const { succession, problem } = status;
  if (succession === null) return null;
  const when = format.date(format.dayOf(succession.since));
  return (
    <Note tone={succession.state === 'refused' ? 'ochre' : 'paper'}>
      <p className="b">{t('title', { when })}</p>
      <p className="sm">{t(succession.state)}</p>
      {succession.state === 'refused' && (
        <div style={{ marginTop: 10 }}>
          <FailureNote failure={problem} />
        </div>
      )}
    </Note>
  );
}
