import { daysBetween } from '#shared/i18n/dates.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Rhombus } from '#renderer/ui/weave.tsx';

/** Shares of the line's width below which two dates, or two rhombi, would lie on each other. */
const labelGap = 0.21;
const rhombusGap = 0.055;
/** Changes lie on this part of the line; the rest keeps them off the word «today». */
const changesEnd = 0.78;

/** The days on which the composition changed, as rhombi on a line that ends today. The filled one holds on the day shown. */
export function CompositionLine({
  days,
  shown,
  today,
  onPick,
}: {
  days: readonly string[];
  shown: string;
  today: string;
  onPick: (day: string) => void;
}) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const past = days.filter((day) => day <= today);
  const first = past[0];
  if (first === undefined || first === today) return null;
  const current = past.findLast((day) => day <= shown) ?? null;
  const points = placed(past, first, today);
  const labelled = new Set<string>();
  const order = [points.find((point) => point.day === current), points[0], ...points.toReversed()];
  for (const point of order) {
    if (point === undefined || labelled.has(point.day)) continue;
    if (points.every((other) => !labelled.has(other.day) || Math.abs(other.at - point.at) >= labelGap))
      labelled.add(point.day);
  }
  return (
    <ol className="commissions-line" aria-label={t('line.label')}>
      {points.map(({ day, at }) => (
        <li key={day} style={{ left: `${at * 100}%` }}>
          <button
            type="button"
            aria-current={day === current ? 'date' : undefined}
            aria-label={t('line.day', { date: format.date(day, 'long') })}
            title={format.date(day)}
            onClick={() => onPick(day)}
          >
            <Rhombus size={18} tone="accent" hollow={day !== current} />
          </button>
          {labelled.has(day) && <span className={`num ${day === current ? 'b' : ''}`}>{format.date(day)}</span>}
        </li>
      ))}
      <li className="today">
        <button type="button" aria-label={t('line.today')} onClick={() => onPick(today)} />
        <span className="b">{t('line.todayShort')}</span>
      </li>
    </ol>
  );
}

/** Where each day lies between the first (0) and today (1), pushed apart so that each can be pressed. */
function placed(days: readonly string[], first: string, today: string): { day: string; at: number }[] {
  const span = Math.max(1, daysBetween(first, today));
  const points = days.map((day) => ({ day, at: (changesEnd * daysBetween(first, day)) / span }));
  let last = -1;
  for (const point of points) {
    point.at = Math.max(point.at, last + rhombusGap);
    last = point.at;
  }
  let next = changesEnd + rhombusGap;
  for (const point of points.toReversed()) {
    point.at = Math.min(point.at, next);
    next = point.at - rhombusGap;
  }
  return points;
}
