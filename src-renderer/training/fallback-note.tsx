import IconLanguage from '@tabler/icons-react/dist/esm/icons/IconLanguage.mjs';
import { localeFacts } from '#shared/i18n/locales.ts';
import type { ContentLocale } from '#shared/training/course.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { contentLanguageName } from './course-texts.ts';

/** Says, in the window's language, that a course is shown in another one because it does not exist in that. */
export function FallbackNote({ shown }: { shown: ContentLocale }) {
  const { t } = useTranslation('training');
  const format = useFormat();
  return (
    <div className="training-fallback" lang={localeFacts[format.locale].htmlLang}>
      <Note icon={<Icon of={IconLanguage} />}>
        {t('language.fallback', {
          wanted: format.language(format.locale),
          shown: contentLanguageName(format, shown),
        })}
      </Note>
    </div>
  );
}
