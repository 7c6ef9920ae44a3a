/** An import in a process of its own, for tests that kill it: `node pack-import-child.ts <laptop folder> <pack> <stop at bytes>`. */
import { openLaptop } from './pack-kit.ts';

const [folder = '', pack = '', stopAt = ''] = process.argv.slice(2);
const laptop = openLaptop({ publishers: JSON.parse(process.env['PUBLISHERS'] ?? '[]') }, folder);
await laptop.import(pack, {
  onProgress: ({ copied }) => {
    // As sudden as a power cut: no handler, no finally, nothing flushed.
    if (copied >= Number(stopAt)) process.kill(process.pid, 'SIGKILL');
  },
});
