/** A stick's own file system when it is full, closed to writing or pulled: each has a name, and what lay there before lies there still. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  isMountPoint,
  listStickFiles,
  readStickFile,
  type StickFolder,
  writeStickFile,
} from '#core/sync/stick-files.ts';
import { temporaryFolder } from '#tests/lib/core.ts';
import { closeToWriting, mountOn, pull, smallStick, unmountAll } from '#tests/lib/small-disk.ts';

afterEach(unmountAll);

const canMount = smallStick() !== null;
if (!canMount) console.error('Tests of full and read-only sticks are skipped: mounting a tmpfs needs root.');

const parcel = randomBytes(60_000);
const at = (path: string, isMount = false): StickFolder => ({ path, isMount });
const gone = { ok: false, error: { code: 'stick/gone' } };
const files = (place: string): string[] => readdirSync(join(place, 'komissiya')).sort();
const written = (name: string, place: string): boolean => readFileSync(join(place, 'komissiya', name)).equals(parcel);

describe.skipIf(!canMount)('a stick on a file system of its own', () => {
  test('full: told with what is needed and free, the parcels before are whole, nothing half-written stays', async () => {
    const place = smallStick() ?? '';
    expect(await writeStickFile(at(place), 'one-1.kpack', parcel)).toEqual({ ok: true, value: null });
    const large = randomBytes(400_000);
    const full = await writeStickFile(at(place), 'two-1.kpack', large);
    expect(full).toMatchObject({ ok: false, error: { code: 'stick/full', needed: large.length } });
    expect(full.ok ? 0 : full.error['free']).toBeGreaterThan(60_000);
    expect(await writeStickFile(at(place), 'one-1.kpack', large), 'in the place of an older one').toMatchObject({
      error: { code: 'stick/full' },
    });
    expect(files(place)).toEqual(['one-1.kpack']);
    expect(written('one-1.kpack', place)).toBe(true);
    expect(await writeStickFile(at(place), 'two-1.kpack', parcel), 'a smaller one still fits').toMatchObject({
      ok: true,
    });
  });

  test('closed to writing: told, and what lies there can be read', async () => {
    const place = smallStick() ?? '';
    await writeStickFile(at(place), 'one-1.kpack', parcel);
    closeToWriting(place);
    expect(await writeStickFile(at(place), 'one-1.kpack', parcel)).toEqual({
      ok: false,
      error: { code: 'stick/read-only' },
    });
    expect(files(place)).toEqual(['one-1.kpack']);
    expect(await readStickFile(join(place, 'komissiya', 'one-1.kpack'))).toMatchObject({ ok: true });
    // Also where there is no folder yet.
    const fresh = smallStick() ?? '';
    closeToWriting(fresh);
    const refused = await writeStickFile(at(fresh), 'one-1.kpack', parcel);
    expect(refused).toEqual({ ok: false, error: { code: 'stick/read-only' } });
  });

  test('pulled where its folder stays: told, and nothing is written to the disk behind it', async () => {
    const place = smallStick() ?? '';
    expect(await isMountPoint(place)).toBe(true);
    expect(await writeStickFile(at(place, true), 'one-1.kpack', parcel)).toMatchObject({ ok: true });
    pull(place);
    expect(await isMountPoint(place)).toBe(false);
    expect(await writeStickFile(at(place, true), 'one-2.kpack', parcel)).toEqual(gone);
    expect(readdirSync(place)).toEqual([]);
  });

  test('pulled in the middle of writing: told, and nothing of it stays on the disk behind it', async () => {
    const place = smallStick() ?? '';
    // Of an earlier pull: with its folder there, a file could be written.
    pull(place);
    mkdirSync(join(place, 'komissiya'));
    mountOn(place, '64m');
    const writing = writeStickFile(at(place, true), 'one-1.kpack', randomBytes(30_000_000));
    await new Promise((done) => setTimeout(done, 5));
    pull(place);
    expect(await writing).toEqual(gone);
    expect(files(place)).toEqual([]);
  });
});

test('pulled: told, whether it was before or between two files', async () => {
  const place = join(temporaryFolder(), 'ФЛЕШКА');
  mkdirSync(place);
  expect(await writeStickFile(at(place), 'one-1.kpack', parcel)).toMatchObject({ ok: true });
  const [path = ''] = await listStickFiles(place);
  rmSync(place, { recursive: true });
  expect(await writeStickFile(at(place), 'one-2.kpack', parcel)).toEqual({ ok: false, error: { code: 'stick/gone' } });
  expect(await readStickFile(path)).toEqual({ ok: false, error: { code: 'stick/gone' } });
  expect(await listStickFiles(place)).toEqual([]);
});
