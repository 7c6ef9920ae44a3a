import { describe, expect, test } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { longestInput, refuseCall } from '#shell/ipc.ts';
import { isAppPage } from '#shell/lockdown.ts';
import { menuTemplate } from '#shell/menu.ts';
import { createShellTexts } from '#shell/texts.ts';
import { parseRange, safeSegments } from '#shell/url-paths.ts';

describe('calls from a page', () => {
  test('pass when they look like calls', () => {
    expect(refuseCall('contacts.list', { search: 'Қаримов' })).toBeNull();
    expect(refuseCall('shell.about', undefined)).toBeNull();
  });

  test.each([
    'packs.locate',
    'packs.setSources',
    'contacts',
    '__proto__.x',
    'contacts.list.more',
    'contacts.list\n',
    '',
    7,
    null,
    ['contacts.list'],
  ])('%j is an unknown call', (name) => expect(refuseCall(name, {})).toEqual({ code: 'rpc/unknown-call' }));

  test('large and unreadable inputs are refused', () => {
    expect(refuseCall('contacts.save', { text: 'x'.repeat(longestInput) })?.code).toBe('rpc/too-large');
    expect(refuseCall('contacts.save', { text: 'x'.repeat(longestInput - 100) })).toBeNull();
    const round: { self?: unknown } = {};
    round.self = round;
    expect(refuseCall('contacts.save', round)?.code).toBe('rpc/bad-input');
  });

  test('only our page is our page', () => {
    expect(isAppPage('app://komissiya/index.html')).toBe(true);
    expect(isAppPage('app://komissiya/index.html#/print/decision/1?locales=ky,ru')).toBe(true);
    for (const url of [
      'app://komissiya/other.html',
      'app://komissiya.evil/index.html',
      'app://komissiya/index.html?x',
      'pack://course/index.html',
      'https://komissiya/index.html',
      'about:blank',
    ]) {
      expect(isAppPage(url)).toBe(false);
    }
  });
});

describe('paths in URLs', () => {
  test.each([
    ['/', ['index.html']],
    ['/assets/index-a1.js', ['assets', 'index-a1.js']],
    ['/media/%D0%9A%D1%83%D1%80%D1%81%201.webm', ['media', 'Курс 1.webm']],
  ])('%s', (path, segments) => expect(safeSegments(path)).toEqual(segments));

  test.each([
    '/../core.js',
    '/a/../../core.js',
    '/%2e%2e/core.js',
    '/..%2fcore.js',
    '/a%5c..%5ccore.js',
    '/C:/Windows',
    '/a//b',
    '/a%00.js',
    '/%E0%A4%A',
  ])('%s is refused', (path) => expect(safeSegments(path)).toBeNull());
});

describe('byte ranges', () => {
  test.each([
    [null, null],
    ['bytes=0-', { start: 0, end: 999 }],
    ['bytes=10-19', { start: 10, end: 19 }],
    ['bytes=990-5000', { start: 990, end: 999 }],
    ['bytes=-100', { start: 900, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=20-10', null],
    ['bytes=0-1,5-6', null],
    ['items=0-1', null],
    ['bytes=-', null],
  ])('%s of 1000 bytes', (header, range) => expect(parseRange(header, 1000)).toEqual(range));
});

describe('menu', () => {
  test.each(locales)('has a word for every entry in %s, and no key twice', (locale) => {
    const template = menuTemplate({
      texts: createShellTexts(() => locale),
      platform: 'linux',
      developer: false,
      onCommand: () => undefined,
      onZoom: () => undefined,
      onQuit: () => undefined,
    });
    const entries = template.flatMap((menu) => [menu, ...(Array.isArray(menu.submenu) ? menu.submenu : [])]);
    const words = entries.filter((entry) => entry.type !== 'separator').map((entry) => entry.label?.trim() ?? '');
    expect(words).not.toContain('');
    const keys = entries.flatMap((entry) => (entry.accelerator ? [entry.accelerator] : []));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(
      expect.arrayContaining(['CmdOrCtrl+K', 'CmdOrCtrl+L', 'CmdOrCtrl+N', 'CmdOrCtrl+S', 'CmdOrCtrl+P', 'F1']),
    );
  });

  test('a chosen entry sends its command', () => {
    const commands: string[] = [];
    const template = menuTemplate({
      texts: createShellTexts(() => 'ru'),
      platform: 'linux',
      developer: false,
      onCommand: (command) => commands.push(command),
      onZoom: () => undefined,
      onQuit: () => commands.push('quit'),
    });
    for (const menu of template) {
      if (!Array.isArray(menu.submenu)) continue;
      // Our own entries take no arguments; the types of Electron's click ask for three.
      for (const entry of menu.submenu) (entry.click as (() => void) | undefined)?.();
    }
    expect(commands).toEqual(['new', 'save', 'print', 'settings', 'lock', 'quit', 'search', 'today', 'sync', 'help']);
  });
});
