/**
 * A laptop in a process of its own that replays everything a hub has: `node sync-memory.ts <address> <code> <file>`. Prints by how many
 * bytes its memory rose at the highest above what it held idle, enrolled and with an empty store.
 */
import { openPeer } from './sync-peers.ts';

const [address = '', code = '', path = ''] = process.argv.slice(2);
const peer = openPeer(path, null);
await peer.enrol(address, code);
const idle = process.memoryUsage.rss();
await peer.sync();
// The peak the system has seen, in kB: sampling would miss what comes and goes between two samples.
console.log(process.resourceUsage().maxRSS * 1024 - idle);
peer.close();
