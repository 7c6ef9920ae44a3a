/** Which window this is: a print page, first run, sign-in, or the frame of a signed-in person. */
import {
  Component,
  lazy,
  type ReactNode,
  startTransition,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { I18nextProvider } from 'react-i18next';
import type { ProfileState } from '#shared/access/contract.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import type { Failure, Result } from '#shared/kernel/result.ts';
import type { WindowLanguage } from '#renderer/i18n/start-i18n.ts';
import { LetterPalette } from '#renderer/ui/letter-palette.tsx';
import { SignInPage } from '../access/sign-in-page.tsx';
import { call, subscribe } from './bridge.ts';
import { rememberLastLocale } from './last-locale.ts';
import { type Profile, ProfileContext } from './profile.ts';

const loadSignedIn = () => import('./signed-in.tsx');
const loadFirstRun = () => import('../access/first-run-page.tsx');
const SignedIn = lazy(async () => ({ default: (await loadSignedIn()).SignedIn }));
const FirstRunPage = lazy(async () => ({ default: (await loadFirstRun()).FirstRunPage }));
const StorePage = lazy(async () => ({ default: (await import('../access/store-page.tsx')).StorePage }));
const RecoveryPrintPage = lazy(async () => ({
  default: (await import('../access/recovery-print-page.tsx')).RecoveryPrintPage,
}));
const DateQuestion = lazy(async () => ({ default: (await import('../access/date-question.tsx')).DateQuestion }));
const CrashPage = lazy(async () => ({ default: (await import('./layout/window-crash.tsx')).WindowCrash }));

/** `first` is the answer of `access.state` that main.tsx already has. */
export function Root({ language, first }: { language: WindowLanguage; first: Result<ProfileState> }) {
  const [result, setResult] = useState(first);
  /** First run goes on to its recovery code after the person is already signed in. */
  const [isFirstRun, setIsFirstRun] = useState(first.ok && first.value.state === 'none');
  const [dateAccepted, setDateAccepted] = useState(false);
  const turn = useRef(0);

  const refresh = useCallback(async () => {
    turn.current += 1;
    const mine = turn.current;
    const answer = await call('access.state', {});
    if (mine !== turn.current) return;
    // As a transition the former screen stands until the next one is ready: an empty one in between would cost React's
    // pause of 300 ms before it shows anything else.
    startTransition(() => {
      setResult(answer);
      if (answer.ok && answer.value.state === 'none') setIsFirstRun(true);
    });
  }, []);
  useEffect(
    () =>
      subscribe((event) => {
        if (event.event === 'core-restarted' || (event.event === 'changed' && event.topics.includes('access')))
          void refresh();
      }),
    [refresh],
  );

  useEffect(() => {
    // After the frame, not before it: the core's process would take the processor from it.
    requestAnimationFrame(() => setTimeout(() => void call('shell.drawn', {})));
  }, []);

  const setLocale = useCallback(
    async (locale: Locale) => {
      await language.setLocale(locale);
      rememberLastLocale(locale);
      await Promise.all([call('access.setLocale', { locale }), call('shell.setLocale', { locale })]);
    },
    [language],
  );

  const state = result.ok ? result.value : null;
  const profile = useMemo<Profile | null>(
    () => (state === null ? null : { state, refresh, setLocale }),
    [state, refresh, setLocale],
  );

  useEffect(() => {
    // While a person reads or types the PIN there is time to fetch what comes after.
    if (state?.state !== 'locked') return undefined;
    const timer = setTimeout(() => {
      void loadSignedIn();
      void import('../today/today-page.tsx');
    }, 50);
    return () => clearTimeout(timer);
  }, [state?.state]);

  let page: ReactNode;
  if (window.location.hash.startsWith('#/print/recovery')) page = <RecoveryPrintPage />;
  else if (profile === null) page = <StorePage failure={failureOf(result)} onRetry={refresh} />;
  else if (profile.state.implausibleDate !== null && !dateAccepted)
    page = <DateQuestion date={profile.state.implausibleDate} onAccept={() => setDateAccepted(true)} />;
  else if (isFirstRun && !profile.state.sample) page = <FirstRunPage onDone={() => setIsFirstRun(false)} />;
  else if (profile.state.state === 'open') page = <SignedIn key={profile.state.session?.slot} />;
  else page = <SignInPage />;

  return (
    <I18nextProvider i18n={language.i18n}>
      <ProfileContext value={profile}>
        <CrashBoundary>
          <Suspense fallback={null}>{page}</Suspense>
          <LetterPalette />
        </CrashBoundary>
      </ProfileContext>
    </I18nextProvider>
  );
}

function failureOf(result: Result<unknown>): Failure {
  return result.ok ? { code: 'shell/no-answer' } : result.error;
}

/** A bug while drawing becomes a page with a way back, never a blank window. */
class CrashBoundary extends Component<{ children: ReactNode }, { hasCrashed: boolean }> {
  override state = { hasCrashed: false };

  static getDerivedStateFromError(): { hasCrashed: boolean } {
    return { hasCrashed: true };
  }

  override render(): ReactNode {
    return this.state.hasCrashed ? (
      <Suspense fallback={null}>
        <CrashPage />
      </Suspense>
    ) : (
      this.props.children
    );
  }
}
