import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import type { DueItem } from './use-due.ts';

/** Date, what, why and who, one button. Overdue has a bar and the words. */
export function DueList({ items, today }: { items: readonly DueItem[]; today: string }) {
  const { t } = useTranslation('today');
  const format = useFormat();
  return (
    <ul className="today-due">
      {items.map((item) => {
        const isDraft = item.link.to === '/records/decisions/$id';
        return (
          <li key={item.key} className={item.on !== null && item.on < today && !isDraft ? 'overdue' : ''}>
            <span className="when num">
              {item.on === null ? (
                <span className="sm mut">{t('due.noDate')}</span>
              ) : (
                <>
                  <b>{item.on === today ? t('due.today') : format.date(item.on).slice(0, 5)}</b>
                  <span className="xs mut">{format.date(item.on, 'weekday')}</span>
                </>
              )}
            </span>
            <span>
              <span className="what" style={{ display: 'block' }}>
                {item.title}
              </span>
              <span className="sm mut">{item.why}</span>
            </span>
            <ButtonLink {...item.link} size="small">
              {item.action}
            </ButtonLink>
          </li>
        );
      })}
    </ul>
  );
}
