import { useViewSetting } from '#renderer/app/view-setting.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { type ContentLocale, contentLocale, type Course } from '#shared/training/course.ts';

/** The language of a course's content: the window's own until the reader chooses another, which the laptop remembers. */
export function useContentLocale(course: Course): {
  locale: ContentLocale;
  isFallback: boolean;
  choose: (locale: ContentLocale) => void;
} {
  const format = useFormat();
  const [chosen, choose] = useViewSetting<string>('training.content', '');
  if (course.locales.includes(chosen)) return { locale: chosen, isFallback: false, choose };
  const locale = contentLocale(course.locales, format.locale);
  return { locale, isFallback: locale !== format.locale, choose };
}
