/** A hub of a version that knows the measured kind. */
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { runHub } from '#hub/hub-process.ts';
import { BenchContact } from './sync-workload.ts';

export const knowingHub = import.meta.filename;

if (import.meta.main) await runHub(process.argv.slice(2), [...allKinds, BenchContact]);
