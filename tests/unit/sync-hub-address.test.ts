import { expect, test } from 'vitest';
import { parseHubAddress } from '#core/sync/hub-address.ts';
import { jitter, regularDelay, retryDelay, signInDelay } from '#core/sync/sync-schedule.ts';

test('addresses as people type them', () => {
  const cases: [string, string | null][] = [
    ['hub.example.org', 'https://hub.example.org'],
    [' HUB.example.org:8443/ ', 'https://hub.example.org:8443'],
    ['192.168.1.5:8470', 'https://192.168.1.5:8470'],
    ['http://192.168.1.5:8470', 'https://192.168.1.5:8470'],
    ['http://127.0.0.1:8470', 'http://127.0.0.1:8470'],
    ['127.0.0.1:8470', 'https://127.0.0.1:8470'],
    ['localhost:8470', 'https://localhost:8470'],
    ['https://hub.example.org/', 'https://hub.example.org'],
    ['https://hub.example.org/page', null],
    ['https://somebody@hub.example.org', null],
    ['ftp://hub.example.org', null],
    ['file:///etc', null],
    ['javascript:alert(1)', null],
    ['no address', null],
    ['', null],
  ];
  for (const [typed, origin] of cases) expect(parseHubAddress(typed), typed).toBe(origin);
});

test('tries come ever more slowly, never more than twelve minutes apart, never in step', () => {
  const low = { bytes: (length: number) => new Uint8Array(length) };
  const high = { bytes: (length: number) => new Uint8Array(length).fill(255) };
  expect([1, 2, 3].map((failures) => retryDelay(failures, low))).toEqual([4000, 8000, 16_000]);
  expect(retryDelay(1000, high)).toBe(720_000);
  expect([low, high].map(regularDelay)).toEqual([540_000, 660_000]);
  expect([low, high].map(signInDelay)).toEqual([500, 5500]);
  expect(jitter(1000, 0.1, low)).toBe(900);
  expect(jitter(1000, 0.1, high)).toBe(1100);
});
