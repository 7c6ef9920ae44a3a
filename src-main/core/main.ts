/**
 * The core's process, started by the shell as a `utilityProcess`: composition root of time, randomness and log, and the
 * wire between the port and the dispatcher. Messages: `#shared/contract/core-messages.ts`.
 */
import { randomBytes } from 'node:crypto';
import type { CoreInit, FromCore, LogLevel, ToCore } from '#shared/contract/core-messages.ts';
import type { LogFields, Logger } from '#shared/kernel/ports.ts';
import { createCore, type Core, type SessionResume } from './core.ts';

type ParentPort = {
  postMessage(message: FromCore): void;
  on(name: 'message', listener: (event: { data: ToCore }) => void): void;
};

/** Electron adds the port to `process`; the core may not import Electron's types. Undefined in plain Node. */
const port = (process as { parentPort?: ParentPort }).parentPort;
if (port === undefined) throw new Error('The core is started by the app. For the command line use npm run cli.');

run(port);

function run(port: ParentPort): void {
  const logger = createOutputLogger();
  let core: Core | null = null;

  // A bug outside any call. The message is not logged, as it may quote data; the shell starts the core anew.
  const crash =
    (kind: string) =>
    (error: unknown): void => {
      const name = error instanceof Error ? error.name : typeof error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : null;
      logger.error('core/crashed', { kind, name, code, at: error instanceof Error ? stackOf(error) : null });
      process.exit(70);
    };
  process.on('uncaughtException', crash('exception'));
  process.on('unhandledRejection', crash('rejection'));

  function open(init: CoreInit): Core {
    const opened = createCore({
      directory: init.directory,
      time: { now: () => Date.now() },
      random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
      logger,
      deviceSecret: init.deviceSecret,
      // The core wrote it itself before it ended; the shell only kept it.
      resume: init.resume as SessionResume | null,
      onSession: (resume) => port.postMessage({ type: 'session', resume }),
      build: { version: init.version, allowDevelopmentPublisher: init.allowDevelopmentPublisher },
    });
    opened.subscribe((event) => port.postMessage({ type: 'event', event }));
    return opened;
  }

  async function close(): Promise<void> {
    await core?.close();
    port.postMessage({ type: 'closed' });
  }

  port.on('message', ({ data: message }) => {
    switch (message.type) {
      case 'init':
        core = open(message);
        port.postMessage({ type: 'ready' });
        break;
      case 'call': {
        if (core === null) throw new Error('a call before init');
        const { id, name, input } = message;
        void core.dispatch(name, input).then((result) => port.postMessage({ type: 'result', id, result }));
        break;
      }
      case 'close':
        void close();
        break;
    }
  });
}

/** Logs to stdout, where the shell reads it: what was written stays readable when this process dies. */
function createOutputLogger(): Logger {
  const write = (level: LogLevel, event: string, fields: LogFields): void => {
    process.stdout.write(`${JSON.stringify({ level, event, fields })}\n`);
  };
  return {
    info: (event, fields = {}) => write('info', event, fields),
    warn: (event, fields = {}) => write('warn', event, fields),
    error: (event, fields = {}) => write('error', event, fields),
  };
}

/** Function names and lines of our own files, without the message. */
function stackOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return lines
    .slice(0, 6)
    .map((line) => line.trim().replace(/\(?(?:file:\/\/)?\/?[^\s()]*[\\/]([^\\/\s()]+)\)?$/, '$1'))
    .join(' < ');
}
