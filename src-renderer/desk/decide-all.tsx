import type { DeskLine } from '#shared/desk/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';

type Sort = Pick<DeskLine, 'kind' | 'what'> & { readonly count: number };

/** Everything of one sort at once, whatever page is listed, for the day after a long time without a connection. */
export function DecideAll({ bySort }: { bySort: readonly Sort[] }) {
  const { t } = useTranslation('desk');
  const { t: tApp } = useTranslation('app');
  const format = useFormat();
  const notify = useNotify();
  const decide = useCommand('desk.decideAll');
  const [ask, dialog] = useConfirm();

  async function all({ kind, what, count }: Sort, way: 'standing' | 'here', answer: string) {
    const title = `${tApp(`kinds.${kind}`)}: ${format.number(count)}. ${answer}`;
    const sure = await ask({ title, text: t('all.sure'), confirm: t('all.confirm'), cancel: t('all.cancel') });
    if (!sure) return;
    const result = await decide.run({ kind, what, way });
    if (result.ok)
      notify({
        text: result.value.left === 0 ? 'desk:all.done' : 'desk:all.doneLeft',
        values: { number: result.value.decided, left: result.value.left },
      });
  }
  const sorts = bySort.filter(({ count }) => count > 1);
  if (sorts.length === 0) return null;
  return (
    <Sheet title={t('all.title')} pad>
      {sorts.map((sort) => (
        <div key={`${sort.kind} ${sort.what}`} className="desk-all">
          <p className="sm b">{tApp(`kinds.${sort.kind}`)}</p>
          {sort.what === 'record' ? (
            <>
              <Button
                size="small"
                variant="default"
                disabled={decide.isBusy}
                onClick={() => void all(sort, 'standing', t('all.standing'))}
              >
                {t('all.standing')}
              </Button>
              <Button
                size="small"
                variant="default"
                disabled={decide.isBusy}
                onClick={() => void all(sort, 'here', t('all.here'))}
              >
                {t('all.here')}
              </Button>
            </>
          ) : (
            <Button
              size="small"
              variant="default"
              disabled={decide.isBusy}
              onClick={() => void all(sort, 'standing', t('all.different'))}
            >
              {t('all.different')}
            </Button>
          )}
        </div>
      ))}
      <FailureNote failure={decide.failure} />
      {dialog}
    </Sheet>
  );
}
