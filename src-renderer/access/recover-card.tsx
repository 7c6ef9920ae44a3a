import { useState } from 'react';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { TextArea } from '#renderer/ui/fields.tsx';
import { NewPin } from './new-pin.tsx';
import { useWait } from './wait.ts';

/** Forgotten PIN: the code from paper, then a new PIN. */
export function RecoverCard({ slot, who, onBack }: { slot: string; who: string; onBack: () => void }) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const { refresh } = useProfile();
  const recover = useCommand('access.recover');
  const [code, setCode] = useState('');
  const [pin, setPin] = useState<string | null>(null);
  const wait = useWait(recover.failure);
  const digits = code.replace(/\D/g, '');
  const isCodeFull = digits.length === 32;
  const send = async () => {
    if (pin === null || !isCodeFull) return;
    const result = await recover.run({ slot, code: digits, newPin: pin });
    if (result.ok) await refresh();
  };
  return (
    <section className="sheet sign-in-card" style={{ marginTop: 0 }} aria-labelledby="recover-title">
      <h3 id="recover-title">{t('recover.title')}</h3>
      <p className="sm mut" style={{ marginBottom: 12 }}>
        {t('recover.text', { who })}
      </p>
      <div className="col g3">
        <div className="code-input">
          <TextArea
            rows={2}
            label={t('recover.code')}
            hint={isCodeFull ? undefined : t('recover.left', { count: 32 - digits.length })}
            inputMode="numeric"
            autoFocus
            value={inGroups(digits)}
            onChange={(value) => setCode(value.replace(/\D/g, '').slice(0, 32))}
          />
        </div>
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
        <Button variant="subtle" onClick={onBack}>
          {t('recover.back')}
        </Button>
        <p className="sm mut">{t('recover.noCode')}</p>
      </div>
    </section>
  );
}

/** Digits as they stand on the paper: in fours. */
function inGroups(digits: string): string {
  return (digits.match(/.{1,4}/g) ?? []).join(' ');
}
