import { useTranslation } from '#renderer/i18n/use-translation.ts';

/** The columns of a table of courses, those on this laptop and those on a stick alike. */
export function CourseTableHead() {
  const { t } = useTranslation('training');
  return (
    <thead>
      <tr>
        <th scope="col">{t('table.course')}</th>
        <th scope="col">{t('table.languages')}</th>
        <th scope="col" className="right">
          {t('table.size')}
        </th>
        <th scope="col">{t('table.version')}</th>
        <th scope="col">{t('table.state')}</th>
        <th scope="col">
          <span className="vh">{t('table.act')}</span>
        </th>
      </tr>
    </thead>
  );
}
