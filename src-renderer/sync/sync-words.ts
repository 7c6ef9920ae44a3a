import type { SyncStatus } from '#shared/sync/contract.ts';
import { useFailureText } from '#renderer/app/failure-text.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { toGo } from './next-road.ts';

/** The state of the exchange in one title and one sentence: first what is safe. */
export function useSyncWords(): (status: SyncStatus, isSample: boolean) => { title: string; text: string } {
  const { t } = useTranslation('sync');
  const format = useFormat();
  const textOf = useFailureText();
  // Of what is over in a moment it would only flicker.
  const timeLeft = ({ progress }: SyncStatus): string =>
    (progress?.secondsLeft ?? 0) < 60 ? '' : format.timeLeft(Math.round((progress?.secondsLeft ?? 0) / 60));
  const underWay = ({ progress }: SyncStatus): string => {
    if (progress === null) return t('state.syncingText');
    const { done, total, unit } = progress;
    if (unit === 'changes') return t('state.progress', { done: format.number(done), total: format.number(total) });
    return t('state.progressBytes', { done: format.bytes(done), total: format.bytes(total) });
  };
  return (status, isSample) => {
    if (isSample) return { title: t('state.sample.title'), text: t('state.sample.text') };
    // Who has just written a stick would read «never» as that it came to nothing.
    const never = status.sent > 0 ? '' : t('last.never');
    const last = status.lastContactAt === null ? never : t('last.at', { when: format.recent(status.lastContactAt) });
    const leaves = toGo(status);
    const waiting = leaves > 0 ? t('waiting', { count: leaves }) : null;
    const refused = status.refused > 0 ? t('refused', { number: format.number(status.refused) }) : '';
    // The hub, this laptop's disk or the line: what it was is said at once, as Today shows no more than this.
    const isSaid = refused !== '' && status.problem?.code === 'sync/hub-refused';
    const cause = status.problem === null || isSaid ? '' : `${textOf(status.problem).title}.`;
    const inOrder = (...sentences: string[]): string => sentences.filter((each) => each !== '').join(' ');
    const onTheWay = t('state.onTheWay', { number: format.number(status.sent) });
    switch (status.state) {
      case 'not-enrolled':
        return { title: t('state.saved'), text: t('state.notEnrolled') };
      case 'offline':
        return { title: t('state.saved'), text: inOrder(t('state.offline'), refused, waiting ?? last) };
      case 'waiting':
        return { title: t('state.saved'), text: inOrder(last, waiting ?? onTheWay) };
      case 'syncing':
        return {
          title: [t('state.syncing'), timeLeft(status)].filter((part) => part !== '').join(' · '),
          text: underWay(status),
        };
      case 'up-to-date':
        return { title: t('state.received'), text: last };
      case 'partly':
      case 'refused':
        return { title: t('state.saved'), text: inOrder(cause, refused, waiting ?? last) };
    }
  };
}
