/**
 * Starts the core, talks to it and keeps it alive. It guarantees:
 * - every call is answered: by the core, or with `core/restarted` when the core ended while it was on its way (the caller
 *   asks again if it wishes), or with `core/stopped` when the core has ended too often and is left alone;
 * - calls made before the core is ready wait for it, and the first of them starts it;
 * - a core that ended is started again with the same session, which stays in this process's memory only.
 */
import type { CoreEvent } from '#shared/contract/core-contract.ts';
import type { CoreLogLine, FromCore, LogLevel, OpaqueSession, ToCore } from '#shared/contract/core-messages.ts';
import type { Dispatch } from '#shared/contract/rpc.ts';
import type { LogFields, Logger, Time } from '#shared/kernel/ports.ts';
import { err, type Result } from '#shared/kernel/result.ts';

/** A running core as the operating system sees it. `onExit` comes once, also after `kill`. */
export type CoreProcess = {
  post(message: ToCore): void;
  kill(): void;
  onMessage(listener: (message: FromCore) => void): void;
  onExit(listener: (exitCode: number | null) => void): void;
  onOutput(listener: (stream: 'stdout' | 'stderr', text: string) => void): void;
};

export type CoreHostDeps = {
  readonly spawn: () => CoreProcess;
  readonly directory: string;
  readonly version: string;
  /** See CoreInit. */
  readonly allowDevelopmentPublisher: boolean;
  /** Asked at every start of the core, as the keychain may open or fail in between. */
  readonly deviceSecret: () => Promise<Uint8Array | null>;
  readonly time: Time;
  readonly logger: Logger;
  /** Writes one line of the core's own log. */
  readonly writeCoreLog: (level: LogLevel, event: string, fields: LogFields) => void;
  readonly onEvent: (event: CoreEvent) => void;
  /** The core is ready; `again` after a crash. */
  readonly onReady: (again: boolean) => void;
  /** Milliseconds before the first, second … restart in a row; the last one repeats. */
  readonly backOffMs?: readonly number[];
};

export type CoreHost = {
  readonly dispatch: Dispatch;
  state(): { running: boolean; restarts: number };
  /** Whether a person is signed in. */
  isSignedIn(): boolean;
  /** Whether a core has answered since the app started: until then nobody can be signed in. */
  hasBeenReady(): boolean;
  /** Starts the first core, or one that was left alone after ending too often; does nothing while one runs. */
  start(): void;
  /** Asks the core to finish and waits at most `timeoutMs`, then ends it. No call is answered by it afterwards. */
  close(timeoutMs: number): Promise<void>;
};

