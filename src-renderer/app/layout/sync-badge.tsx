import { Link } from '@tanstack/react-router';
import IconCloudCheck from '@tabler/icons-react/dist/esm/icons/IconCloudCheck.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import type { SyncStatus } from '#shared/sync/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { toGo } from '#renderer/sync/next-road.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { useCall } from '../api.ts';
import { useProfile } from '../profile.ts';

const monthMs = 30 * 86_400_000;

/** Where our records are, in two halves; the second gives way first. Never red: no network is a state. */
export function SyncBadge() {
  const { t } = useTranslation('app');
  const words = useBadgeWords();
  const { value } = useCall('sync.status', {});
  if (value === undefined) return null;
  const [first, second] = words(value);
  const isOld = value.waitingSince !== null && Date.now() - value.waitingSince > monthMs;
  return (
    <Link
      to="/sync"
      className={`hb line${isOld ? ' ochre' : ''}`}
      aria-label={`${t('badge.label')}: ${first}. ${second ?? ''}`}
      title={second === null ? first : `${first} · ${second}`}
    >
      <Icon of={value.state === 'up-to-date' ? IconCloudCheck : IconDeviceLaptop} />
      <span className="words num" aria-live="off" data-gives-way>
        <b className="b">{first}</b>
        {second !== null && <span className="mut second">· {second}</span>}
      </span>
    </Link>
  );
}

function useBadgeWords(): (status: SyncStatus) => [string, string | null] {
  const { t } = useTranslation('app');
  const { t: tStick } = useTranslation('stick');
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
  return (status) => {
    const waiting = toGo(status) > 0 ? t('badge.waiting', { count: toGo(status) }) : null;
    // A laptop that exchanges by stick has no line to be on.
    const connected = status.enrolled?.address === null ? tStick('badge') : t('badge.connected');
    if (sample) return [t('badge.sample'), null];
    switch (status.state) {
      case 'not-enrolled':
        return [t('badge.notEnrolled'), t('badge.here')];
      case 'syncing':
        return [t('badge.syncing'), status.progress === null ? null : amount(status.progress)];
      case 'up-to-date':
        return [
          connected,
          status.lastContactAt === null ? null : t('badge.received', { time: format.time(status.lastContactAt) }),
        ];
      case 'waiting':
        return [connected, waiting ?? t('badge.sent')];
      case 'partly':
        return [t('badge.partly'), reason(status)];
      case 'refused':
        return [t('badge.refused'), t('badge.here')];
      case 'offline':
        return [t('badge.offline'), waiting ?? t('badge.here')];
    }
  };
}
