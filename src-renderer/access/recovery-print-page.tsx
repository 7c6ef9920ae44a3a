import { useEffect, useState } from 'react';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { call } from '#renderer/app/bridge.ts';
import { usePrintReady } from '#renderer/app/print-ready.ts';
import './recovery-print.css';

type Sheet = { groups: string[]; who: string; commission: string | null; laptop: string };

/** The sheet with the recovery code. The code comes once, from the shell's memory, never by the address. */
export function RecoveryPrintPage() {
  const { t } = useTranslation('access');
  const format = useFormat();
  const [sheet, setSheet] = useState<Sheet | null>(null);
  useEffect(() => {
    void Promise.all([call('shell.printPayload', {}), call('shell.about', {})]).then(([payload, about]) => {
      if (payload.ok && payload.value.payload !== null)
        setSheet(readSheet(payload.value.payload, about.ok ? about.value.laptop : ''));
    });
  }, []);
  usePrintReady(sheet !== null);
  if (sheet === null) return null;
  return (
    <main className="recovery-paper">
      <p className="head">{sheet.commission ?? 'Komissiya'}</p>
      <h1>{t('print.title')}</h1>
      <p>{t('print.text')}</p>
      <ol>
        {sheet.groups.map((group, index) => (
          <li key={`${index}-${group}`}>
            <small>{index + 1}</small>
            {group}
          </li>
        ))}
      </ol>
      <p>{t('print.keep')}</p>
      <dl>
        <dt>{t('print.person')}</dt>
        <dd>{sheet.who}</dd>
        <dt>{t('print.laptop')}</dt>
        <dd>{sheet.laptop}</dd>
        <dt>{t('print.made')}</dt>
        <dd>{format.dateTime(Date.now())}</dd>
      </dl>
      <p className="foot">{t('print.old')}</p>
    </main>
  );
}

/** The payload was written by recovery-code.tsx of the same build. */
function readSheet(payload: string, laptop: string): Sheet | null {
  const parsed: unknown = JSON.parse(payload);
  if (typeof parsed !== 'object' || parsed === null || !('groups' in parsed) || !Array.isArray(parsed.groups))
    return null;
  const word = (key: 'who' | 'commission') => {
    const value: unknown = key in parsed ? Reflect.get(parsed, key) : null;
    return typeof value === 'string' ? value : null;
  };
  return { groups: parsed.groups.map(String), who: word('who') ?? '', commission: word('commission'), laptop };
}
