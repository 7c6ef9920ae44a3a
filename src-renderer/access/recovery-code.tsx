import { useState } from 'react';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconEye from '@tabler/icons-react/dist/esm/icons/IconEye.mjs';
import IconPrinter from '@tabler/icons-react/dist/esm/icons/IconPrinter.mjs';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { CheckField, TextField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Rhombus } from '#renderer/ui/weave.tsx';
import './access.css';

export type CodeState = {
  /** What is still to do, as the number of a hidden group, or `write` or `tick`; null when the code is proved. */
  left: 'write' | { group: number } | 'tick' | null;
};

/** Two different groups to ask back, in order. */
function pickTwo(): readonly [number, number] {
  const random = crypto.getRandomValues(new Uint32Array(2));
  const first = (random[0] ?? 0) % 8;
  const second = (first + 1 + ((random[1] ?? 0) % 7)) % 8;
  return first < second ? [first, second] : [second, first];
}

/**
 * The recovery code: shown, printed or written, then two groups are hidden and asked back, then a tick. `onState` says what is left. The
 * digits are never selectable, never on the clipboard.
 */
export function RecoveryCode({
  groups,
  who,
  commission,
  onState,
}: {
  groups: readonly string[];
  who: string;
  commission: string | null;
  onState: (state: CodeState) => void;
}) {
  const { t } = useTranslation('access');
  const print = useCommand('shell.print');
  const [asked] = useState(pickTwo);
  const [phase, setPhase] = useState<'show' | 'check'>('show');
  const [isHidden, setIsHidden] = useState(false);
  const [typed, setTyped] = useState<readonly [string, string]>(['', '']);
  const [isKept, setIsKept] = useState(false);

  const isRight = (which: 0 | 1) => typed[which] === groups[asked[which]];
  const tell = (next: { phase?: 'show' | 'check'; typed?: readonly [string, string]; isKept?: boolean }) => {
    const nowTyped = next.typed ?? typed;
    const wrong = ([0, 1] as const).find((which) => nowTyped[which] !== groups[asked[which]]);
    const isChecking = (next.phase ?? phase) === 'check';
    onState({
      left: !isChecking
        ? 'write'
        : wrong !== undefined
          ? { group: asked[wrong] + 1 }
          : (next.isKept ?? isKept)
            ? null
            : 'tick',
    });
  };
  const begin = (next: 'show' | 'check') => {
    setPhase(next);
    setTyped(['', '']);
    setIsHidden(false);
    tell({ phase: next, typed: ['', ''] });
  };

  return (
    <>
      <div className="code" role="group" aria-label={t('code.aria')}>
        {groups.map((group, index) => {
          const isAsked = phase === 'check' && (asked[0] === index || asked[1] === index);
          const isCovered = isAsked || isHidden;
          return (
            <div key={`${index}-${group}`} className={isCovered ? 'hidden' : ''}>
              <small>
                {isAsked ? t('code.groupHidden', { number: index + 1 }) : t('code.group', { number: index + 1 })}
              </small>
              <b aria-label={isCovered ? t('code.covered') : undefined}>
                {isCovered ? [0, 1, 2, 3].map((dot) => <Rhombus key={dot} tone="quiet" />) : group}
              </b>
            </div>
          );
        })}
      </div>
      <div className="row g3 wrap" style={{ marginTop: 12 }}>
        <Button
          icon={IconPrinter}
          busy={print.isBusy && t('code.printing')}
          onClick={() =>
            void print.run({
              route: '/print/recovery',
              landscape: false,
              fileName: t('code.fileName'),
              payload: JSON.stringify({ groups, who, commission }),
            })
          }
        >
          {t('code.print')}
        </Button>
        <Button variant="default" icon={IconEye} aria-pressed={isHidden} onClick={() => setIsHidden(!isHidden)}>
          {isHidden ? t('code.show') : t('code.hide')}
        </Button>
        <span className="sm mut grow">{t('code.digitsOnly')}</span>
      </div>
      {print.failure !== null && print.failure.code !== 'shell/cancelled' && (
        <div style={{ marginTop: 12 }}>
          <FailureNote failure={print.failure} />
        </div>
      )}
      <div className="code-check">
        <section className="sheet" style={{ padding: '16px 20px 18px' }}>
          <h3>{t('code.checkTitle')}</h3>
          {phase === 'show' ? (
            <>
              <p className="sm mut" style={{ marginBottom: 12 }}>
                {t('code.checkFirst')}
              </p>
              <Button onClick={() => begin('check')}>{t('code.written')}</Button>
            </>
          ) : (
            <>
              <p className="sm mut" style={{ marginBottom: 12 }}>
                {t('code.checkText', { first: asked[0] + 1, second: asked[1] + 1 })}{' '}
                <button type="button" className="linklike" onClick={() => begin('show')}>
                  {t('code.showAgain')}
                </button>
              </p>
              <div className="row g4 top wrap">
                {([0, 1] as const).map((which) => (
                  <TextField
                    key={which}
                    label={t('code.groupLabel', { number: asked[which] + 1 })}
                    inputMode="numeric"
                    maxLength={4}
                    autoFocus={which === 0}
                    value={typed[which]}
                    error={typed[which].length === 4 && !isRight(which) ? t('code.groupWrong') : undefined}
                    side={
                      isRight(which) && (
                        <span className="inkc">
                          <Icon of={IconCheck} />
                        </span>
                      )
                    }
                    onChange={(value) => {
                      const digits = value.replace(/\D/g, '').slice(0, 4);
                      const next: readonly [string, string] = which === 0 ? [digits, typed[1]] : [typed[0], digits];
                      setTyped(next);
                      tell({ typed: next });
                    }}
                  />
                ))}
              </div>
              <div style={{ marginTop: 16 }}>
                <CheckField
                  checked={isKept}
                  onChange={(checked) => {
                    setIsKept(checked);
                    tell({ isKept: checked });
                  }}
                >
                  {t('code.kept')}
                </CheckField>
              </div>
            </>
          )}
        </section>
        <section className="note paper" style={{ flexDirection: 'column', gap: 6 }}>
          <b>{t('code.whereTitle')}</b>
          <span className="sm">{t('code.where')}</span>
          <b style={{ marginTop: 4 }}>{t('code.lostTitle')}</b>
          <span className="sm">{t('code.lost')}</span>
        </section>
      </div>
    </>
  );
}

/** Says in words what is left before the button opens. */
export function useCodeReason(): (state: CodeState) => string {
  const { t } = useTranslation('access');
  return ({ left }) => {
    if (left === null) return t('code.ready');
    if (left === 'write') return t('code.leftWrite');
    if (left === 'tick') return t('code.leftTick');
    return t('code.leftGroup', { number: left.group });
  };
}
