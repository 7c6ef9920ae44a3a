import '#renderer/app/schemas-without-code.ts';
import { useEffect, useState } from 'react';
import type { Failure } from '#shared/kernel/result.ts';
import { call, type Output } from '#renderer/app/bridge.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField } from '#renderer/ui/fields.tsx';
import { CodeField, digitsLeft, isWholeCode } from '../access/code-field.tsx';
import { GateSteps } from '../access/first-run-side.tsx';
import { GateFoot } from '../access/gate-foot.tsx';
import { GateSide, LaptopName } from '../access/gate-side.tsx';
import { NewPin } from '../access/new-pin.tsx';
import { usePersonLabel } from '../access/person-label.ts';
import { useLaptopName } from '../access/sign-in-page.tsx';
import { ChooseFolder } from '../sync/choose-folder.tsx';
import { copyKey, CopyList, useCopyWords } from './copy-list.tsx';
import { CopyProgress } from './copy-progress.tsx';
import { useCopies } from './use-copies.ts';
import './copies.css';

type Opened = Output<'copies.persons'>;

/**
 * A laptop without a profile, or with one nobody can read, takes over a copy from a stick: which copy, the recovery code, who signs in first.
 * `leave` are the words of the way back.
 */
export function PutBackPage({ leave, onLeave, onDone }: { leave: string; onLeave: () => void; onDone: () => void }) {
  const { t } = useTranslation('copies');
  const { t: tAccess } = useTranslation('access');
  const state = useCopies();
  const laptop = useLaptopName();
  const putBack = useCommand('copies.putBack');
  const [step, setStep] = useState<1 | 2 | 3>(1);
  const [chosen, setChosen] = useState<string | null>(null);
  const [digits, setDigits] = useState('');
  const [isChecking, setIsChecking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [slot, setSlot] = useState<string | null>(null);
  const [pin, setPin] = useState<string | null>(null);
  const wordsOf = useCopyWords(state?.places ?? []);
  useEffect(() => {
    document.querySelector<HTMLElement>('.gate-page h1')?.focus();
  }, [step]);

  const usable = state?.copies.filter(({ problem }) => problem === null) ?? [];
  // A single copy needs no choice; one whose stick was pulled is no longer chosen.
  const copy = usable.find((each) => copyKey(each) === chosen) ?? (usable.length === 1 ? usable[0] : undefined);
  const rows = opened?.rows ?? [];
  const person = rows.find((row) => row.slot === slot) ?? (rows.length === 1 ? rows[0] : undefined);
  const isGoing = putBack.isBusy;
  const reason = ((): string | null => {
    if (step === 1) return copy === undefined ? t('reason.copy') : null;
    if (step === 2) return isWholeCode(digits) ? null : tAccess('recover.left', { count: digitsLeft(digits) });
    if (person === undefined) return t('reason.person');
    return pin === null ? tAccess('reason.pin') : null;
  })();

  const forward = async (): Promise<void> => {
    if (copy === undefined) return setStep(1);
    const at = { place: copy.place, copy: copy.copy };
    if (step === 1) {
      setFailure(null);
      setStep(2);
    } else if (step === 2) {
      setIsChecking(true);
      const answer = await call('copies.persons', { ...at, code: digits });
      setIsChecking(false);
      setFailure(answer.ok ? null : answer.error);
      if (!answer.ok) return;
      setOpened(answer.value);
      setStep(3);
    } else if (person !== undefined && pin !== null) {
      const result = await putBack.run({ ...at, code: digits, slot: person.slot, newPin: pin });
      if (result.ok) onDone();
    }
  };
  const back = (): void => {
    setFailure(null);
    putBack.clear();
    if (step === 1) onLeave();
    else setStep(step === 3 ? 2 : 1);
  };
  const steps = [
    { name: t('putBack.step.copy'), small: step > 1 && copy !== undefined ? wordsOf(copy).title : null },
    { name: t('putBack.step.code'), small: null },
    { name: t('putBack.step.person'), small: null },
  ];

  return (
    <div className="gate">
      <GateSide>
        <GateSteps label={t('putBack.steps')} step={step} steps={steps} />
        <LaptopName name={laptop} />
      </GateSide>
      <form
        className="gate-pane"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === null && !isGoing && !isChecking) void forward();
        }}
      >
        <main className="gate-page" data-screen={`put-back-${step}`}>
          {isGoing ? (
            <>
              <h1 tabIndex={-1}>{t('going.title')}</h1>
              <div className="copy-going">
                {state?.task?.doing === 'put-back' ? (
                  <CopyProgress task={state.task} />
                ) : (
                  <p className="mut">{t('task.prove')}</p>
                )}
              </div>
            </>
          ) : (
            <>
              {step === 1 && (
                <>
                  <h1 tabIndex={-1}>{t('find.title')}</h1>
                  <p className="mut">{t('find.text')}</p>
                  <div className="col g3 copy-step">
                    {state !== null && state.copies.length > 0 ? (
                      <CopyList
                        copies={state.copies}
                        places={state.places}
                        chosen={copy === undefined ? null : copyKey(copy)}
                        onChoose={setChosen}
                      />
                    ) : (
                      <div className="note paper">
                        <div className="grow">
                          <p className="b">{t(state?.isLooking === false ? 'find.none' : 'find.looking')}</p>
                          <p className="sm mut">{t('find.noneText')}</p>
                        </div>
                      </div>
                    )}
                    <div>
                      <ChooseFolder />
                    </div>
                  </div>
                </>
              )}
              {step === 2 && (
                <>
                  <h1 tabIndex={-1}>{t('code.title')}</h1>
                  <p className="mut">{t('code.text')}</p>
                  <div className="copy-step narrow">
                    <CodeField digits={digits} onChange={setDigits} />
                  </div>
                </>
              )}
              {step === 3 && opened !== null && (
                <Persons opened={opened} chosen={person?.slot ?? null} onChoose={setSlot} onPin={setPin} />
              )}
            </>
          )}
          {!isGoing && (failure ?? putBack.failure) !== null && (
            <div className="copy-failure">
              <FailureNote failure={failure ?? putBack.failure} />
            </div>
          )}
        </main>
        {!isGoing && (
          <GateFoot
            back={{
              words: step === 1 ? leave : t(step === 2 ? 'putBack.step.copy' : 'putBack.step.code'),
              go: back,
            }}
            said={reason}
            isReady={reason === null}
            next={t(step === 1 ? 'next.code' : step === 2 ? 'next.person' : 'person.start')}
            busy={isChecking && t('code.checking')}
          />
        )}
      </form>
    </div>
  );
}

function Persons({
  opened,
  chosen,
  onChoose,
  onPin,
}: {
  opened: Opened;
  chosen: string | null;
  onChoose: (slot: string) => void;
  onPin: (pin: string | null) => void;
}) {
  const { t } = useTranslation('copies');
  const { t: tAccess } = useTranslation('access');
  const format = useFormat();
  const labelOf = usePersonLabel(opened.rows);
  return (
    <>
      <h1 tabIndex={-1}>{t('person.title')}</h1>
      <p className="mut">{t('person.text')}</p>
      <div className="copy-persons">
        <div className="col g3">
          <ChoiceField
            legend={t('person.list')}
            name="person"
            value={chosen}
            onChange={onChoose}
            options={opened.rows.map((row) => ({ value: row.slot, label: labelOf(row).words }))}
          />
          <p className="sm mut num">
            {t('person.room', { needed: format.bytes(opened.needed), free: format.bytes(opened.free) })}
          </p>
        </div>
        <section aria-label={tAccess('pin.title')}>
          <NewPin onChange={onPin} />
        </section>
      </div>
    </>
  );
}
