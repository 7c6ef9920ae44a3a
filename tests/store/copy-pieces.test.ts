/** What copies on a stick are of: small files share pieces, and what was written is read back from the stick itself. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createCopyPieces, digestOf } from '#core/copies/copy-pieces.ts';
import { knownSources, type Source } from '#core/copies/copy-sources.ts';
import { readBack } from '#core/sync/read-back.ts';
import { type CopiedFile, copyPieceBytes } from '#shared/copies/copy-file.ts';
import { codeOf, copyTo, filesBelow, pieces, putBack, spoil } from '#tests/lib/copies.ts';
import { startCore, startSignedIn, temporaryFolder } from '#tests/lib/core.ts';
import { keptForEachTest } from '#tests/lib/kept.ts';

const mounted: string[] = [];
afterEach(() => {
  for (const place of mounted.splice(0)) execFileSync('umount', ['--lazy', place], { stdio: 'ignore' });
});
const keep = keptForEachTest();

/** Puts as many files of that length among the attachments; answers the content of each by its path in the profile. */
function fill(directory: string, count: number, bytes: number): Map<string, Buffer> {
  const made = new Map<string, Buffer>();
  for (let turn = 0; turn < count; turn += 1) {
    const name = randomBytes(20).toString('hex');
    const path = `attachments/${name.slice(0, 2)}/${name}`;
    made.set(path, randomBytes(bytes));
    mkdirSync(join(directory, 'attachments', name.slice(0, 2)), { recursive: true });
    writeFileSync(join(directory, path), made.get(path) ?? '');
  }
  return made;
}

describe('small files', () => {
  test('share pieces, are written once, and come back each as it was', async () => {
    const core = keep(await startSignedIn());
    const files = fill(core.directory, 300, 20_000);
    const stick = temporaryFolder();
    await copyTo(core, stick);
    // 6 MB of files in two pieces, the store in one.
    expect(pieces(stick)).toHaveLength(3);
    const [added] = fill(core.directory, 1, 20_000);
    const second = await copyTo(core, stick);
    expect(second.written).toBeLessThan(1024 * 1024);
    const heir = keep(startCore());
    expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('ok');
    for (const [path, content] of [...files, added ?? (['', Buffer.alloc(0)] as const)])
      expect(readFileSync(join(heir.directory, path)).equals(content), path).toBe(true);
  });

  test('of a piece that went bad are written anew, also where one of them is gone from the laptop', async () => {
    const core = keep(await startSignedIn());
    const files = fill(core.directory, 20, 20_000);
    const stick = temporaryFolder();
    await copyTo(core, stick);
    const [gone = ''] = files.keys();
    rmSync(join(core.directory, gone));
    files.delete(gone);
    for (const piece of pieces(stick)) spoil(piece);
    await copyTo(core, stick);
    const heir = keep(startCore());
    expect(codeOf(await putBack(heir, stick, core.recovery))).toBe('ok');
    const back = filesBelow(join(heir.directory, 'attachments'));
    expect(
      Object.keys(back)
        .map((path) => `attachments/${path}`)
        .sort(),
    ).toEqual([...files.keys()].sort());
  });

  test('are packed anew once too many pieces are hardly filled, those without one of their own included', () => {
    const file = (index: number, piece: string, from?: number): CopiedFile => ({
      path: `attachments/00/${String(index).padStart(40, '0')}`,
      bytes: 20_000,
      changedAt: 1,
      pieces: [piece.padEnd(64, '0')],
      ...(from === undefined ? {} : { from }),
    });
    const known = (files: CopiedFile[]): Source[] =>
      knownSources(
        files.map(({ path, bytes, changedAt }) => ({ path, bytes, changedAt })),
        files,
        '/',
      );
    const full = Array.from({ length: 150 }, (_none, index) => file(index, 'f', index * 20_000));
    const alone = (count: number): CopiedFile[] =>
      Array.from({ length: count }, (_none, index) => file(1000 + index, `a${index}b`));
    expect(known([...full, ...alone(16)]).filter(({ place }) => place === null)).toEqual([]);
    const anew = known([...full, ...alone(17)]).filter(({ place }) => place === null);
    expect(anew.map(({ path }) => path)).toEqual(alone(17).map(({ path }) => path));
    // A piece of which only a third is still needed counts as well.
    const thinned = [...full.slice(0, 50), ...alone(16)];
    expect(known(thinned).every(({ place }) => place === null)).toBe(true);
  });
});

describe('a file read back', () => {
  test.each([0, 1, 511, 4096, 20_001, copyPieceBytes + 5000])('is what was written: %i bytes', async (bytes) => {
    const path = join(temporaryFolder(), 'файл');
    const content = randomBytes(bytes);
    writeFileSync(path, content);
    expect((await readBack(path)).equals(content)).toBe(true);
  });

  const canMount = imageOfStick() !== null;
  if (!canMount)
    console.error('The test of reading past the system\u2019s memory is skipped: mounting an image needs root.');

  test.skipIf(!canMount)('comes from the stick, not from what the system remembers of it', async () => {
    const { place = '', file = '' } = imageOfStick() ?? {};
    const content = randomBytes(copyPieceBytes);
    const name = await digestOf(content);
    const own = createCopyPieces({ path: place, isMount: true }, 'komissiya/copies/00');
    expect(await own.write(name, content)).toMatchObject({ ok: true });
    expect(await own.read(name)).toEqual(content);
    // The stick loses a bit behind the system's back.
    const at = readFileSync(file).indexOf(content.subarray(0, 64));
    expect(at).toBeGreaterThan(0);
    const disk = openSync(file, 'r+');
    writeSync(disk, Buffer.from([(content[100] ?? 0) ^ 1]), 0, 1, at + 100);
    closeSync(disk);
    const path = join(place, 'komissiya/copies/00/pieces', name.slice(0, 2), name);
    expect(readFileSync(path).equals(content), 'the system still shows what was written').toBe(true);
    expect(await own.read(name)).toBeNull();
    expect(readdirSync(join(path, '..'))).toEqual([name]);
  });

  /** A file system in a file; null where this machine lets nobody mount one. */
  function imageOfStick(): { place: string; file: string } | null {
    const [place, file] = [join(temporaryFolder(), 'ФЛЕШКА'), join(temporaryFolder(), 'image')];
    mkdirSync(place);
    try {
      execFileSync('truncate', ['--size', '32M', file], { stdio: 'pipe' });
      execFileSync('mkfs.ext4', ['-q', file], { stdio: 'pipe' });
      execFileSync('mount', ['-o', 'loop', file, place], { stdio: 'pipe' });
    } catch {
      return null;
    }
    mounted.push(place);
    return { place, file };
  }
});
