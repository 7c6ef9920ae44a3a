import type { DeskLine } from '#shared/desk/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';

/** Everything of one sort at once, for the day after a long time without a connection. */
export function DecideAll({
  lines,
  byKind,
}: {
  lines: readonly DeskLine[];
  byKind: readonly { kind: DeskLine['kind']; count: number }[];
}) {
  const { t } = useTranslation('desk');
  const { t: tApp } = useTranslation('app');
  const format = useFormat();
  const notify = useNotify();
  const decide = useCommand('desk.decideAll');
  const [ask, dialog] = useConfirm();

  const linesOf = (kind: DeskLine['kind'], what: DeskLine['what']): number =>
    lines.filter((line) => line.kind === kind && line.what === what).length;
  // Of a list that goes on beyond what is here the number is not known.
  const isWhole = byKind.reduce((sum, { count }) => sum + count, 0) === lines.length;

  async function all(kind: DeskLine['kind'], what: DeskLine['what'], way: 'standing' | 'here', answer: string) {
    const count = isWhole ? `: ${format.number(linesOf(kind, what))}` : '';
    const title = `${tApp(`kinds.${kind}`)}${count}. ${answer}`;
    const sure = await ask({ title, text: t('all.sure'), confirm: t('all.confirm'), cancel: t('all.cancel') });
    if (!sure) return;
    const result = await decide.run({ kind, what, way });
    if (result.ok)
      notify({
        text:
          result.value.left === 0
            ? t('all.done', { number: result.value.decided })
            : t('all.doneLeft', { number: result.value.decided, left: result.value.left }),
      });
  }
  const sorts = byKind.flatMap(({ kind }) =>
    (['record', 'clash'] as const).flatMap((what) => (linesOf(kind, what) > 1 ? [{ kind, what }] : [])),
  );
  if (sorts.length === 0) return null;
  return (
    <Sheet title={t('all.title')} pad>
      {sorts.map(({ kind, what }) => (
        <div key={`${kind} ${what}`} className="desk-all">
          <p className="sm b">{tApp(`kinds.${kind}`)}</p>
          {what === 'record' ? (
            <>
              <Button
                size="small"
                variant="default"
                disabled={decide.isBusy}
                onClick={() => void all(kind, what, 'standing', t('all.standing'))}
              >
                {t('all.standing')}
              </Button>
              <Button
                size="small"
                variant="default"
                disabled={decide.isBusy}
                onClick={() => void all(kind, what, 'here', t('all.here'))}
              >
                {t('all.here')}
              </Button>
            </>
          ) : (
            <Button
              size="small"
              variant="default"
              disabled={decide.isBusy}
              onClick={() => void all(kind, what, 'standing', t('all.different'))}
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
