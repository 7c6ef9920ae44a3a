/** Small file systems of their own, to be full, closed to writing or pulled; only root may mount them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './core.ts';

const mounted: string[] = [];

/** To be called after each test that mounts. */
export function unmountAll(): void {
  while (mounted[0] !== undefined) pull(mounted[0]);
}

/** Takes a stick out; its folder stays behind. */
export function pull(place: string): void {
  execFileSync('umount', ['--lazy', place], { stdio: 'ignore' });
  mounted.splice(mounted.indexOf(place), 1);
}

/** A small file system; null where this machine lets nobody mount one. */
export function smallStick(size = '256k'): string | null {
  const place = join(temporaryFolder(), 'ФЛЕШКА');
  mkdirSync(place);
  try {
    mountOn(place, size);
  } catch {
    return null;
  }
  return place;
}

export function mountOn(place: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place], { stdio: 'pipe' });
  mounted.push(place);
}

export function closeToWriting(place: string): void {
  execFileSync('mount', ['-o', 'remount,ro', place]);
}

export function openForWriting(place: string): void {
  execFileSync('mount', ['-o', 'remount,rw', place]);
}
