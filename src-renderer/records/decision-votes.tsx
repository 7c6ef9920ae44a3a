import IconCircleCheck from '@tabler/icons-react/dist/esm/icons/IconCircleCheck.mjs';
import IconClock from '@tabler/icons-react/dist/esm/icons/IconClock.mjs';
import type { RecordView } from '#shared/records/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { NumberField } from '#renderer/ui/number-field.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { numberOf } from './record-values.ts';

type Values = RecordView['values'];
const fields = ['present', 'votesFor', 'votesAgainst', 'votesAbstained'] as const;

/** Who was there and how they voted; the quorum beside it. `sitting`: members on this day. */
export function DecisionVotes({
  values,
  set,
  onBlur,
  commission,
  sitting,
}: {
  values: Values;
  set: (changes: Partial<Values>) => void;
  onBlur: () => void;
  commission: RecordView | null;
  sitting: number | null;
}) {
  const { t } = useTranslation('records');
  const shown = { values };
  const field = (name: (typeof fields)[number]) => (
    <NumberField
      label={t(`vote.${name}`)}
      value={numberOf(shown, name)}
      max={500}
      onBlur={onBlur}
      onChange={(value) => set({ [name]: value })}
    />
  );
  const quorum = quorumOf(values, commission);
  const sum = voteSum(values);
  const present = numberOf(shown, 'present');
  return (
    <Sheet
      title={t('vote.title')}
      side={sitting !== null && <span className="sm mut num">{t('vote.members', { count: sitting })}</span>}
      pad
    >
      <div className="decision-votes">
        {field('present')}
        {field('votesFor')}
        {field('votesAgainst')}
        {field('votesAbstained')}
      </div>
      {quorum !== null && (
        <p className={`row g2 top sm decision-quorum${quorum.isThere ? '' : ' ochre b'}`}>
          <Icon of={quorum.isThere ? IconCircleCheck : IconClock} />
          <span>{quorum.isThere ? t('vote.quorum') : t('vote.noQuorum', { count: quorum.needed })}</span>
        </p>
      )}
      {present !== null && sum !== null && sum !== present && (
        <p className="row g2 top sm ochre b decision-quorum">
          <Icon of={IconClock} />
          <span>{t('vote.sumDiffers', { sum, present })}</span>
        </p>
      )}
    </Sheet>
  );
}

/** Whether those present are enough; null where either number is not known. */
export function quorumOf(values: Values, commission: RecordView | null): { isThere: boolean; needed: number } | null {
  const needed = commission === null ? null : numberOf(commission, 'quorum');
  const present = numberOf({ values }, 'present');
  return needed === null || present === null ? null : { isThere: present >= needed, needed };
}

function voteSum(values: Values): number | null {
  const counts = (['votesFor', 'votesAgainst', 'votesAbstained'] as const).map((name) => numberOf({ values }, name));
  return counts.every((count) => count === null) ? null : counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
}
