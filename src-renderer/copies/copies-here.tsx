import { useState } from 'react';
import type { CopiesState, FoundCopy } from '#shared/copies/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { copyKey, useCopyWords } from './copy-list.tsx';

/** The copies on the sticks that are in the laptop, each to be deleted after a question; nothing where there are none. */
export function CopiesHere({ state }: { state: CopiesState }) {
  const { t } = useTranslation('copies');
  const format = useFormat();
  const notify = useNotify();
  const remove = useCommand('copies.remove');
  const [ask, dialog] = useConfirm();
  const [removing, setRemoving] = useState<string | null>(null);
  const wordsOf = useCopyWords(state.places);
  const { copies, task } = state;
  const textOf = (copy: FoundCopy): string => {
    if (copy.problem !== null) return t(`remove.${copy.problem}`);
    const name = copy.laptop ?? '';
    const others = copies.filter((each) => each !== copy && each.folder === copy.folder && each.problem === null);
    const said = t(others.length > 0 ? 'remove.others' : 'remove.last', { name });
    return others.length > 0 && !copy.isOwn ? `${said} ${t('remove.room')}` : said;
  };
  const removeAfterAsking = async (copy: FoundCopy): Promise<void> => {
    const isSure = await ask({
      title: copy.madeAt === null ? t('remove.titleUnread') : t('remove.title', { when: format.dateTime(copy.madeAt) }),
      text: textOf(copy),
      confirm: t('remove.confirm'),
      cancel: t('remove.keep'),
      danger: true,
    });
    if (!isSure) return;
    setRemoving(copyKey(copy));
    const removed = await remove.run({ place: copy.place, copy: copy.copy });
    setRemoving(null);
    if (removed.ok) notify({ text: 'copies:remove.done' });
  };
  if (copies.length === 0) return remove.failure === null ? null : <FailureNote failure={remove.failure} />;
  return (
    <section className="copies-here" aria-label={t('here.title')}>
      <p className="b sm">{t('here.title')}</p>
      <ul className="rows">
        {copies.map((copy) => {
          const { facts } = wordsOf(copy);
          return (
            <li key={copyKey(copy)}>
              <span className="grow">
                <span className="sm num">{facts}</span>
                {copy.isNewest && <span className="sm b copy-note">{t('copy.newest')}</span>}
                {copy.problem !== null && <span className="sm b brick copy-note">{t(`copy.${copy.problem}`)}</span>}
              </span>
              <Button
                variant="danger"
                size="small"
                disabled={task !== null}
                busy={removing === copyKey(copy) && t('remove.busy')}
                aria-label={`${t('remove.button')}: ${facts}`}
                onClick={() => void removeAfterAsking(copy)}
              >
                {t('remove.button')}
              </Button>
            </li>
          );
        })}
      </ul>
      <FailureNote failure={remove.failure} />
      {dialog}
    </section>
  );
}
