import { useEffect } from 'react';
import IconClock from '@tabler/icons-react/dist/esm/icons/IconClockExclamation.mjs';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Note } from '#renderer/ui/sheet.tsx';

const dayMinutes = 1440;
/** Who has set the clock looks whether that was right. */
const lookAgainMs = 5000;

/** That this laptop's clock is off, and what to do; nothing while it is right. `brief`: that it is off. */
export function ClockNote({ brief = false }: { brief?: boolean }) {
  const { t } = useTranslation('sync');
  const format = useFormat();
  const { value, refresh } = useCall('sync.status', {});
  const clock = value?.clock ?? null;
  const isOff = clock !== null;
  useEffect(() => {
    if (!isOff) return undefined;
    const timer = setInterval(refresh, lookAgainMs);
    return () => clearInterval(timer);
  }, [isOff, refresh]);
  if (clock === null) return null;
  const title = t(clock.here < clock.hub ? 'clock.behind' : 'clock.ahead');
  if (brief)
    return (
      <p className="row g2 top sm" style={{ marginTop: 8 }}>
        <Icon of={IconClock} size={16} />
        <span className="b">{title}</span>
      </p>
    );
  const minutes = Math.round(Math.abs(clock.here - clock.hub) / 60_000);
  const times = t('clock.times', { here: format.dateTime(clock.here), hub: format.dateTime(clock.hub) });
  // Of days or years the two dates say more.
  const difference = minutes < dayMinutes ? t('clock.difference', { difference: format.duration(minutes) }) : '';
  return (
    <Note tone="ochre" icon={<Icon of={IconClock} />}>
      <p className="b">{title}</p>
      <p className="num">{`${times} ${difference}`.trim()}</p>
      <p className="sm">{t('clock.text')}</p>
    </Note>
  );
}
