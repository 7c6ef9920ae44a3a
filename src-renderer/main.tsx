/**
 * Opens the window: asks the core who uses this laptop while the texts of the last language are read, then draws. Kept small: what a
 * locked laptop does not show is loaded after the sign-in screen stands.
 */
// The kit's styles come before those of any page: where both speak, the page has the last word.
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './ui/fields.css';
import './ui/notes.css';
import './ui/tables.css';
import './ui/floating.css';
import { createRoot } from 'react-dom/client';
import { isLocale, localeFromSystemTag, type Locale } from '#shared/i18n/locales.ts';
import { startI18n } from '#renderer/i18n/start-i18n.ts';
import { call } from './app/bridge.ts';
import { Root } from './app/root.tsx';
import { forgetLastLocale, lastLocale, rememberLastLocale } from './app/last-locale.ts';

async function open(): Promise<void> {
  const guess: Locale = lastLocale() ?? localeFromSystemTag(navigator.language);
  const [language, state] = await Promise.all([startI18n(guess), call('access.state', {})]);
  const wanted = state.ok ? state.value.locale : null;
  if (isLocale(wanted) && wanted !== guess) await language.setLocale(wanted);
  if (isLocale(wanted)) rememberLastLocale(wanted);
  else forgetLastLocale();
  const element = document.getElementById('root');
  if (element === null) throw new Error('index.html has no #root');
  createRoot(element).render(<Root language={language} first={state} />);
}

void open();
