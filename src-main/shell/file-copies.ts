/**
 * Attachments leaving the app: saved where a person chooses, or opened in the system's program. To be opened a file has to lie in the clear;
 * such copies live in a folder of their own inside the profile and are wiped at the lock, at the end and at the next start.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { dialog, shell } from 'electron';
import type { Dispatch } from '#shared/contract/rpc.ts';
import type { FileTarget } from '#shared/contract/shell-contract.ts';
import { isAttachable, tidyFileName } from '#shared/files/attachment.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { freePath, safeFileName } from './pdf-file.ts';
import type { ShellTexts } from './texts.ts';
import type { Windows } from './windows.ts';

export type FileCopiesDeps = {
  readonly dispatchCore: Dispatch;
  readonly windows: Pick<Windows, 'main'>;
  readonly texts: ShellTexts;
  /** Of the profile: copies to be opened lie below it. */
  readonly profile: string;
  /** Where the dialog begins. */
  readonly documentsDirectory: string;
  /** Saves here without asking; null asks. */
  readonly saveDirectory: string | null;
};

export type FileCopies = {
  save(target: FileTarget): Promise<Result<{ fileName: string }>>;
  /** Failures: those of `files.copyOut`, `shell/no-program`. */
  open(target: FileTarget): Promise<Result<Record<string, never>>>;
  /** Removes what was opened; what a program still holds goes with the next time. */
  wipe(): void;
};

export function createFileCopies(deps: FileCopiesDeps): FileCopies {
  const folder = join(deps.profile, 'opened');
  let mayHold = true;
  let copies = 0;

  const copyOut = ({ kind, id, sha256 }: FileTarget, path: string): Promise<Result<unknown>> =>
    deps.dispatchCore('files.copyOut', { kind, id, sha256, path });

  async function choosePath(name: string): Promise<string | null> {
    const ending = extname(name);
    const stem = safeFileName(basename(name, ending));
    if (deps.saveDirectory !== null) return freePath(deps.saveDirectory, stem, ending);
    const options = {
      title: deps.texts('file.title'),
      buttonLabel: deps.texts('file.save'),
      defaultPath: freePath(deps.documentsDirectory, stem, ending),
    };
    const main = deps.windows.main();
    const answer = await (main === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(main, options));
    if (answer.canceled || answer.filePath === '') return null;
    // The ending says what the file is, whatever was typed; the dialog has asked about the name as typed only.
    if (extname(answer.filePath).toLowerCase() === ending.toLowerCase()) return answer.filePath;
    return freePath(dirname(answer.filePath), basename(answer.filePath), ending);
  }

  return {
    async save(target) {
      const name = tidyFileName(target.name);
      if (!isAttachable(name)) return err({ code: 'files/wrong-type', name });
      const path = await choosePath(name);
      if (path === null) return err({ code: 'shell/cancelled' });
      const copied = await copyOut(target, path);
      return copied.ok ? ok({ fileName: basename(path) }) : copied;
    },
    async open(target) {
      const name = tidyFileName(target.name);
      // The name comes from another laptop: nothing that runs is handed to the system.
      if (!isAttachable(name)) return err({ code: 'files/wrong-type', name });
      copies += 1;
      mayHold = true;
      const own = join(folder, String(copies));
      mkdirSync(own, { recursive: true, mode: 0o700 });
      const ending = extname(name);
      const path = join(own, `${safeFileName(basename(name, ending))}${ending}`);
      const copied = await copyOut(target, path);
      if (!copied.ok) return copied;
      const problem = await shell.openPath(path);
      return problem === '' ? ok({}) : err({ code: 'shell/no-program', name });
    },
    wipe() {
      if (!mayHold) return;
      mayHold = false;
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        mayHold = true; // Windows keeps what is open in a program
      }
    },
  };
}
