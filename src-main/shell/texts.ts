/** The native menu's and dialogs' words: whole sentences without placeholders, so looking a key up is all. */
import en from '#locales/en/shell.json' with { type: 'json' };
import kk from '#locales/kk/shell.json' with { type: 'json' };
import ky from '#locales/ky/shell.json' with { type: 'json' };
import ru from '#locales/ru/shell.json' with { type: 'json' };
import tg from '#locales/tg/shell.json' with { type: 'json' };
import uz from '#locales/uz/shell.json' with { type: 'json' };
import uzCyrl from '#locales/uz-Cyrl/shell.json' with { type: 'json' };
import type { Locale } from '#shared/i18n/locales.ts';

export type ShellTextKey = keyof typeof ru;
/** Every key in every language: a catalogue that lacks one does not compile. */
const catalogues: Readonly<Record<Locale, Readonly<Record<ShellTextKey, string>>>> = {
  kk,
  ky,
  uz,
  'uz-Cyrl': uzCyrl,
  tg,
  ru,
  en,
};

/** A text in the language of now. */
export type ShellTexts = (key: ShellTextKey) => string;

/** Texts in the language that `locale` answers at the time of each look-up. */
export function createShellTexts(locale: () => Locale): ShellTexts {
  return (key) => catalogues[locale()][key];
}
