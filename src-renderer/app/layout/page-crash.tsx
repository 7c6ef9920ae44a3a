import { useEffect } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

/** Shown where a page could not be drawn or does not exist. The data is in the core and untouched. */
export function PageCrash() {
  const { t } = useTranslation('app');
  useEffect(() => {
    document.title = 'Komissiya';
  }, []);
  return (
    <main className="main">
      <div className="note brick" role="alert">
        <div className="grow">
          <p className="b">{t('crash.title')}</p>
          <p className="sm mut">{t('crash.text')}</p>
          <a
            className="btn small"
            href="#/today"
            style={{ marginTop: 10 }}
            onClick={() => setTimeout(() => window.location.reload(), 0)}
          >
            {t('crash.action')}
          </a>
        </div>
      </div>
    </main>
  );
}
