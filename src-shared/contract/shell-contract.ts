/**
 * What the shell itself answers: windows, dialogs, printing. Calls named `shell.*` never reach the core.
 *
 * Failures: `shell/cancelled`, `shell/print-failed`, `shell/write-failed` {reason: 'disk-full' | 'read-only' |
 * 'folder-gone' | 'in-use' | 'other'}, `shell/no-printer`,
 * `shell/no-program` {name}, `files/wrong-type` {name}, those of `files.copyOut`. From the shell on any call: `core/restarted` (the core ended while the
 * call was on its way and runs again), `core/stopped` (it ended too often; `shell.coreState` starts it), `rpc/refused-sender`,
 * `rpc/too-large` {limit}.
 */
import { z } from 'zod';
import { Locale } from '../i18n/locale.ts';
import { Sha256 } from '../kernel/hex.ts';
import { command, query } from './define.ts';

/** A document to print: the renderer's own print page, named by its hash route and parameters. */
export const PrintTarget = z.object({
  /** Hash route of the print page, e.g. `/print/decision/<id>?locales=ky,ru`. */
  route: z.string().max(2000).startsWith('/print/'),
  landscape: z.boolean(),
  /** Suggested file name without extension. */
  fileName: z.string().min(1).max(120),
  /** What must not stand in an address (a recovery code): kept in the shell's memory until the print page takes it, never logged. */
  payload: z.string().max(2000).optional(),
});

/** A file of a record, as it is called there. */
export const FileTarget = z.object({
  kind: z.string().max(40),
  id: z.string().max(40),
  sha256: Sha256,
  name: z.string().min(1).max(400),
});
export type FileTarget = z.infer<typeof FileTarget>;

export const shellContract = {
  shell: {
    about: query(
      z.object({}),
      z.object({
        version: z.string(),
        electron: z.string(),
        platform: z.string(),
        laptop: z.string(),
        unofficialRuntime: z.boolean(),
      }),
      'open',
    ),
    /** The page's first screen stands: what it did not need may start. */
    drawn: command(z.object({}), z.object({}), 'open'),
    /** Tells the shell the UI language, for the native menu and dialogs. */
    setLocale: command(z.object({ locale: Locale }), z.object({}), 'open'),
    /** Asks for a folder and reports it to the core as a source of packs. */
    chooseFolder: command(z.object({}), z.object({ name: z.string() }), 'open'),
    /** Asks where to put a file of a record, and writes it there in the clear. Answers the file's name. */
    saveFile: command(FileTarget, z.object({ fileName: z.string() })),
    /** Opens a file of a record in the system's program. */
    openFile: command(FileTarget, z.object({})),
    /** Lays the print page out in a hidden window and asks where to put the PDF. Answers the file's name. */
    printToPdf: command(PrintTarget, z.object({ fileName: z.string() }), 'open'),
    /** The same page through the system's print dialog. */
    print: command(PrintTarget, z.object({}), 'open'),
    /** For a print page only: takes the target's `payload`, once. Null in any other window or when there is none. */
    printPayload: query(z.object({}), z.object({ payload: z.string().nullable() }), 'open'),
    /** For a print page only: its data and fonts are on the page, it may be printed. */
    printReady: command(z.object({}), z.object({}), 'open'),
    /** Text size: 1 or 1.125. */
    setScale: command(z.object({ factor: z.number().min(0.8).max(2) }), z.object({}), 'open'),
    /** Restarts a core that has stopped, or tells that it runs. */
    coreState: query(z.object({}), z.object({ running: z.boolean(), restarts: z.int() }), 'open'),
  },
};
export type ShellContract = typeof shellContract;

/** What the shell tells without being asked. */
export const ShellEvent = z.discriminatedUnion('event', [
  /** The core stopped and was started again; what was on its way must be asked again. */
  z.object({ event: z.literal('core-restarted') }),
  /** A menu entry or system event asks the screen to do something. */
  z.object({
    event: z.literal('menu'),
    command: z.enum(['lock', 'search', 'new', 'save', 'print', 'help', 'settings', 'sync', 'today']),
  }),
]);
export type ShellEvent = z.infer<typeof ShellEvent>;
