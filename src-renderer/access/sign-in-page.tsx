import { useEffect, useState } from 'react';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import type { SignInRow } from '#shared/access/contract.ts';
import { pickContentLocale, type Locale } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { call } from '#renderer/app/bridge.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Road } from '#renderer/ui/road.tsx';
import { GateLanguages, GateSide, LaptopName, NarrowLanguages } from './gate-side.tsx';
import { usePersonLabel } from './person-label.ts';
import { PinCard } from './pin-card.tsx';
import { RecoverCard } from './recover-card.tsx';

/** The locked laptop: choose yourself, enter the PIN. Nothing here is known to the page but what people chose to show. */
export function SignInPage() {
  const { t } = useTranslation('access');
  const { state, refresh } = useProfile();
  const format = useFormat();
  const { rows } = state;
  const labelOf = usePersonLabel(rows);
  const [chosen, setChosen] = useState(() => latest(rows)?.slot ?? null);
  const [isRecovering, setIsRecovering] = useState(false);
  const row = rows.find((candidate) => candidate.slot === chosen) ?? rows[0];
  const laptop = useLaptopName();
  useEffect(() => {
    document.title = 'Komissiya';
  }, []);
  // Object.keys of a record keyed by locales gives locales.
  const names = state.commissionNames;
  const nameLocale = names === null ? null : pickContentLocale(format.locale, Object.keys(names) as Locale[]);
  return (
    <div className="gate">
      <GateSide>
        <GateLanguages />
        <LaptopName name={laptop} />
      </GateSide>
      <main className="sign-in" data-screen="sign-in">
        <section>
          <NarrowLanguages />
          {names !== null && nameLocale !== null && (
            <p className="mut" lang={nameLocale} style={{ marginBottom: 2 }}>
              {names[nameLocale]}
            </p>
          )}
          <h1 style={{ marginBottom: 16 }}>{rows.length > 1 ? t('signIn.choose') : t('signIn.title')}</h1>
          <ul>
            {rows.map((person) => {
              const label = labelOf(person);
              const isChosen = person.slot === row?.slot;
              return (
                <li key={person.slot}>
                  <button
                    type="button"
                    className="person-row"
                    aria-pressed={isChosen}
                    onClick={() => {
                      setChosen(person.slot);
                      setIsRecovering(false);
                    }}
                  >
                    <span className="initials large" aria-hidden="true">
                      {label.circle}
                    </span>
                    <span className="grow">
                      <span className="who" style={{ display: 'block' }}>
                        {label.words}
                      </span>
                      <span className="sm mut num">
                        {person.lastSignInAt === null
                          ? t('signIn.never')
                          : t('signIn.last', { when: format.recent(person.lastSignInAt) })}
                      </span>
                    </span>
                    {isChosen && (
                      <span className="inkc">
                        <Icon of={IconArrowRight} />
                      </span>
                    )}
                  </button>
                </li>
              );
            })}
          </ul>
          {state.sample && (
            <Button variant="subtle" onClick={() => void call('access.endSample', {}).then(refresh)}>
              {t('signIn.endSample')}
            </Button>
          )}
        </section>
        {row !== undefined &&
          (isRecovering || !row.hasPin ? (
            <RecoverCard
              key={`r${row.slot}`}
              slot={row.slot}
              who={labelOf(row).words}
              onBack={row.hasPin ? () => setIsRecovering(false) : null}
            />
          ) : (
            <PinCard
              key={row.slot}
              slot={row.slot}
              who={labelOf(row).words}
              isSample={state.sample}
              onForgotten={() => setIsRecovering(true)}
            />
          ))}
        <div className="sign-in-foot">
          <span className="row g2">
            <Icon of={IconLock} />
            {state.sample ? t('signIn.sampleNote') : t('signIn.encrypted')}
          </span>
          {!state.sample && state.waiting > 0 && (
            <span className="row g2">
              <Road road="saved" />
              {t('signIn.waiting', { count: state.waiting })}
            </span>
          )}
          <span className="grow" />
          {state.sample && <span className="sample">{t('sample.mark')}</span>}
        </div>
      </main>
    </div>
  );
}

/** The person who was here last is chosen; with the others one press away. */
function latest(rows: readonly SignInRow[]): SignInRow | undefined {
  return rows.toSorted((a, b) => (b.lastSignInAt ?? 0) - (a.lastSignInAt ?? 0))[0];
}

/** The computer's name from the shell; null until it answered. */
export function useLaptopName(): string | null {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    void call('shell.about', {}).then((about) => isWanted && about.ok && setName(about.value.laptop));
    return () => {
      isWanted = false;
    };
  }, []);
  return name;
}
