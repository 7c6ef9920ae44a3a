/** Labels and values of a membership's fields. */
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import type { FieldWords } from '../records/record-history.tsx';
import { useCommissionWords } from './commission-words.ts';

export function useMembershipWords(): FieldWords {
  const { t } = useTranslation('commissions');
  const { t: tApp } = useTranslation('app');
  const format = useFormat();
  const words = useCommissionWords();
  const labels: Readonly<Record<string, string>> = {
    commission: tApp('kind.commission'),
    contact: tApp('kind.contact'),
    role: t('memberForm.role'),
    nominatedBy: t('column.nominatedBy'),
    appointmentAct: t('field.appointmentAct'),
    startsOn: t('memberForm.startsOn'),
    endsOn: t('memberForm.endsOn'),
    leftOn: t('memberForm.leftOn'),
    leftReason: t('memberForm.leftReason'),
  };
  return {
    labelOf: (field) => labels[field] ?? field,
    valueOf: (field, value) => {
      if (value === null) return '';
      if (field === 'role') return words.role(value);
      if (field === 'leftReason') return words.reason(value);
      if (field.endsWith('On')) return format.date(String(value));
      return String(value);
    },
  };
}
