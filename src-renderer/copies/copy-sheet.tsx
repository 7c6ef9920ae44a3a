import { useState } from 'react';
import { useCall } from '#renderer/app/api.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { CodeNote } from './code-note.tsx';
import { CopiesHere } from './copies-here.tsx';
import { CopyDialog } from './copy-dialog.tsx';
import { CopyProgress } from './copy-progress.tsx';
import './copies.css';

/** When the last whole copy went onto a stick, what is under way, the way to make one, and those on the sticks that are in. */
export function CopySheet() {
  const { t } = useTranslation('copies');
  const format = useFormat();
  const notify = useNotify();
  const write = useCommand('copies.write');
  const [isChoosing, setIsChoosing] = useState(false);
  const { value: state } = useCall('copies.state', {});
  if (state === undefined) return null;
  const { last, task } = state;
  const start = (place: string, laptop: string): void => {
    setIsChoosing(false);
    void write.run({ place, laptop }).then((result) => {
      if (result.ok) notify({ text: 'copies:done' });
    });
  };
  const isWriting = task?.doing === 'write';
  return (
    <Sheet
      title={t('title')}
      side={
        !isWriting && (
          <Button size="small" onClick={() => setIsChoosing(true)}>
            {t('write')}
          </Button>
        )
      }
      pad
    >
      <div className="col g3">
        <div>
          <p className="b">{last === null ? t('never') : t('lastHere', { when: format.ago(last.madeAt) })}</p>
          {last !== null && (
            <p className="sm mut num">{t('lastOn', { name: last.place, bytes: format.bytes(last.bytes) })}</p>
          )}
        </div>
        {isWriting ? <CopyProgress task={task} /> : <p className="sm mut">{t('text')}</p>}
        {!isWriting && <FailureNote failure={write.failure ?? state.problem} />}
        {last !== null && <CodeNote code={state.code} />}
        <CopiesHere state={state} />
      </div>
      {isChoosing && <CopyDialog state={state} onStart={start} onClose={() => setIsChoosing(false)} />}
    </Sheet>
  );
}
