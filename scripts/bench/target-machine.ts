/**
 * The machine for which the targets were set that are plain numbers and no shares of L, beside this one. How many times faster it is, is
 * the geometric mean of how much faster L (sync-limit.ts) ran there, of four parts of L measured in the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure } from './figure.ts';
import { secondsOf } from './statistics.ts';
import { downloadBare, openBare, startLimit, uploadBare } from './sync-limit.ts';
import { makeWorkload } from './sync-workload.ts';

/** L there, without a cipher, a second: rows inserted, edits committed one by one (NORMAL), rows sent, rows fetched. */
const limitThere = { insert: 186_800, edit: 72_800, upload: 76_900, download: 79_100 };
export type Limit = { readonly [part in keyof typeof limitThere]: number };

/** How many times faster than this machine that one is. */
export function timesFaster(limitHere: Limit): number {
  const parts = Object.keys(limitThere) as (keyof Limit)[]; // its keys
  return parts.reduce((product, part) => product * (limitThere[part] / limitHere[part]), 1) ** (1 / parts.length);
}

/** A plain number as it would be there. It only tells: what is judged is the number itself. */
export function onTargetMachine(bench: string, name: string, value: number, factor: number): Figure {
  const said = `${name}, on a machine as fast as the one the target was set for`;
  return figure({ bench, figure: said, value: value * factor, baseline: value, target: null });
}

/** The four parts of L here, for a bench that does not measure them anyway. Takes some seconds. */
export async function measureLimit(): Promise<Limit> {
  const { records, apart } = makeWorkload(20_000);
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const limit = await startLimit(folder);
  const bare = openBare(join(folder, 'bare.db'), null);
  const empty = openBare(join(folder, 'empty.db'), null);
  try {
    const rate = async (of: number, work: () => unknown): Promise<number> => of / (await secondsOf(async () => work()));
    const insert = await rate(records.length, () => bare.insert(records));
    bare.db.pragma('synchronous = normal');
    const edit = await rate(apart[0].length, () => apart[0].forEach((each) => bare.edit(each)));
    const upload = await rate(records.length, () => uploadBare(bare, limit.address));
    const download = await rate(records.length, () => downloadBare(empty, limit.address));
    return { insert, edit, upload, download };
  } finally {
    bare.db.close();
    empty.db.close();
    limit.child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
