import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { driveRoots, drivesIn, type Drive, networkMounts, packsOn, watchDrives } from '#shell/drives.ts';
import { readDeviceSecret } from '#shell/keychain.ts';
import { createFileLogger } from '#shell/logging.ts';
import { freePath, safeFileName, writeWhole } from '#shell/pdf-file.ts';
import { openShellState, placeWindow } from '#shell/shell-state.ts';
import { silentLogger } from '#shared/kernel/ports.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'Комиссия проба '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const laptop = { x: 0, y: 0, width: 1366, height: 728 };
const beside = { x: 1366, y: 0, width: 1920, height: 1040 };

describe('place of the window', () => {
  test('fills a small display at first, stands in the middle of a large one', () => {
    expect(placeWindow({ bounds: null, maximized: null }, [laptop])).toEqual({ bounds: laptop, maximized: true });
    const { bounds, maximized } = placeWindow({ bounds: null, maximized: null }, [{ ...beside, x: 0 }]);
    expect(bounds).toEqual({ x: 277, y: 136, width: 1366, height: 768 });
    expect(maximized).toBe(false);
  });

  test('goes where it was, also on a second display', () => {
    const bounds = { x: 1500, y: 100, width: 1000, height: 700 };
    expect(placeWindow({ bounds, maximized: false }, [laptop, beside])).toEqual({ bounds, maximized: false });
  });

  test('comes back whole when its display is gone or has shrunk', () => {
    const bounds = { x: 1500, y: 100, width: 1800, height: 1000 };
    expect(placeWindow({ bounds, maximized: false }, [laptop]).bounds).toEqual(laptop);
    const half = placeWindow({ bounds: { x: -500, y: 300, width: 1000, height: 700 }, maximized: false }, [laptop]);
    expect(half.bounds).toEqual({ x: 0, y: 28, width: 1000, height: 700 });
  });

  test('is remembered, and a damaged file means the defaults', () => {
    const bounds = { x: 1, y: 2, width: 800, height: 600 };
    openShellState(folder).set({ bounds, locale: 'uz-Cyrl', scale: 1.125 });
    expect(openShellState(folder).get()).toMatchObject({ bounds, locale: 'uz-Cyrl', scale: 1.125, zoom: 1 });
    writeFileSync(join(folder, 'shell.json'), '{"bounds":{"x":"left"},"locale":"tg","zoom":99}');
    expect(openShellState(folder).get()).toEqual({ bounds: null, maximized: null, scale: 1, zoom: 1, locale: 'tg' });
    writeFileSync(join(folder, 'shell.json'), '{"bou');
    expect(openShellState(folder).get().locale).toBeNull();
  });
});

describe('log file', () => {
  test('is written in order and kept below three files of one megabyte', () => {
    const logger = createFileLogger({ directory: join(folder, 'logs'), time: { now: () => Date.UTC(2026, 10, 23) } });
    const text = 'x'.repeat(10_000);
    for (let number = 0; number < 500; number += 1) {
      logger.info('test/line', { number, text });
      if (number % 20 === 19) logger.flush();
    }
    logger.flush();
    const files = readdirSync(join(folder, 'logs')).sort();
    expect(files).toEqual(['komissiya.log', 'komissiya.log.1', 'komissiya.log.2']);
    for (const file of files) expect(statSync(join(folder, 'logs', file)).size).toBeLessThanOrEqual(1024 * 1024);
    const numbers = files
      .reverse()
      .flatMap((file) =>
        readFileSync(join(folder, 'logs', file), 'utf8')
          .trimEnd()
          .split('\n'),
      )
      .map((line) => JSON.parse(line).number as number);
    expect(numbers.at(-1)).toBe(499);
    expect(numbers).toEqual(numbers.map((_, index) => 499 - numbers.length + 1 + index));
  });
});

