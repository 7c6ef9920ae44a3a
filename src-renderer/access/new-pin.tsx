import { useState } from 'react';
import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { TextField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { PinCells } from '#renderer/ui/pin-cells.tsx';
import { isWeakPin } from './weak-pin.ts';

/** A new PIN twice, or a passphrase twice. Tells the chosen secret when both agree and it is not weak, else null. */
export function NewPin({ onChange, autoFocus }: { onChange: (secret: string | null) => void; autoFocus?: boolean }) {
  const { t } = useTranslation('access');
  const [isPhrase, setIsPhrase] = useState(false);
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const long = isPhrase ? 8 : 6;
  const isWeak = isPhrase ? first.length >= 8 && /^\d+$/.test(first) : first.length >= 6 && isWeakPin(first);
  const isDifferent = second.length >= first.length && second !== '' && second !== first;
  const isDone = first.length >= long && !isWeak && first === second;
  const tell = (one: string, two: string) => {
    setFirst(one);
    setSecond(two);
    const weak = isPhrase ? /^\d+$/.test(one) : isWeakPin(one);
    onChange(one.length >= long && !weak && one === two ? one : null);
  };
  return (
    <div className="col g3">
      {isPhrase ? (
        <>
          <TextField
            label={t('pin.phraseNew')}
            type="password"
            value={first}
            onChange={(value) => tell(value, second)}
            hint={t('pin.phraseHint')}
          />
          <TextField
            label={t('pin.phraseRepeat')}
            type="password"
            value={second}
            onChange={(value) => tell(first, value)}
          />
        </>
      ) : (
        <>
          <div>
            <span className="lb">{t('pin.new')}</span>
            <PinCells
              label={t('pin.new')}
              value={first}
              onChange={(value) => tell(value, second)}
              autoFocus={autoFocus ?? false}
              describedBy="new-pin-said"
            />
            <p className="sm mut" style={{ marginTop: 4 }}>
              {t('pin.hint')}
            </p>
          </div>
          <div>
            <span className="lb">{t('pin.repeat')}</span>
            <PinCells
              label={t('pin.repeat')}
              value={second}
              onChange={(value) => tell(first, value)}
              describedBy="new-pin-said"
            />
          </div>
        </>
      )}
      <div id="new-pin-said" aria-live="polite" style={{ minHeight: 20 }}>
        {isWeak && (
          <p className="row g2 top sm b brick">
            <Icon of={IconAlertCircle} size={16} />
            {isPhrase ? t('pin.phraseWeak') : t('pin.weak')}
          </p>
        )}
        {!isWeak && isDifferent && (
          <p className="row g2 top sm b brick">
            <Icon of={IconAlertCircle} size={16} />
            {t('pin.different')}
          </p>
        )}
        {isDone && (
          <p className="row g2 sm inkc b">
            <Icon of={IconCheck} size={16} />
            {t('pin.agree')}
          </p>
        )}
      </div>
      <button
        type="button"
        className="linklike sm"
        onClick={() => {
          setIsPhrase(!isPhrase);
          setFirst('');
          setSecond('');
          onChange(null);
        }}
      >
        {isPhrase ? t('pin.usePin') : t('pin.usePhrase')}
      </button>
    </div>
  );
}
