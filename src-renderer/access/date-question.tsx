import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Mark } from '#renderer/ui/weave.tsx';
import './access.css';

/** The laptop's date cannot be right: asked once at start, because dates on papers come from it. */
export function DateQuestion({ date, onAccept }: { date: string; onAccept: () => void }) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const { refresh } = useProfile();
  const shown = /^\d{4}-\d{2}-\d{2}/.test(date) ? format.date(date.slice(0, 10), 'weekdayLong') : date;
  return (
    <main className="lone" data-screen="date">
      <div className="col g4">
        <div className="row g3">
          <Mark size={44} />
          <h1>{t('date.title')}</h1>
        </div>
        <p className="lg">{t('date.text', { date: shown })}</p>
        <p className="mut">{t('date.why')}</p>
        <div className="row g2 wrap">
          <Button variant="filled" size="big" onClick={() => void refresh()}>
            {t('date.corrected')}
          </Button>
          <Button variant="default" size="big" onClick={onAccept}>
            {t('date.accept')}
          </Button>
        </div>
      </div>
    </main>
  );
}
