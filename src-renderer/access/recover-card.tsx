import { useState } from 'react';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { CodeField, isWholeCode } from './code-field.tsx';
import { NewPin } from './new-pin.tsx';
import { useWait } from './wait.ts';

/** The code from paper, then a new PIN: where the PIN was forgotten, or none was set since a copy was put back (`onBack` is null). */
export function RecoverCard({ slot, who, onBack }: { slot: string; who: string; onBack: (() => void) | null }) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const { refresh } = useProfile();
  const recover = useCommand('access.recover');
  const [digits, setDigits] = useState('');
  const [pin, setPin] = useState<string | null>(null);
  const wait = useWait(recover.failure);
  const isCodeFull = isWholeCode(digits);
  const send = async () => {
    if (pin === null || !isCodeFull) return;
    const result = await recover.run({ slot, code: digits, newPin: pin });
    if (result.ok) await refresh();
  };
  return (
    <section className="sheet sign-in-card" style={{ marginTop: 0 }} aria-labelledby="recover-title">
      <h3 id="recover-title">{t(onBack === null ? 'recover.titleNew' : 'recover.title')}</h3>
      <p className="sm mut" style={{ marginBottom: 12 }}>
        {t(onBack === null ? 'recover.textNew' : 'recover.text', { who })}
      </p>
      <div className="col g3">
        <CodeField digits={digits} onChange={setDigits} />
        {isCodeFull && <NewPin onChange={setPin} />}
        {wait > 0 ? (
          <p className="sm b brick" role="alert">
            {t('pin.wait', { time: format.clip(wait) })}
          </p>
        ) : (
          <FailureNote failure={recover.failure} />
        )}
        <Button
          variant="filled"
          size="big"
          wide
          disabled={!isCodeFull || pin === null || wait > 0}
          busy={recover.isBusy && t('signIn.opening')}
          onClick={() => void send()}
        >
          {t('recover.send')}
        </Button>
        {onBack !== null && (
          <Button variant="subtle" onClick={onBack}>
            {t('recover.back')}
          </Button>
        )}
        <p className="sm mut">{t('recover.noCode')}</p>
      </div>
    </section>
  );
}
