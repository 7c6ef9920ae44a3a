import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { RecordRoad } from '#renderer/ui/road.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import './help.css';

const shortcuts = [
  ['Ctrl K', 'search'],
  ['Alt 1 … 8', 'sections'],
  ['Ctrl N', 'new'],
  ['Ctrl S', 'save'],
  ['Ctrl P', 'print'],
  ['Ctrl F', 'filter'],
  ['↑ ↓', 'rows'],
  ['Enter', 'open'],
  ['Esc', 'back'],
  ['F6', 'region'],
  ['F2', 'letters'],
  ['F1', 'help'],
  ['Ctrl L', 'lock'],
] as const;

const cases = ['pin', 'network', 'stick', 'changed', 'lost', 'copy', 'wrongDate', 'handover'] as const;

/** Short answers: what the signs mean, what to do when, which keys there are. */
export function HelpPage() {
  const { t } = useTranslation('help');
  return (
    <Page>
      <PageTitle title={t('title')} under={t('under')} />
      <div className="help-columns">
        <div className="col g4">
          <Sheet title={t('road.title')} pad>
            <p style={{ marginBottom: 12 }}>{t('road.text')}</p>
            <dl className="help-road">
              {(['saved', 'sent', 'received'] as const).map((road) => (
                <div key={road}>
                  <dt>
                    <RecordRoad road={road} />
                  </dt>
                  <dd>{t(`road.${road}`)}</dd>
                </div>
              ))}
            </dl>
          </Sheet>
          <Sheet title={t('cases.title')}>
            {cases.map((name) => (
              <details key={name} className="help-case">
                <summary>{t(`cases.${name}.question`)}</summary>
                <p>{t(`cases.${name}.answer`)}</p>
              </details>
            ))}
          </Sheet>
        </div>
        <Sheet title={t('keys.title')}>
          <table className="table">
            <tbody>
              {shortcuts.map(([keys, name]) => (
                <tr key={keys}>
                  <td className="nw">
                    <span className="kbd">{keys === '↑ ↓' ? t('keys.arrows') : keys}</span>
                  </td>
                  <td>{t(`keys.${name}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="sm mut" style={{ padding: '10px 20px 16px' }}>
            {t('keys.layout')}
          </p>
        </Sheet>
      </div>
    </Page>
  );
}
