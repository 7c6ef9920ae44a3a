import type { ReactNode } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

/** A table of courses: on this laptop, on a stick, on the hub's shelf. All have the same columns; `rows` are its `tr`. */
export function CourseTableFrame({
  rows,
  label,
  className = '',
}: {
  rows: ReactNode;
  label?: string;
  className?: string;
}) {
  return (
    <div className="table-wrap">
      <table className={`table ${className}`.trimEnd()} aria-label={label}>
        <Head />
        <tbody>{rows}</tbody>
      </table>
    </div>
  );
}

function Head() {
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
