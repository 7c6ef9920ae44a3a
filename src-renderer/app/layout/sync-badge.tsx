import { Link } from '@tanstack/react-router';
import IconCloudCheck from '@tabler/icons-react/dist/esm/icons/IconCloudCheck.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import type { SyncStatus } from '#shared/sync/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useLastStick } from '#renderer/sync/last-stick.ts';
import { toGo } from '#renderer/sync/next-road.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { useCall } from '../api.ts';
import { useProfile } from '../profile.ts';

const monthMs = 30 * 86_400_000;

/** Where our records are, in parts of which the last gives way first. Never red: no network is a state. */
export function SyncBadge() {
  const { t } = useTranslation('app');
  const { value } = useCall('sync.status', {});
  const words = useBadgeWords(value?.enrolled?.address === null);
  if (value === undefined) return null;
  const said = words(value);
  const [first, ...more] = said;
  const isOld = value.waitingSince !== null && Date.now() - value.waitingSince > monthMs;
  return (
    <Link
      to="/sync"
      className={`hb line${isOld ? ' ochre' : ''}`}
      aria-label={`${t('badge.label')}: ${said.join('. ')}`}
      title={said.join(' · ')}
    >
      <Icon of={value.state === 'up-to-date' ? IconCloudCheck : IconDeviceLaptop} />
      <span className="words num" aria-live="off" data-gives-way>
        <b className="b">{first}</b>
        {more.map((part, index) => (
          <span key={part} className={index + 1 < more.length ? 'mut more' : 'mut more last'}>
            · {part}
          </span>
        ))}
      </span>
    </Link>
  );
}

/** The badge's words, the weightiest first. `byStick`: of a laptop that exchanges by stick only. */
function useBadgeWords(byStick: boolean): (status: SyncStatus) => readonly string[] {
  const { t } = useTranslation('app');
  const { t: tStick } = useTranslation('stick');
  const { t: tSync } = useTranslation('sync');
  const lastStick = useLastStick(byStick);
  const format = useFormat();
  const { t: tFiles } = useTranslation('files');
  const { sample } = useProfile().state;
  const amount = ({ done, total, unit }: NonNullable<SyncStatus['progress']>): string =>
    unit === 'bytes'
      ? tFiles('traffic.amount', { done: format.bytes(done), total: format.bytes(total) })
      : t('badge.progress', { done: format.number(done), total: format.number(total) });
  const reason = ({ problem, refused }: SyncStatus): string => {
    if (refused > 0) return t('badge.refusedRecords', { number: format.number(refused) });
    return problem?.code === 'sync/log-parted'
      ? t('badge.parted', { laptop: String(problem['laptop']) })
      : t('badge.notTaken');
  };
  // The state of the line, or, where there is none to be on, what was done with the last stick, and when.
  const connected = (): string[] => {
    if (!byStick) return [t('badge.connected')];
    const act = lastStick?.act ?? null;
    const done = act === null ? tStick('badge') : tSync(`past.${act}`);
    return lastStick === null ? [done] : [done, format.recent(lastStick.at)];
  };
  return (status) => {
    const waiting = toGo(status) > 0 ? t('badge.waiting', { count: toGo(status) }) : null;
    if (sample) return [t('badge.sample')];
    switch (status.state) {
      case 'not-enrolled':
        return [t('badge.notEnrolled'), t('badge.here')];
      case 'syncing':
        return status.progress === null ? [t('badge.syncing')] : [t('badge.syncing'), amount(status.progress)];
      case 'up-to-date': {
        if (byStick) return [...connected(), t('badge.all')];
        const { lastContactAt } = status;
        return [
          ...connected(),
          ...(lastContactAt === null ? [] : [t('badge.received', { time: format.time(lastContactAt) })]),
        ];
      }
      case 'waiting':
        return [...connected(), waiting ?? t('badge.sent')];
      case 'partly':
        return [t('badge.partly'), reason(status)];
      case 'refused':
        return [t('badge.refused'), t('badge.here')];
      case 'offline':
        return [t('badge.offline'), waiting ?? t(status.sent > 0 ? 'badge.sent' : 'badge.here')];
    }
  };
}
