/**
 * The one door between pages and the rest. A call is answered only to the main frame of one of our own windows that shows
 * our own page; `shell.*` is answered here, calls that take or give paths are unknown to pages, all others go to the core.
 *
 * Codes made here: `rpc/refused-sender`, `rpc/unknown-call`, `rpc/too-large`, `rpc/bad-input`.
 */
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Dispatch } from '#shared/contract/rpc.ts';
import type { Logger } from '#shared/kernel/ports.ts';
import { err, type Failure, type Result } from '#shared/kernel/result.ts';
import { shellOnlyCalls } from '#shared/packs/contract.ts';
import { isAppPage } from './lockdown.ts';

export type IpcDeps = {
  readonly ipcMain: IpcMain;
  /** Whether a page belongs to a window that the shell opened. */
  readonly isOurs: (contents: WebContents) => boolean;
  /** The shell's own calls, made by one page. */
  readonly dispatchShell: (contents: WebContents) => Dispatch;
  readonly dispatchCore: Dispatch;
  readonly logger: Logger;
};

/** Largest input in UTF-16 units of its JSON. Large bytes travel as files and streams; those of a file that a person adds in pieces that fit (`files.append`). */
export const longestInput = 2 * 1024 * 1024;
const callName = /^[a-z][A-Za-z]{0,39}\.[a-z][A-Za-z]{0,59}$/;

/** Starts answering. */
export function serveCalls(deps: IpcDeps): void {
  deps.ipcMain.handle('komissiya:call', async (event, name: unknown, input: unknown): Promise<Result<unknown>> => {
    if (!isTrusted(event, deps)) {
      deps.logger.warn('shell/sender-refused', { mainFrame: event.senderFrame === event.sender.mainFrame });
      return err({ code: 'rpc/refused-sender' });
    }
    const refusal = refuseCall(name, input);
    if (refusal !== null || typeof name !== 'string') return err(refusal ?? { code: 'rpc/unknown-call' });
    return name.startsWith('shell.') ? deps.dispatchShell(event.sender)(name, input) : deps.dispatchCore(name, input);
  });
}

function isTrusted(event: IpcMainInvokeEvent, deps: IpcDeps): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && deps.isOurs(event.sender) && isAppPage(frame.url);
}

/** Why a call may not go on as it is; null when it may. Whether the name exists, the dispatcher knows. */
export function refuseCall(name: unknown, input: unknown): Failure | null {
  if (typeof name !== 'string' || !callName.test(name) || shellOnlyCalls.includes(name)) {
    return { code: 'rpc/unknown-call' };
  }
  let size: number;
  try {
    size = JSON.stringify(input)?.length ?? 0;
  } catch {
    // Cycles and big integers, which no call takes.
    return { code: 'rpc/bad-input', paths: [] };
  }
  return size > longestInput ? { code: 'rpc/too-large', limit: longestInput } : null;
}
