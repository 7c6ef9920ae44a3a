/** The hub, as it is started. */
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { runHub } from './hub-process.ts';

await runHub(process.argv.slice(2), allKinds);
