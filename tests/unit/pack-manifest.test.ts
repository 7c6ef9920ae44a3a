import { expect, test } from 'vitest';
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { isForCountry, manifestText, type PackManifest, parseManifest } from '#shared/packs/manifest.ts';
import { isCompressible, mediaTypeOf } from '#shared/packs/media-types.ts';
import { findUnsafePath, isSafePath } from '#shared/packs/pack-path.ts';
import { findPublisher, knownPublishers } from '#shared/packs/publishers.ts';
import { AppVersion, compareAppVersions, packStanding } from '#shared/packs/versions.ts';

const manifest: PackManifest = {
  format: 1,
  kind: 'training',
  id: 'sample',
  version: 3,
  titles: { ru: 'Образец' },
  locales: ['ru', 'uz-Cyrl'],
  countries: ['KZ', 'KG'],
  minimumApp: '0.1.0',
  publisher: { id: 'sample-publisher', name: 'Sample publisher' },
  madeAt: 1,
  files: [{ path: 'text/one.uz-Cyrl.md', bytes: 1, sha256: 'a'.repeat(64), crc32: 0 }],
};

test('a manifest survives its own text, and no other text of the same value is one', () => {
  expect(parseManifest(manifestText(manifest))).toEqual({ ok: true, value: manifest });
  expect(parseManifest(JSON.stringify(manifest, null, 2)).ok).toBe(false);
  expect(parseManifest(`${manifestText(manifest)} `).ok).toBe(false);
  // JSON.parse takes the last of two equal keys; another reader might take the first.
  expect(parseManifest(manifestText(manifest).replace('"version":3', '"version":2,"version":3')).ok).toBe(false);
});

test('members of a later minor format do not stop this reader', () => {
  expect(parseManifest(canonicalJson({ ...manifest, colour: 'blue' })).ok).toBe(true);
});

test.each([
  'a.md',
  'text/terms-1.uz-Cyrl.md',
  'Матн ва расм/ў.png',
  'a b/c (1).png',
  'console.txt',
  'com.txt',
  'com10.txt',
  'aux-1/nul-2.txt',
])('%j is a safe path', (path) => expect(isSafePath(path)).toBe(true));

test.each([
  '',
  '.',
  '..',
  'a/..',
  '/a',
  'a/',
  'a//b',
  '~/../a',
  'c:a',
  'a:stream',
  'a?b',
  'a*b',
  'a|b',
  'a"b',
  'a<b',
  'a\tb',
  'a\u007fb',
  'a\u200eb',
  'a\u2067b',
  '\ufeffa',
  'a ',
  'a/ b',
  'a.',
  '.a',
  'con',
  'Con.txt',
  'a/LPT1',
  'com¹.txt',
  'CONIN$',
  'x'.repeat(301),
  '\ud800.txt',
  'e\u0301.txt',
])('%j is not', (path) => expect(isSafePath(path)).toBe(false));

test('paths meet where a file system would not tell them apart', () => {
  expect(findUnsafePath(['a/b.md', 'a/c.md', 'A.md'])).toBeUndefined();
  expect(findUnsafePath(['a/b.md', 'A/B.MD'])).toBe('A/B.MD');
  expect(findUnsafePath(['straße.md', 'STRASSE.md'])).toBe('STRASSE.md');
  expect(findUnsafePath(['ΟΔΟΣ.md', 'οδος.md'])).toBe('οδος.md');
  expect(findUnsafePath(['a', 'a/b'])).toBe('a/b');
  expect(findUnsafePath(['a/b', 'a'])).toBe('a');
  expect(findUnsafePath(['Manifest.json'])).toBe('Manifest.json');
});

test('versions', () => {
  expect(compareAppVersions('0.10.0', '0.9.9')).toBeGreaterThan(0);
  expect(compareAppVersions('1.0.0-test.4', '1.0.0')).toBe(0);
  expect(compareAppVersions('0.9.9', '1.0.0')).toBeLessThan(0);
  for (const text of ['1.0', '1.0.0.0', 'v1.0.0', '1.0.x', '']) expect(AppVersion.safeParse(text).success).toBe(false);
  expect([null, 2, 3, 4].map((installed) => packStanding(installed, 3))).toEqual([
    'new',
    'update',
    'installed',
    'older',
  ]);
});

test('countries, publishers, media types', () => {
  expect([null, 'kz', 'KG', 'uz'].map((country) => isForCountry(manifest, country))).toEqual([true, true, true, false]);
  expect(isForCountry({ ...manifest, countries: 'any' }, 'uz')).toBe(true);
  expect(knownPublishers({ allowDevelopmentPublisher: false })).not.toContainEqual(
    expect.objectContaining({ id: 'komissiya-development' }),
  );
  const [development] = knownPublishers({ allowDevelopmentPublisher: true }).slice(-1);
  expect(
    findPublisher(development === undefined ? [] : [development], 'komissiya-development', 'another key'),
  ).toBeUndefined();
  expect([mediaTypeOf('a.WEBM'), mediaTypeOf('a.exe'), mediaTypeOf('a'), mediaTypeOf('svg')]).toEqual([
    'video/webm',
    null,
    null,
    null,
  ]);
  expect([isCompressible('a.svg'), isCompressible('a.png')]).toEqual([true, false]);
});