describe('saving a document', () => {
  test.each([
    ['Решение № 24/1 «О жалобе»', 'Решение № 24_1 «О жалобе»'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['  ..  ', 'document'],
    ['a\u0000b\u202egpj', 'a_b_gpj'],
  ])('%j becomes %j', (suggested, name) => expect(safeFileName(suggested)).toBe(name));

  test('never takes the place of another file', async () => {
    const names: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const written = await writeWhole(freePath(folder, 'Акт'), Buffer.from(`${round}`));
      if (written.ok) names.push(written.value.fileName);
    }
    expect(names).toEqual(['Акт.pdf', 'Акт (2).pdf', 'Акт (3).pdf']);
    expect(readFileSync(join(folder, 'Акт.pdf'), 'utf8')).toBe('0');
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test('says why it could not and leaves nothing behind', async () => {
    const gone = await writeWhole(join(folder, 'stick', 'Акт.pdf'), Buffer.from('x'));
    expect(gone).toEqual({ ok: false, error: { code: 'shell/write-failed', reason: 'folder-gone' } });
    mkdirSync(join(folder, 'Акт.pdf'));
    const taken = await writeWhole(join(folder, 'Акт.pdf'), Buffer.from('x'));
    expect(taken.ok).toBe(false);
    expect(readdirSync(folder)).toEqual(['Акт.pdf']);
  });
});

describe('drives', () => {
  const pack = (path: string, text = 'pack'): string => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    return join(folder, path);
  };

  test('a drive counts with a pack in its root or in its folder komissiya', async () => {
    pack('ФЛЕШКА/a.kpack');
    pack('second/komissiya/B.KPACK');
    pack('third/photos/c.kpack');
    mkdirSync(join(folder, 'fourth/d.kpack'), { recursive: true });
    symlinkSync('/etc/passwd', join(folder, 'fourth/e.kpack'));
    const drives = await drivesIn({ path: folder, depth: 1 });
    expect(drives.map((drive) => drive.name).sort()).toEqual(['fourth', 'second', 'third', 'ФЛЕШКА']);
    const found = await Promise.all(drives.map(async (drive) => [drive.name, (await packsOn(drive.path)) !== '']));
    expect(Object.fromEntries(found)).toEqual({ ФЛЕШКА: true, second: true, third: false, fourth: false });
    expect(await drivesIn({ path: join(folder, 'absent'), depth: 2 })).toEqual([]);
  });

  test('speaks once for every change and not in between', async () => {
    const told: string[][] = [];
    const watch = watchDrives({
      roots: [{ path: folder, depth: 1 }],
      platform: 'win32',
      logger: silentLogger,
      onChange: (drives: Drive[]) => told.push(drives.map((drive) => drive.name)),
      everyMs: 3_600_000,
    });
    try {
      await watch.look();
      expect(told).toEqual([]);
      const file = pack('stick/a.kpack');
      await watch.look();
      await watch.look();
      expect(told).toEqual([['stick']]);
      utimesSync(file, 1_700_000_000, 1_700_000_000);
      await watch.look();
      expect(told).toHaveLength(2);
      pack('stick/komissiya/b.kpack');
      await watch.look();
      expect(told).toHaveLength(3);
      rmSync(join(folder, 'stick'), { recursive: true });
      await watch.look();
      expect(told.at(-1)).toEqual([]);
      expect(told).toHaveLength(4);
    } finally {
      watch.close();
    }
  });

  test('network mounts are known by their type, with blanks in their names', () => {
    const mounts = [
      '/dev/sdb1 /media/user/KINGSTON vfat rw 0 0',
      '//office/share /mnt/Common\\040files cifs rw 0 0',
      'user@host:/ /mnt/remote fuse.sshfs rw 0 0',
      '/dev/sdc1 /media/user/NTFS fuseblk rw 0 0',
    ].join('\n');
    expect([...networkMounts(mounts)]).toEqual(['/mnt/Common files', '/mnt/remote']);
  });

  test('the system drive of Windows is no stick', () => {
    const letters = driveRoots('win32', ['E:\\extra']).map((root) => root.path);
    expect(letters).toContain('D:\\');
    expect(letters).toContain('E:\\extra');
    expect(letters).not.toContain('C:\\');
  });
});

describe('device secret', () => {
  /** The keychain belongs to the operating system: this one turns bytes around and can be taken away. */
  function keychain(available: boolean, backend: 'gnome_libsecret' | 'basic_text' = 'gnome_libsecret') {
    return {
      isEncryptionAvailable: () => available,
      getSelectedStorageBackend: () => backend,
      encryptString: (text: string) => Buffer.from(text).reverse(),
      decryptString: (bytes: Buffer) => Buffer.from(bytes).reverse().toString(),
    };
  }
  const read = (safeStorage: ReturnType<typeof keychain>) =>
    readDeviceSecret({ safeStorage, platform: 'linux', directory: folder, logger: silentLogger });

  test('is made once, 32 bytes, not readable from the file', () => {
    const secret = read(keychain(true));
    expect(secret).toHaveLength(32);
    expect(read(keychain(true))).toEqual(secret);
    expect(readFileSync(join(folder, 'device-secret')).includes(Buffer.from(secret ?? []).toString('base64'))).toBe(
      false,
    );
  });

  test('is absent without a real keychain', () => {
    expect(read(keychain(false))).toBeNull();
    expect(read(keychain(true, 'basic_text'))).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('survives a keychain that fails for a while', () => {
    const secret = read(keychain(true));
    expect(read(keychain(false))).toBeNull();
    const failing = {
      ...keychain(true),
      decryptString: (): string => {
        throw new Error('locked');
      },
    };
    expect(read(failing)).toBeNull();
    expect(read(keychain(true))).toEqual(secret);
  });
});
