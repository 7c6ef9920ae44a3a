/**
 * What a laptop remembers of its copies on sticks: `<profile>/copies.json`, beside the store and nothing personal. Not within the store: put back
 * from a copy it would remember those of the laptop before, and a damaged one nothing.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';

const CopyMemory = z.object({
  /** The laptop's folder on sticks: 16 hex digits. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** What it is called on them. */
  laptop: z.string().nullable(),
  /** Of its last copy. */
  turn: z.int().nonnegative().default(0),
  /** `box`: the wrapping of the key that the copy holds. */
  last: z.object({ madeAt: z.int(), place: z.string(), bytes: z.int(), box: z.string() }).nullable(),
});
export type CopyMemory = z.infer<typeof CopyMemory>;

const fileName = 'copies.json';

/** Null before the first copy, or where the file cannot be read: then the laptop counts as one that made none. */
export function readCopyMemory(directory: string): CopyMemory | null {
  try {
    return CopyMemory.parse(JSON.parse(readFileSync(join(directory, fileName), 'utf8')));
  } catch {
    return null;
  }
}

export function newCopyMemory(random: Random): CopyMemory {
  return { id: bytesToHex(random.bytes(8)), laptop: null, turn: 0, last: null };
}

/** Replaces the file durably. Throws the file system's error. */
export function writeCopyMemory(directory: string, memory: CopyMemory): void {
  mkdirSync(directory, { recursive: true });
  const draft = join(directory, `${fileName}.part`);
  const file = openSync(draft, 'w');
  try {
    writeSync(file, JSON.stringify(memory));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, join(directory, fileName));
}
