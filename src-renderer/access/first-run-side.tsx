import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { GateSide, LaptopName } from './gate-side.tsx';
import { useLaptopName } from './sign-in-page.tsx';

/** Four numbered rhombi; done ones say what was chosen. Sample data is offered until the third step. */
export function FirstRunSide({
  step,
  chosen,
  sample,
}: {
  step: 1 | 2 | 3 | 4;
  chosen: readonly (string | null)[];
  sample?: { isBusy: boolean; onTry: () => void };
}) {
  const { t } = useTranslation('access');
  const laptop = useLaptopName();
  const names = [t('step.language'), t('step.commission'), t('step.person'), t('step.code')];
  return (
    <GateSide>
      <GateSteps
        label={t('step.label')}
        step={step}
        steps={names.map((name, index) => {
          const isDone = index + 1 < step;
          return { name, small: (isDone ? chosen[index] : index === 3 ? t('step.codeWhy') : null) ?? null };
        })}
      />
      {sample === undefined ? (
        <LaptopName name={laptop} />
      ) : (
        <div className="gate-try">
          {t('sample.invite')}
          <button type="button" className="btn" disabled={sample.isBusy} onClick={sample.onTry}>
            {sample.isBusy ? t('sample.opening') : t('sample.try')}
          </button>
        </div>
      )}
    </GateSide>
  );
}

/** Numbered rhombi on the ink side, `step` counted from 1. */
export function GateSteps({
  label,
  step,
  steps,
}: {
  label: string;
  step: number;
  steps: readonly { readonly name: string; readonly small: string | null }[];
}) {
  return (
    <ol className="gate-steps" aria-label={label}>
      {steps.map(({ name, small }, index) => {
        const number = index + 1;
        return (
          <li key={name} aria-current={number === step ? 'step' : undefined}>
            <StepMark number={number} state={number < step ? 'done' : number === step ? 'now' : 'next'} />
            <span>
              {name}
              {small !== null && <small>{small}</small>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function StepMark({ number, state }: { number: number; state: 'done' | 'now' | 'next' }) {
  return (
    <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
      <path
        d="M14 2l12 12-12 12L2 14z"
        fill={state === 'done' ? 'var(--ink-2)' : state === 'now' ? '#ffffff' : 'var(--heading)'}
        stroke={state === 'next' ? 'var(--ink-4)' : '#ffffff'}
        strokeWidth="1.5"
      />
      {state === 'done' ? (
        <path
          d="M9.500 14.200l3.200 3.200 6-6.200"
          fill="none"
          stroke="var(--heading)"
          strokeWidth="2"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      ) : (
        <text
          x="14"
          y="18.500"
          textAnchor="middle"
          fontSize="13"
          fontWeight="700"
          fill={state === 'now' ? 'var(--heading)' : 'var(--ink-2)'}
        >
          {number}
        </text>
      )}
    </svg>
  );
}
