/**
 * A laptop in a process of its own that fetches everything a hub has: `node sync-memory.ts <address> <code> <file> <logs|snapshot>`. Prints
 * as JSON what it took (`Fetched`). Enrolled and with an empty store it is idle.
 */
import { readFileSync } from 'node:fs';
import { firstScreen, openPeer } from './sync-peers.ts';

export type Fetched = {
  /** By how many bytes memory rose at the highest above what it was idle. */
  readonly memory: number;
  readonly seconds: number;
  /** Of the processor: what it takes also where others are busy beside it. */
  readonly processorSeconds: number;
  /** When a list was there, asked for a tenth of a second after the start, ms. */
  readonly firstMs: number;
  readonly digest: string;
};

/**
 * The most memory the system has seen of this process: sampling would miss what comes and goes between two samples. Linux only, and not
 * `resourceUsage().maxRSS`, which begins with what the parent held when it started this process.
 */
function peakBytes(): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('the system does not say how much memory was used at most');
  return Number(kilobytes) * 1024;
}

if (import.meta.main) {
  const [address = '', code = '', path = '', road = ''] = process.argv.slice(2);
  const peer = openPeer(path, null);
  await peer.enrol(address, code);
  const idle = process.memoryUsage.rss();
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const asked = firstScreen(peer);
  if (road === 'snapshot') await peer.begin();
  await peer.sync();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  const memory = peakBytes() - idle;
  const fetched: Fetched = {
    memory,
    seconds,
    processorSeconds: (user + system) / 1e6,
    firstMs: await asked,
    digest: peer.digest(),
  };
  console.log(JSON.stringify(fetched));
  peer.close();
}
