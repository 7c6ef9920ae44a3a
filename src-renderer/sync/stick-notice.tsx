import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCall } from '#renderer/app/api.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useExchangeOnNetwork } from './use-network.ts';
import { useTake } from './use-take.ts';

/** On any page but Sync, which says it itself: a stick with records for this laptop is in. Stays until it is taken in, put off or pulled. */
export function StickNotice() {
  useExchangeOnNetwork();
  const { t } = useTranslation('stick');
  const { value } = useCall('stick.state', {});
  const take = useTake();
  const navigate = useNavigate();
  const isOnPage = useLocation({ select: ({ pathname }) => pathname === '/sync' });
  const [putOff, setPutOff] = useState<string | null>(null);
  const arrival = value?.arrivals.find(({ what }) => what === 'parcels');
  const known = arrival === undefined ? null : `${arrival.place} ${arrival.files} ${arrival.bytes}`;
  if (arrival === undefined || known === putOff || isOnPage) return null;
  const name = value?.places.find(({ id }) => id === arrival.place)?.name ?? '';
  return (
    <div className="notice">
      <span>{t('notice.text', { name })}</span>
      <span className="acts">
        <button
          type="button"
          className="linklike"
          disabled={take.isBusy}
          onClick={() =>
            void take.run(arrival.place).then((isFine) => {
              // What was refused stands on the page, with its next step.
              if (!isFine) void navigate({ to: '/sync' });
            })
          }
        >
          {take.isBusy ? t('taking') : t('notice.take')}
        </button>
        <button type="button" className="linklike" onClick={() => setPutOff(known)}>
          {t('notice.later')}
        </button>
      </span>
    </div>
  );
}
