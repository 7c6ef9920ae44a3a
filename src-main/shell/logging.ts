/**
 * The log file: one JSON object per line, at most three files of 1 MB. Callers give events and plain fields, never names,
 * phones, contents of records or keys.
 *
 * Lines are gathered for a tenth of a second and written at once; `flush` writes what is left on the way out. A log that
 * cannot be written (full disk) is dropped: it must never stop the app.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLevel } from '#shared/contract/core-messages.ts';
import type { LogFields, Logger, Time } from '#shared/kernel/ports.ts';

const maxBytes = 1024 * 1024;
const keptFiles = 3;
const gatherMs = 100;
const maxPendingLines = 2000;

export type FileLogger = Logger & {
  /** Writes a line that another process made. */
  write(from: string, level: LogLevel, event: string, fields: LogFields): void;
  /** Writes everything that waits, now. */
  flush(): void;
};

/** Opens `<directory>/komissiya.log`; makes the folder. */
export function createFileLogger(deps: { directory: string; time: Time }): FileLogger {
  const file = join(deps.directory, 'komissiya.log');
  let pending: string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let bytes = 0;
  try {
    mkdirSync(deps.directory, { recursive: true });
    bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // Without a folder every write below fails and is dropped.
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (pending.length === 0) return;
    const text = pending.join('');
    pending = [];
    const size = Buffer.byteLength(text);
    if (bytes > 0 && bytes + size > maxBytes) rotate();
    bytes += size;
    try {
      appendFileSync(file, text);
    } catch {
      // Full or read-only disk.
    }
  }

  function rotate(): void {
    try {
      for (let number = keptFiles - 1; number >= 1; number -= 1) {
        const from = number === 1 ? file : `${file}.${number - 1}`;
        if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${file}.${number}`);
      }
    } catch {
      // Windows refuses to rename a file that somebody reads: the file grows until next time.
    }
    bytes = 0;
  }

  function write(from: string, level: LogLevel, event: string, fields: LogFields): void {
    if (pending.length >= maxPendingLines) return;
    const at = new Date(deps.time.now()).toISOString();
    pending.push(`${JSON.stringify({ at, from, level, event, ...fields })}\n`);
    timer ??= setTimeout(flush, gatherMs);
  }

  return {
    info: (event, fields = {}) => write('shell', 'info', event, fields),
    warn: (event, fields = {}) => write('shell', 'warn', event, fields),
    error: (event, fields = {}) => write('shell', 'error', event, fields),
    write,
    flush,
  };
}
