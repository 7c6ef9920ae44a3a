import '#renderer/app/schemas-without-code.ts';
import { lazy, Suspense, useEffect, useState } from 'react';
import IconDeviceUsb from '@tabler/icons-react/dist/esm/icons/IconDeviceUsb.mjs';
import type { ChosenCommission, PublicLabel } from '#shared/access/contract.ts';
import type { Role } from '#shared/access/roles.ts';
import type { CountryCode } from '#shared/commissions/country.ts';
import { localeFacts, type Locale } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { CodeStep } from './code-step.tsx';
import { CommissionStep, type CommissionChoice } from './commission-step.tsx';
import { FirstRunSide } from './first-run-side.tsx';
import { GateFoot } from './gate-foot.tsx';
import { LanguageStep } from './language-step.tsx';
import { PersonStep } from './person-step.tsx';

/** Seldom needed: not part of what the first screen waits for. */
const PutBackPage = lazy(async () => ({ default: (await import('../copies/put-back-page.tsx')).PutBackPage }));

export type NewPersonDraft = {
  name: string;
  role: Role | null;
  show: PublicLabel['show'];
  initials: string;
  secret: string | null;
};

const home: Readonly<Record<Locale, CountryCode>> = {
  kk: 'kz',
  ky: 'kg',
  uz: 'uz',
  'uz-Cyrl': 'uz',
  tg: 'tj',
  ru: 'kg',
  en: 'kg',
};

/** Four steps: language, commission, person and PIN, recovery code. What was chosen stays when one goes back. */
export function FirstRunPage({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('access');
  const { t: tCopies } = useTranslation('copies');
  const { locale } = useFormat();
  const { refresh } = useProfile();
  const [step, setStep] = useState<1 | 2 | 3 | 4>(1);
  const [isPuttingBack, setIsPuttingBack] = useState(false);
  const [choice, setChoice] = useState<CommissionChoice>({
    country: null,
    level: null,
    search: '',
    chosen: null,
    name: null,
  });
  const [person, setPerson] = useState<NewPersonDraft>({
    name: '',
    role: null,
    show: 'role',
    initials: '',
    secret: null,
  });
  const [code, setCode] = useState<readonly string[] | null>(null);
  const create = useCommand('access.createProfile');
  const sample = useCommand('access.startSample');
  useEffect(() => {
    document.title = 'Komissiya';
  }, []);
  useEffect(() => {
    document.querySelector<HTMLElement>('.gate-page h1')?.focus();
  }, [step]);

  const fixedRole = choice.chosen?.from === 'none' ? choice.chosen.as : null;
  const role = fixedRole ?? person.role;
  const reason = step === 2 ? reasonOfCommission(choice) : step === 3 ? reasonOfPerson(person, role) : null;

  const trySample = async () => {
    const result = await sample.run({ locale, country: choice.country ?? home[locale] });
    if (result.ok) await refresh();
  };
  const forward = async () => {
    if (step === 1) setStep(2);
    else if (step === 2) setStep(3);
    else if (step === 3 && choice.chosen !== null && role !== null && person.secret !== null) {
      const result = await create.run({
        locale,
        commission: choice.chosen satisfies ChosenCommission,
        person: { name: person.name.trim(), role, label: labelOf(person), pin: person.secret },
      });
      if (!result.ok) return;
      setPerson({ ...person, secret: null });
      setCode(result.value.recoveryCode.groups);
      setStep(4);
    }
  };

  if (step === 4 && code !== null) {
    return (
      <div className="gate">
        <FirstRunSide step={4} chosen={chosenWords()} />
        <CodeStep
          groups={code}
          who={person.name.trim()}
          commission={choice.name}
          onDone={() => {
            void refresh();
            onDone();
          }}
        />
      </div>
    );
  }

  if (isPuttingBack) {
    return (
      <Suspense fallback={null}>
        <PutBackPage
          leave={tCopies('putBack.leave')}
          onLeave={() => setIsPuttingBack(false)}
          onDone={() => void refresh().then(onDone)}
        />
      </Suspense>
    );
  }

  function chosenWords(): readonly (string | null)[] {
    return [
      localeFacts[locale].ownName,
      choice.chosen?.from === 'none' ? t(`as.${choice.chosen.as}`) : choice.name,
      person.name.trim() || null,
    ];
  }

  return (
    <div className="gate">
      <FirstRunSide
        step={step}
        chosen={chosenWords()}
        sample={{ isBusy: sample.isBusy, onTry: () => void trySample() }}
      />
      <form
        className="gate-pane"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === null) void forward();
        }}
      >
        <main className="gate-page" data-screen={`first-run-${step}`}>
          {step === 1 && (
            <>
              <LanguageStep />
              <div className="note paper put-back-offer">
                <div className="grow">
                  <p className="b">{tCopies('putBack.question')}</p>
                  <p className="sm mut">{tCopies('putBack.questionText')}</p>
                </div>
                <Button icon={IconDeviceUsb} onClick={() => setIsPuttingBack(true)}>
                  {tCopies('putBack.action')}
                </Button>
              </div>
            </>
          )}
          {step === 2 && <CommissionStep choice={choice} onChange={setChoice} />}
          {step === 3 && <PersonStep person={person} fixedRole={fixedRole} onChange={setPerson} />}
          {(step === 3 ? create.failure : sample.failure) !== null && (
            <div style={{ marginTop: 16 }}>
              <FailureNote failure={step === 3 ? create.failure : sample.failure} />
            </div>
          )}
          <div className="gate-narrow" style={{ marginTop: 16 }}>
            <Button
              variant="subtle"
              size="small"
              busy={sample.isBusy && t('sample.opening')}
              onClick={() => void trySample()}
            >
              {t('sample.try')}
            </Button>
          </div>
        </main>
        <GateFoot
          back={
            step === 1
              ? null
              : {
                  words: t(step === 3 ? 'step.commission' : 'step.language'),
                  go: () => setStep(step === 3 ? 2 : 1),
                }
          }
          said={reason === null ? t(`foot.${step === 4 ? 3 : step}`) : t(reason)}
          isReady={reason === null}
          next={t(step === 1 ? 'next.commission' : step === 2 ? 'next.person' : 'next.code')}
          busy={create.isBusy && t('person.creating')}
        />
      </form>
    </div>
  );
}

function labelOf(person: NewPersonDraft): PublicLabel {
  if (person.show === 'name') return { show: 'name', name: person.name.trim().slice(0, 120) };
  if (person.show === 'initials') return { show: 'initials', initials: person.initials.trim().slice(0, 4) };
  return { show: 'role' };
}

/** The key of the words that say why one cannot go on; null when one can. */
function reasonOfCommission(choice: CommissionChoice): 'reason.country' | 'reason.commission' | 'reason.typed' | null {
  if (choice.chosen?.from === 'none') return null;
  if (choice.country === null) return 'reason.country';
  if (choice.chosen?.from === 'typed') return choice.chosen.name.trim().length < 3 ? 'reason.typed' : null;
  return choice.chosen === null ? 'reason.commission' : null;
}

function reasonOfPerson(
  person: NewPersonDraft,
  role: Role | null,
): 'reason.name' | 'reason.role' | 'reason.initials' | 'reason.pin' | null {
  if (person.name.trim() === '') return 'reason.name';
  if (role === null) return 'reason.role';
  if (person.show === 'initials' && person.initials.trim() === '') return 'reason.initials';
  return person.secret === null ? 'reason.pin' : null;
}
