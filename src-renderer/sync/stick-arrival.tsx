import type { ReactNode } from 'react';
import type { StickArrival, StickState } from '#shared/sync/stick-contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Note } from '#renderer/ui/sheet.tsx';

/** What lies on a stick for this laptop, and the button for it. */
export function StickArrivalNote({
  arrival,
  state,
  children,
}: {
  arrival: StickArrival;
  state: StickState;
  children: ReactNode;
}) {
  const { t } = useTranslation('stick');
  const format = useFormat();
  const name = state.places.find(({ id }) => id === arrival.place)?.name ?? '';
  const hub = arrival.hubName ?? '';
  const digits = arrival.digits === null ? '' : spaced(arrival.digits);
  const title = {
    parcels: t('arrival.parcels', { name, bytes: format.bytes(arrival.bytes) }),
    answer: t('arrival.answer', { name, hub }),
    invitation: t('arrival.invitation', { name, hub }),
  }[arrival.what];
  const text = {
    parcels: t('arrival.parcelsText'),
    answer: digits === '' ? t('arrival.answerKnown') : t('arrival.answerDigits', { digits }),
    invitation: t('arrival.invitationText', { digits }),
  }[arrival.what];
  return (
    <Note>
      <p className="b">{title}</p>
      <p className="sm">{text}</p>
      {children !== null && (
        <div className="row g3 wrap" style={{ marginTop: 10 }}>
          {children}
        </div>
      )}
    </Note>
  );
}

/** Six digits in two groups, as people read them out. */
export function spaced(digits: string): string {
  return `${digits.slice(0, 3)}\u00a0${digits.slice(3)}`;
}
