import { lazy, Suspense, useState } from 'react';
import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { TextField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { PinCells, PinPad } from '#renderer/ui/pin-cells.tsx';
import { useWait } from './wait.ts';

/** Seldom needed: not part of what the sign-in waits for. */
const Backups = lazy(async () => ({ default: (await import('./store-page.tsx')).Backups }));
const StickBackups = lazy(async () => ({ default: (await import('../copies/stick-backups.tsx')).StickBackups }));

/** PIN by pad or keyboard, or a passphrase. A wrong one says how many tries are left and what then happens. */
export function PinCard({
  slot,
  who,
  isSample,
  onForgotten,
}: {
  slot: string;
  who: string;
  isSample: boolean;
  onForgotten: () => void;
}) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const { refresh } = useProfile();
  const signIn = useCommand('access.signIn');
  const afresh = useCommand('access.startAfresh');
  const [pin, setPin] = useState('');
  const [isPhrase, setIsPhrase] = useState(false);
  const wait = useWait(signIn.failure);
  const isWhole = (typed: string) => isSample || typed.length >= (isPhrase ? 8 : 6);
  const enter = async (typed: string = pin) => {
    if (!isWhole(typed) || signIn.isBusy || wait > 0) return;
    const result = await signIn.run({ slot, pin: isSample ? '' : typed });
    // A damaged store is opened once more with the same PIN after it has been mended.
    if (result.ok || result.error.code !== 'store/damaged') setPin('');
    if (result.ok) await refresh();
  };
  const { failure } = signIn;
  const isWrong = failure?.code === 'access/wrong-pin';
  const triesLeft = typeof failure?.['triesLeft'] === 'number' ? failure['triesLeft'] : null;

  if (isSample) {
    return (
      <section className="sheet sign-in-card">
        <h3>{t('sample.title')}</h3>
        <p className="sm mut" style={{ margin: '4px 0 14px' }}>
          {t('sample.noPin')}
        </p>
        <FailureNote failure={failure} />
        <Button
          variant="filled"
          size="big"
          wide
          busy={signIn.isBusy && t('signIn.opening')}
          onClick={() => void enter()}
        >
          {t('sample.open')}
        </Button>
      </section>
    );
  }
  if (failure?.code === 'store/damaged') {
    return (
      <div className="col g4">
        <FailureNote failure={afresh.failure ?? failure} />
        <Suspense fallback={null}>
          <StickBackups slot={slot} pin={pin} onRestored={() => enter()} />
          <Backups
            onRestored={() => enter()}
            startAfresh={async () => {
              if ((await afresh.run({ slot, pin })).ok) await refresh();
            }}
          />
        </Suspense>
      </div>
    );
  }
  return (
    <section className="sheet sign-in-card" aria-labelledby="pin-title">
      <h3 id="pin-title">{isPhrase ? t('pin.enterPhrase') : t('pin.enter')}</h3>
      <p className="sm mut">{who}</p>
      {isPhrase ? (
        <div style={{ margin: '12px 0 16px' }}>
          <TextField
            label={t('pin.phrase')}
            hideLabel
            type="password"
            value={pin}
            disabled={wait > 0}
            autoFocus
            onChange={setPin}
            onKeyDown={(event) => event.code === 'Enter' && void enter(event.currentTarget.value)}
          />
        </div>
      ) : (
        <>
          <PinCells
            label={t('pin.enter')}
            value={pin}
            onChange={setPin}
            onEnter={(typed) => void enter(typed)}
            disabled={wait > 0 || signIn.isBusy}
            autoFocus
            describedBy="pin-said"
          />
          <PinPad
            value={pin}
            onChange={setPin}
            disabled={wait > 0 || signIn.isBusy}
            forgotten={{ label: t('pin.forgotten'), onPick: onForgotten }}
          />
        </>
      )}
      <div id="pin-said" aria-live="assertive">
        {(isWrong || wait > 0) && (
          <p className="row g2 top sm b brick" style={{ marginTop: 10 }}>
            <Icon of={IconAlertCircle} size={20} />
            <span>
              {isWrong && `${t('pin.wrong')} `}
              {wait > 0
                ? t('pin.wait', { time: format.clip(wait) })
                : triesLeft !== null && t('pin.triesLeft', { count: triesLeft })}
            </span>
          </p>
        )}
        {failure !== null && !isWrong && failure.code !== 'access/wait' && (
          <div style={{ marginTop: 10 }}>
            <FailureNote failure={failure} />
          </div>
        )}
      </div>
      <div style={{ marginTop: 14 }}>
        <Button
          variant="filled"
          size="big"
          wide
          disabled={!isWhole(pin) || wait > 0}
          busy={signIn.isBusy && t('signIn.opening')}
          onClick={() => void enter()}
        >
          {t('signIn.enter')}
        </Button>
      </div>
      <p className="row between sm" style={{ marginTop: 10 }}>
        <button
          type="button"
          className="linklike"
          onClick={() => {
            setIsPhrase(!isPhrase);
            setPin('');
          }}
        >
          {isPhrase ? t('pin.usePin') : t('pin.usePhrase')}
        </button>
        {isPhrase && (
          <button type="button" className="linklike" onClick={onForgotten}>
            {t('pin.forgotten')}
          </button>
        )}
      </p>
    </section>
  );
}
