import type { Road as RoadState } from '#shared/records/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

const stops: Record<RoadState, number> = { saved: 1, sent: 2, received: 3 };

function Rhombi({ filled, width }: { filled: number; width: number }) {
  return (
    <svg width={width} height={(width / 38) * 14} viewBox="0 0 38 14" aria-hidden="true">
      <path d="M7 7H31" stroke="var(--control-line)" strokeWidth="1.5" />
      {[1.5, 14, 26.5].map((left, index) => (
        <path
          key={left}
          d={`M${left} 7l5-5 5 5-5 5z`}
          fill={index < filled ? 'var(--accent)' : 'var(--sheet)'}
          stroke={index < filled ? 'var(--accent)' : 'var(--control-line)'}
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      ))}
    </svg>
  );
}

/** Where a record is: saved here, sent, received by the hub. Three rhombi; alone in a list's last column, named for screen readers. */
export function Road({ road }: { road: RoadState }) {
  const { t } = useTranslation('app');
  return (
    <span className="road" role="img" aria-label={t(`road.${road}.full`)} title={t(`road.${road}.full`)}>
      <Rhombi filled={stops[road]} width={34} />
    </span>
  );
}

/** The same with its words, for a record's page. `at` is the formatted time of the last step, where it is known. */
export function RecordRoad({ road, at }: { road: RoadState; at?: string | undefined }) {
  const { t } = useTranslation('app');
  return (
    <span className="road">
      <Rhombi filled={stops[road]} width={38} />
      <span className="words">
        {t(`road.${road}.full`)}
        {at !== undefined && ` ${at}`}
      </span>
    </span>
  );
}

/** What the three signs mean: stands in the foot of every list that has a road column. */
export function RoadLegend() {
  const { t } = useTranslation('app');
  return (
    <>
      {(['saved', 'sent', 'received'] as const).map((road) => (
        <span key={road} className="road xs">
          <Rhombi filled={stops[road]} width={34} />
          {t(`road.${road}.short`)}
        </span>
      ))}
    </>
  );
}
