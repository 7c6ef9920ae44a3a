import { useRef, useState } from 'react';
import { pieceBytes } from '#shared/files/contract.ts';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Failure, Result } from '#shared/kernel/result.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { call } from '#renderer/app/bridge.ts';

export type Attach = {
  /** Adds files one after another; what goes wrong with one does not stop the others. */
  readonly add: (files: readonly File[]) => Promise<void>;
  /** The file under way and how many of its bytes are saved. */
  readonly adding: { readonly name: string; readonly done: number; readonly bytes: number } | null;
  readonly failures: readonly Failure[];
  /** What was added last, for a note; null when nothing was. */
  readonly clear: () => void;
};

/** Takes files from the window to a record, piece by piece: a window never holds one whole. `recordId` makes the record where it is not saved yet. */
export function useAttach(
  kind: RecordView['kind'],
  recordId: () => Promise<Id | null>,
  onAdded: (name: string) => void,
): Attach {
  const [adding, setAdding] = useState<Attach['adding']>(null);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const last = useRef(Promise.resolve());

  async function addOne(file: File, id: Id): Promise<Result<unknown>> {
    const begun = await call('files.begin', { name: file.name, bytes: file.size });
    if (!begun.ok) return begun;
    const { upload } = begun.value;
    for (let offset = 0; offset < file.size; offset += pieceBytes) {
      setAdding({ name: file.name, done: offset, bytes: file.size });
      let piece: Uint8Array;
      try {
        piece = new Uint8Array(await file.slice(offset, offset + pieceBytes).arrayBuffer());
      } catch {
        // The stick was pulled, or the file was moved away.
        await call('files.discard', { upload });
        return { ok: false, error: { code: 'files/unreadable', name: file.name } };
      }
      const appended = await call('files.append', { upload, offset, piece: bytesToBase64(piece) });
      if (!appended.ok) return appended;
    }
    return call('files.attach', { upload, kind, id });
  }

  async function addAll(files: readonly File[]): Promise<void> {
    setFailures([]);
    const id = await recordId();
    if (id === null) return;
    for (const file of files) {
      setAdding({ name: file.name, done: 0, bytes: file.size });
      const added = await addOne(file, id);
      if (added.ok) onAdded(file.name);
      else setFailures((before) => [...before, added.error]);
    }
    setAdding(null);
  }

  return {
    add(files) {
      last.current = last.current.then(() => addAll(files));
      return last.current;
    },
    adding,
    failures,
    clear: () => setFailures([]),
  };
}
