/**
 * Prints the renderer's own print pages. A page is laid out in a hidden window of the same safety as the main one and says
 * itself when it is ready (`shell.printReady`); margins and page numbers are its own CSS. One document at a time.
 */
import { dialog, type BrowserWindow, type WebContents } from 'electron';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import type { PrintTarget } from '#shared/contract/shell-contract.ts';
import type { Logger } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { freePath, safeFileName, writeWhole } from './pdf-file.ts';
import type { ShellTexts } from './texts.ts';
import type { Windows } from './windows.ts';

export type Target = z.infer<typeof PrintTarget>;

export type PrintingDeps = {
  readonly windows: Pick<Windows, 'openHidden' | 'main'>;
  readonly logger: Logger;
  readonly texts: ShellTexts;
  /** Where the dialog begins. */
  readonly documentsDirectory: string;
  /** Saves here without asking; null asks. */
  readonly pdfDirectory: string | null;
};

export type Printing = {
  toPdf(target: Target): Promise<Result<{ fileName: string }>>;
  print(target: Target): Promise<Result<Record<string, never>>>;
  /** Gives a print page its payload, once. Null for any other page. */
  takePayload(page: WebContents): string | null;
  /** A print page is ready; any other page is not heard. */
  markReady(page: WebContents): void;
};

const readyWithinMs = 20_000;

type Job = { page: WebContents; payload: string | null; ready: () => void };

export function createPrinting(deps: PrintingDeps): Printing {
  let job: Job | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** Runs `use` on the laid out page, after all earlier documents, and destroys the page. */
  function withPage<T>(target: Target, use: (window: BrowserWindow) => Promise<Result<T>>): Promise<Result<T>> {
    const turn = last.then(async (): Promise<Result<T>> => {
      const window = deps.windows.openHidden(target.route);
      try {
        const reason = await laidOut(window, target);
        if (reason === null) return await use(window);
        deps.logger.error('print/not-ready', { reason });
        return err({ code: 'shell/print-failed' });
      } finally {
        job = null;
        if (!window.isDestroyed()) window.destroy();
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for the page; null when it is ready, otherwise why not. */
  function laidOut(window: BrowserWindow, target: Target): Promise<string | null> {
    return new Promise((resolve) => {
      const tooLate = setTimeout(() => resolve('time'), readyWithinMs);
      const settle = (reason: string | null) => () => {
        clearTimeout(tooLate);
        resolve(reason);
      };
      const page = window.webContents;
      page.once('render-process-gone', settle('page-gone'));
      page.once('did-fail-load', settle('not-loaded'));
      job = { page, payload: target.payload ?? null, ready: settle(null) };
    });
  }

  async function choosePath(name: string): Promise<string | null> {
    if (deps.pdfDirectory !== null) return freePath(deps.pdfDirectory, name);
    const text = deps.texts;
    const options = {
      title: text('pdf.title'),
      buttonLabel: text('pdf.save'),
      defaultPath: freePath(deps.documentsDirectory, name),
      filters: [{ name: text('pdf.type'), extensions: ['pdf'] }],
    };
    const main = deps.windows.main();
    const answer = await (main === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(main, options));
    if (answer.canceled || answer.filePath === '') return null;
    if (/\.pdf$/i.test(answer.filePath)) return answer.filePath;
    // The dialog asked about the name without its ending only, so the name with it must be free.
    return freePath(join(answer.filePath, '..'), basename(answer.filePath));
  }

  return {
    toPdf: (target) =>
      withPage(target, async (window) => {
        const bytes = await window.webContents.printToPDF({
          pageSize: 'A4',
          landscape: target.landscape,
          preferCSSPageSize: true,
          printBackground: true,
          generateTaggedPDF: true,
        });
        const path = await choosePath(safeFileName(target.fileName));
        if (path === null) return err({ code: 'shell/cancelled' });
        const written = await writeWhole(path, bytes);
        if (written.ok) deps.logger.info('print/saved', { bytes: bytes.length });
        else deps.logger.warn('print/not-saved', { reason: String(written.error['reason']) });
        return written;
      }),
    print: (target) =>
      withPage(target, async (window) => {
        const printers = await window.webContents.getPrintersAsync();
        if (printers.length === 0) return err({ code: 'shell/no-printer' });
        return await new Promise<Result<Record<string, never>>>((resolve) => {
          const options = {
            silent: false,
            printBackground: true,
            landscape: target.landscape,
            pageSize: 'A4',
          } as const;
          window.webContents.print(options, (success, reason) => {
            if (success) return resolve(ok({}));
            const cancelled = /cancel/i.test(reason);
            if (!cancelled) deps.logger.error('print/failed');
            return resolve(err({ code: cancelled ? 'shell/cancelled' : 'shell/print-failed' }));
          });
        });
      }),
    takePayload(page) {
      if (job === null || job.page !== page) return null;
      const { payload } = job;
      job.payload = null;
      return payload;
    },
    markReady(page) {
      if (job !== null && job.page === page) job.ready();
    },
  };
}
