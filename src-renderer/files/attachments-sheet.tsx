import { type DragEvent, useRef, useState } from 'react';
import IconPaperclip from '@tabler/icons-react/dist/esm/icons/IconPaperclip.mjs';
import IconPlus from '@tabler/icons-react/dist/esm/icons/IconPlus.mjs';
import { attachmentEndings, maxAttachmentBytes } from '#shared/files/attachment.ts';
import type { FileView } from '#shared/files/contract.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { call } from '#renderer/app/bridge.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { AttachmentRow } from './attachment-row.tsx';
import { useAttach } from './use-attach.ts';
import './files.css';

/** Stands in the input of a call that is not made. */
const noId = '00000000-0000-7000-8000-000000000000' as Id;

/**
 * The files of a record: what each is called, where it is, and what can be done with it. `edit` gives the record's id, making the record
 * where it is not saved yet; without it the list is only read.
 */
export function AttachmentsSheet({
  kind,
  id,
  isSealed,
  edit,
}: {
  kind: RecordView['kind'];
  id: Id | null;
  isSealed: boolean;
  edit?: () => Promise<Id | null>;
}) {
  const { t } = useTranslation('files');
  const format = useFormat();
  const notify = useNotify();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const list = useCall('files.list', { kind, id: id ?? noId }, { enabled: id !== null });
  const attach = useAttach(kind, edit ?? (async () => null), (name) =>
    notify({ text: 'files:added', values: { name } }),
  );
  const items = list.value?.items ?? [];
  const own = items.filter((item) => !item.late);
  const late = items.filter((item) => item.late);
  const mayEdit = edit !== undefined;
  if (!mayEdit && items.length === 0) return null;

  const onRemoved = (file: FileView) =>
    notify({
      text: 'files:removed',
      values: { name: file.name },
      undo: {
        label: 'files:undo',
        onUndo: () => void call('files.restore', { kind, id: id ?? noId, sha256: file.sha256, name: file.name }),
      },
    });
  const rows = (files: readonly FileView[]) => (
    <ul className="rows files-rows">
      {files.map((file) => (
        <AttachmentRow
          key={file.sha256}
          kind={kind}
          id={id ?? noId}
          file={file}
          {...(mayEdit && { onRemoved: () => onRemoved(file) })}
        />
      ))}
    </ul>
  );
  const onDrag = (event: DragEvent) => {
    if (!mayEdit || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setIsOver(event.type === 'dragover');
    if (event.type === 'drop') void attach.add([...event.dataTransfer.files]);
  };
  const { adding } = attach;
  return (
    <div className={isOver ? 'files-drop over' : 'files-drop'} onDragOver={onDrag} onDragLeave={onDrag} onDrop={onDrag}>
      <Sheet
        title={t('title')}
        side={own.length > 0 && <span className="sm mut num">{format.number(own.length)}</span>}
      >
        {own.length > 0 && rows(own)}
        {late.length > 0 && (
          <>
            <div className="files-late">
              <p className="b">{t('late.title')}</p>
              <p className="sm mut">{t('late.text')}</p>
            </div>
            {rows(late)}
          </>
        )}
        {(mayEdit || isSealed || adding !== null || attach.failures.length > 0 || list.failure !== null) && (
          <div className="files-foot col g2">
            {adding !== null && (
              <div className="col g1" role="status">
                <span className="sm files-name">{adding.name}</span>
                <ProgressBar
                  percent={adding.bytes === 0 ? 0 : Math.floor((adding.done * 100) / adding.bytes)}
                  label={t('adding')}
                />
                <span className="sm mut">{t('adding')}</span>
              </div>
            )}
            <FailureNote failure={list.failure} />
            {attach.failures.map((failure, index) => (
              <FailureNote key={`${failure.code}-${String(index)}`} failure={failure} />
            ))}
            {isSealed && <p className="sm mut">{t('sealed')}</p>}
            {mayEdit && (
              <>
                <input
                  ref={input}
                  type="file"
                  multiple
                  className="vh"
                  tabIndex={-1}
                  aria-hidden="true"
                  accept={attachmentEndings.map((ending) => `.${ending}`).join(',')}
                  onChange={(event) => {
                    const files = [...(event.currentTarget.files ?? [])];
                    // The same file may be chosen again after a failure.
                    event.currentTarget.value = '';
                    void attach.add(files);
                  }}
                />
                <div>
                  <Button
                    size="small"
                    icon={own.length === 0 ? IconPaperclip : IconPlus}
                    disabled={adding !== null}
                    onClick={() => input.current?.click()}
                  >
                    {t('add')}
                  </Button>
                </div>
                <p className="sm mut">{isOver ? t('drop') : t('hint', { limit: format.bytes(maxAttachmentBytes) })}</p>
              </>
            )}
          </div>
        )}
      </Sheet>
    </div>
  );
}