const crashWindowMs = 60_000;
const crashesBeforeStop = 5;
const defaultBackOffMs = [0, 300, 1000, 3000];
/** V8 and native code write such lines when they die; anything else on stderr may quote data and is only counted. */
const harmlessErrorLine = /^(FATAL ERROR|#|<---|Node\.js v|\s+at [\w.$<> ]+ \((node:|<anonymous>))/;
const longestLine = 300;

/** Makes the host; the first core waits for `start` or for the first call. */
export function createCoreHost(deps: CoreHostDeps): CoreHost {
  const backOffMs = deps.backOffMs ?? defaultBackOffMs;
  const waiting = new Map<number, (result: Result<unknown>) => void>();
  let queue: ToCore[] = [];
  let current: CoreProcess | null = null;
  /** The current process has got its `init`; until then calls wait in the queue. */
  let wired = false;
  let phase: 'asleep' | 'starting' | 'running' | 'backing-off' | 'stopped' | 'closing' = 'asleep';
  let resume: OpaqueSession | null = null;
  let nextId = 1;
  let starts = 0;
  let wasReady = false;
  let crashes: number[] = [];
  let timer: NodeJS.Timeout | null = null;
  let whenClosed: (() => void) | null = null;

  function spawn(): void {
    timer = null;
    starts += 1;
    wired = false;
    phase = 'starting';
    const child = deps.spawn();
    current = child;
    child.onMessage((message) => {
      if (child === current) receive(message);
    });
    child.onExit((exitCode) => {
      if (child === current) ended(exitCode);
    });
    const readLog = createLogReader(deps);
    child.onOutput(readLog);
    void introduce(child);
  }

  /** Hands a new process its `init` and what waits. It boots while the keychain is asked. */
  async function introduce(child: CoreProcess): Promise<void> {
    const deviceSecret = await deps.deviceSecret();
    if (child !== current || phase === 'closing') return;
    const { directory, version, allowDevelopmentPublisher } = deps;
    child.post({ type: 'init', directory, deviceSecret, resume, version, allowDevelopmentPublisher });
    wired = true;
    for (const message of queue) child.post(message);
    queue = [];
  }

  function receive(message: FromCore): void {
    switch (message.type) {
      case 'ready':
        if (phase === 'starting') phase = 'running';
        wasReady = true;
        deps.logger.info('core/ready', { starts });
        deps.onReady(starts > 1);
        break;
      case 'result':
        answer(message.id, message.result);
        break;
      case 'event':
        deps.onEvent(message.event);
        break;
      case 'session':
        resume = message.resume;
        break;
      case 'closed':
        whenClosed?.();
        break;
    }
  }

  function answer(id: number, result: Result<unknown>): void {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve?.(result);
  }

  function answerAll(code: string): void {
    for (const id of waiting.keys()) answer(id, err({ code }));
  }

  function ended(exitCode: number | null): void {
    // Calls that it never got still wait in the queue for the next one.
    const hadCalls = wired;
    current = null;
    wired = false;
    if (phase === 'closing') {
      whenClosed?.();
      return;
    }
    const now = deps.time.now();
    crashes = [...crashes.filter((at) => Math.abs(now - at) < crashWindowMs), now];
    deps.logger.error('core/ended', { exitCode, crashes: crashes.length, waiting: waiting.size });
    if (crashes.length >= crashesBeforeStop) {
      phase = 'stopped';
      // What was open may be the cause: after a revival somebody signs in anew.
      resume = null;
      queue = [];
      answerAll('core/stopped');
      return;
    }
    phase = 'backing-off';
    if (hadCalls) answerAll('core/restarted');
    timer = setTimeout(spawn, backOffMs[Math.min(crashes.length, backOffMs.length) - 1] ?? 0);
  }

  return {
    dispatch(name, input) {
      if (phase === 'stopped' || phase === 'closing') return Promise.resolve(err({ code: 'core/stopped' }));
      if (phase === 'asleep') spawn();
      return new Promise((resolve) => {
        const id = nextId;
        nextId += 1;
        waiting.set(id, resolve);
        const message: ToCore = { type: 'call', id, name, input };
        if (wired && current !== null) current.post(message);
        else queue.push(message);
      });
    },
    state: () => ({ running: phase !== 'stopped' && phase !== 'closing', restarts: Math.max(0, starts - 1) }),
    isSignedIn: () => resume !== null,
    hasBeenReady: () => wasReady,
    start() {
      if (phase !== 'asleep' && phase !== 'stopped') return;
      crashes = [];
      spawn();
    },
    async close(timeoutMs) {
      if (phase === 'closing') return;
      if (timer !== null) clearTimeout(timer);
      phase = 'closing';
      resume = null;
      const child = current;
      if (child !== null) {
        const finished = await new Promise<boolean>((resolve) => {
          const tooLate = setTimeout(() => resolve(false), timeoutMs);
          whenClosed = () => {
            clearTimeout(tooLate);
            resolve(true);
          };
          child.post({ type: 'close' });
        });
        if (!finished) deps.logger.error('core/close-timed-out');
        child.kill();
      }
      answerAll('core/stopped');
    },
  };
}

/** Turns the core's output into log lines: its own JSON lines as they are, of stderr only what cannot hold data. */
function createLogReader(deps: Pick<CoreHostDeps, 'writeCoreLog' | 'logger'>) {
  const rest = { stdout: '', stderr: '' };
  return (stream: 'stdout' | 'stderr', text: string): void => {
    const lines = (rest[stream] + text).split('\n');
    rest[stream] = lines.pop() ?? '';
    let dropped = 0;
    for (const line of lines) {
      const logLine = stream === 'stdout' ? parseLogLine(line) : null;
      if (logLine !== null) deps.writeCoreLog(logLine.level, logLine.event, logLine.fields);
      else if (stream === 'stderr' && harmlessErrorLine.test(line)) {
        deps.writeCoreLog('error', 'core/stderr', { line: line.slice(0, longestLine) });
      } else if (line.trim() !== '') dropped += 1;
    }
    if (dropped > 0) deps.logger.warn('core/output-not-logged', { stream, lines: dropped });
  };
}

function parseLogLine(line: string): CoreLogLine | null {
  if (!line.startsWith('{"level":')) return null;
  try {
    // Written by the core's own logger of the same build.
    return JSON.parse(line) as CoreLogLine;
  } catch {
    return null;
  }
}
