import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';

/** The window could not be drawn: says what is safe and draws it anew. */
export function WindowCrash() {
  const { t } = useTranslation('app');
  return (
    <main style={{ padding: 48, maxWidth: 720 }}>
      <h1>{t('crash.title')}</h1>
      <p style={{ margin: '8px 0 20px' }}>{t('crash.text')}</p>
      <Button variant="filled" size="big" onClick={() => window.location.reload()}>
        {t('crash.action')}
      </Button>
    </main>
  );
}
