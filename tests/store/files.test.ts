/** Attachments on one laptop: taken in by pieces, kept once and sealed, frozen by a signature, handed out, and what is refused. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { openSealedWriter, readSealed, SealBroken } from '#core/files/sealed-file.ts';
import { pieceBytes } from '#shared/files/contract.ts';
import { attachFile, signedDraft } from '#tests/lib/files.ts';
import { startSignedIn, temporaryFolder, testPin, type TestCore } from '#tests/lib/core.ts';

const cores: TestCore[] = [];
afterEach(async () => {
  for (const core of cores.splice(0)) await core.close();
});
async function desk(): Promise<{ core: TestCore; id: string }> {
  const core = await startSignedIn();
  cores.push(core);
  const { id } = await core.value('records.save', { kind: 'decision', values: { number: '1/1' } });
  return { core, id };
}
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Every file below the profile's attachments. */
function kept(core: TestCore): string[] {
  return readdirSync(join(core.directory, 'attachments'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('a sealed file', () => {
  test.each([1, 65_535, 65_536, 65_537, 200_000])('of %d bytes goes on where it was cut off', async (length) => {
    const path = join(temporaryFolder(), 'file');
    const key = randomBytes(32);
    const content = randomBytes(length);
    for (let at = 0; at < length; ) {
      const writer = await openSealedWriter(path, key);
      expect(writer.length()).toBe(at);
      const step = content.subarray(at, at + Math.ceil(length / 3));
      await writer.append(step);
      await writer.close();
      at += step.length;
    }
    const writer = await openSealedWriter(path, key);
    expect(await writer.finish()).toBe(digest(content));
    await writer.close();
    const whole = (from: number) => buffer(readSealed(path, key, from));
    expect(await whole(0)).toEqual(content);
    expect(await whole(length - 1)).toEqual(content.subarray(length - 1));
  });

  test('altered anywhere is noticed; a torn end is begun again from the chunk before', async () => {
    const path = join(temporaryFolder(), 'file');
    const key = randomBytes(32);
    const writer = await openSealedWriter(path, key);
    const content = randomBytes(150_000);
    await writer.append(content);
    await writer.finish();
    await writer.close();
    const sealed = readFileSync(path);
    expect(sealed.includes(content.subarray(0, 16)), 'in the clear').toBe(false);
    for (const at of [3, 30, 70_000, sealed.length - 1]) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      writeFileSync(path, altered);
      await expect(buffer(readSealed(path, key)), `byte ${at}`).rejects.toThrow(SealBroken);
    }
    writeFileSync(path, sealed);
    await expect(buffer(readSealed(path, randomBytes(32)))).rejects.toThrow(SealBroken);
    truncateSync(path, sealed.length - 5);
    const again = await openSealedWriter(path, key);
    expect(again.length()).toBe(131_072);
    await again.close();
  });
});

describe('attachments of a decision', () => {
  test('a file is there after the last piece, kept once, sealed, and comes out as it went in', async () => {
    const { core, id } = await desk();
    const other = await core.value('records.save', { kind: 'decision', values: { number: '1/2' } });
    const content = randomBytes(pieceBytes + 1000);
    const sha256 = await attachFile(core, id, 'Скан приложения.pdf', content);
    expect(sha256).toBe(digest(content));
    await attachFile(core, other.id, 'То же.pdf', content);
    expect(kept(core)).toHaveLength(1);
    expect(kept(core)[0]).not.toContain(sha256.slice(0, 8));
    const { items } = await core.value('files.list', { kind: 'decision', id });
    expect(items).toMatchObject([
      { sha256, name: 'Скан приложения.pdf', bytes: content.length, here: true, atHub: false, late: false },
    ]);
    const path = join(temporaryFolder(), 'out.pdf');
    expect(await core.value('files.copyOut', { kind: 'decision', id, sha256, path })).toEqual({
      bytes: content.length,
    });
    expect(readFileSync(path)).toEqual(content);
    const nowhere = join(temporaryFolder(), 'nowhere', 'out.pdf');
    expect(await core.code('files.copyOut', { kind: 'decision', id, sha256, path: nowhere })).toBe('files/not-written');
  });

  test('removed and put back; both are in the history', async () => {
    const { core, id } = await desk();
    const sha256 = await attachFile(core, id, 'scan.pdf', randomBytes(10));
    await core.value('files.remove', { kind: 'decision', id, sha256 });
    expect((await core.value('files.list', { kind: 'decision', id })).items).toEqual([]);
    expect(await core.code('files.remove', { kind: 'decision', id, sha256 })).toBe('files/gone');
    await core.value('files.restore', { kind: 'decision', id, sha256, name: 'scan.pdf' });
    expect((await core.value('files.list', { kind: 'decision', id })).items).toHaveLength(1);
    const { steps } = await core.value('records.history', { kind: 'decision', id });
    const lists = steps.flatMap((step) =>
      step.changes.filter(({ field }) => field === 'files').map(({ after }) => after),
    );
    expect(lists.map((list) => Array.isArray(list) && list.length)).toEqual([1, 0, 1]);
  });

  test('a signature freezes the list, digests and all', async () => {
    const { core, id } = await desk();
    const sha256 = await attachFile(core, id, 'scan.pdf', randomBytes(10));
    const signed = await signedDraft(core, id);
    expect(signed.values['sealedFiles']).toBe(`${sha256} 10 scan.pdf`);
    expect(await core.code('files.remove', { kind: 'decision', id, sha256 })).toBe('records/frozen');
    const { upload } = await core.value('files.begin', { name: 'late.pdf', bytes: 1 });
    await core.value('files.append', { upload, offset: 0, piece: 'AA==' });
    expect(await core.code('files.attach', { upload, kind: 'decision', id })).toBe('records/frozen');
    expect((await core.value('files.list', { kind: 'decision', id })).items).toHaveLength(1);
    const files = [`${sha256} 10 other.pdf`];
    expect(await core.code('records.save', { kind: 'decision', id, values: { files } })).toBe('records/frozen');
  });

  test('what may not be attached has a name, and nothing half-written stays', async () => {
    const { core, id } = await desk();
    const begin = (name: string, bytes: number) => core.code('files.begin', { name, bytes });
    expect(await begin('virus.exe', 10)).toBe('files/wrong-type');
    expect(await begin('page.html', 10)).toBe('files/wrong-type');
    expect(await begin('scan.pdf.lnk', 10)).toBe('files/wrong-type');
    expect(await begin('empty.pdf', 0)).toBe('files/empty');
    expect(await begin('film.pdf', 101 * 1024 * 1024)).toBe('files/too-large');
    const { upload } = await core.value('files.begin', { name: 'scan.pdf', bytes: 10 });
    expect(await core.code('files.append', { upload, offset: 5, piece: 'AAAA' })).toBe('files/offset');
    await core.value('files.append', { upload, offset: 0, piece: 'AAAA' });
    expect(await core.code('files.attach', { upload, kind: 'decision', id }), 'cut off').toBe('files/changed');
    const longer = await core.value('files.begin', { name: 'scan.pdf', bytes: 2 });
    const append = { upload: longer.upload, offset: 0, piece: 'AAAA' };
    expect(await core.code('files.append', append), 'grew meanwhile').toBe('files/changed');
    expect(await core.code('files.append', append)).toBe('files/no-upload');
    await attachFile(core, id, 'scan.pdf', Buffer.from([1, 2, 3]));
    const same = await core.value('files.begin', { name: 'again.pdf', bytes: 3 });
    await core.value('files.append', { upload: same.upload, offset: 0, piece: 'AQID' });
    expect(await core.code('files.attach', { upload: same.upload, kind: 'decision', id })).toBe('files/same');
    const contact = await core.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример 1' } });
    const wrong = await core.value('files.begin', { name: 'scan.pdf', bytes: 3 });
    await core.value('files.append', { upload: wrong.upload, offset: 0, piece: 'AQIE' });
    expect(await core.code('files.attach', { upload: wrong.upload, kind: 'contact', id: contact.id })).toBe(
      'records/not-found',
    );
    // Of another kind, so nothing refers to it; its bytes were taken in before that was asked.
    expect(kept(core).filter((path) => path.includes('parts'))).toEqual([]);
  });

  test('a damaged file is named and no longer shown as here; an upload does not outlive a lock', async () => {
    const { core, id } = await desk();
    const sha256 = await attachFile(core, id, 'scan.pdf', randomBytes(1000));
    const [file = ''] = kept(core);
    const bytes = readFileSync(file);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const path = join(temporaryFolder(), 'out.pdf');
    expect(await core.code('files.copyOut', { kind: 'decision', id, sha256, path })).toBe('files/damaged');
    expect((await core.value('files.list', { kind: 'decision', id })).items[0]?.here).toBe(false);
    expect(() => statSync(path)).toThrow('ENOENT');
    await core.value('files.begin', { name: 'scan.pdf', bytes: 10 });
    await core.value('access.lock', {});
    expect(kept(core)).toEqual([]);
    const { rows } = await core.value('access.state', {});
    await core.value('access.signIn', { slot: String(rows[0]?.slot), pin: testPin });
    expect((await core.value('files.list', { kind: 'decision', id })).items).toMatchObject([{ here: false }]);
  });
});
