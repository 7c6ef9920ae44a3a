/** The core as one of Electron's utility processes: it ends with the app, and only the app can speak to it. */
import { utilityProcess } from 'electron';
import { coreHeapSwitches, type FromCore } from '#shared/contract/core-messages.ts';
import type { CoreProcess } from './core-host.ts';

/** Starts the core's file as a process of its own. Only after the app is ready. */
export function spawnCore(file: string): CoreProcess {
  // Electron takes V8's own switches in this form only.
  const execArgv = [`--js-flags=${coreHeapSwitches.join(' ')}`];
  const child = utilityProcess.fork(file, [], { serviceName: 'Komissiya core', stdio: 'pipe', execArgv });
  return {
    post: (message) => child.postMessage(message),
    kill: () => void child.kill(),
    // The core of the same build is the only thing at the other end.
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromCore)),
    onExit: (listener) => void child.once('exit', (code) => listener(code)),
    onOutput: (listener) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => listener('stdout', text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => listener('stderr', text));
    },
  };
}
