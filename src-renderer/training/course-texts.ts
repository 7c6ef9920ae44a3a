/** Texts of courses in the language of the window or of the lesson, with the `lang` they need where it differs. */
import { isLocale, type Locale, localeFacts, pickContentLocale } from '#shared/i18n/locales.ts';
import { type ContentLocale, contentLocale, type Course, type Texts, textIn } from '#shared/training/course.ts';
import type { Formats } from '#renderer/i18n/use-format.ts';

/** A text and the language it is in; `lang` is undefined where that is the window's own. */
export type LocalText = { readonly text: string; readonly lang: string | undefined };

/** The value of `lang` for a content language. */
export function htmlLangOf(locale: ContentLocale): string {
  return isLocale(locale) ? localeFacts[locale].htmlLang : locale;
}

/** The title of a pack or a listed course, from the languages it has; empty when it has none of ours. */
export function titleIn(titles: Partial<Record<Locale, string>>, locale: Locale): LocalText {
  const available = Object.keys(titles).filter(isLocale);
  const found = pickContentLocale(locale, available);
  const text = found === null ? '' : (titles[found] ?? '');
  return { text, lang: found === null || found === locale ? undefined : localeFacts[found].htmlLang };
}

/** A text of a course document in the language the course is shown in to somebody who asked for `locale`. */
export function courseText(course: Course, texts: Texts, locale: Locale): LocalText {
  const shown = contentLocale(course.locales, locale);
  return { text: textIn(texts, shown), lang: shown === locale ? undefined : htmlLangOf(shown) };
}

/** The name of a content language, said in the window's language; its code where we have no name for it. */
export function contentLanguageName(format: Formats, locale: ContentLocale): string {
  return isLocale(locale) ? format.language(locale) : locale;
}

/** The address of a file of an installed pack. */
export function packUrl(pack: string, path: string): string {
  return `pack://${pack}/${path.split('/').map(encodeURIComponent).join('/')}`;
}
