import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import type { RecordView } from '#shared/records/contract.ts';
import { paperText } from '#shared/records/record-title.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { numberOf, textOrNull } from '../records/record-values.ts';

/** What is known of the commission: seats, quorum, act, address. `levelSeats`: what the law gives a commission of this level. */
export function CommissionFacts({
  commission,
  taken,
  levelSeats,
  onEdit,
}: {
  commission: RecordView;
  taken: number;
  levelSeats: number | null;
  onEdit: (() => void) | null;
}) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const seats = numberOf(commission, 'seats');
  const quorum = numberOf(commission, 'quorum');
  const appointed = [textOrNull(commission, 'appointedBy'), textOrNull(commission, 'appointmentAct')]
    .filter((part) => part !== null)
    .join(', ');
  const facts: [string, string | null][] = [
    [t('composition'), seats === null ? null : t('seatsTaken', { taken, seats })],
    [t('field.quorum'), quorum === null ? null : t('memberCount', { count: quorum })],
    [t('field.appointedBy'), appointed === '' ? null : appointed],
    [t('field.place'), paperText(commission, 'place', format.locale) || null],
    [t('field.address'), textOrNull(commission, 'address')],
    [t('field.phone'), textOrNull(commission, 'phone')],
    [t('field.email'), textOrNull(commission, 'email')],
  ];
  const known = facts.filter(([, value]) => value !== null);
  const missing = seats === null || quorum === null;
  return (
    <Sheet
      title={t('facts')}
      side={
        onEdit !== null && (
          <Button variant="subtle" size="small" icon={IconPencil} onClick={onEdit}>
            {t('edit')}
          </Button>
        )
      }
      pad
    >
      {missing && (
        <p className={`sm commissions-missing ${onEdit === null ? 'mut' : 'ochre b'}`}>
          {levelSeats === null ? t('factsMissing') : t('factsMissingLaw', { count: levelSeats })}
        </p>
      )}
      <dl className="commissions-facts">
        {known.map(([label, value]) => [<dt key={`${label}-name`}>{label}</dt>, <dd key={label}>{value}</dd>])}
      </dl>
    </Sheet>
  );
}
