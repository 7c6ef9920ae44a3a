/** JSON from outside: as JSON.parse reads it, but for what only exists to keep it busy. */
import { expect, test } from 'vitest';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { utf8 } from '#shared/kernel/utf8.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test('what nests up to 32 deep is read, deeper than that and broken it is none', () => {
  expect(parseForeignJson('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] });
  expect(parseForeignJson(utf8(nested(32)))).toEqual(JSON.parse(nested(32)));
  for (const none of [nested(33), '[[', '{"a":', '', '['.repeat(5_000_000)])
    expect(parseForeignJson(none)).toBe(undefined);
  expect(parseForeignJson(new Uint8Array([0x22, 0xff, 0x22]))).toBe(undefined);
});

test('brackets in texts nest nothing, also behind quotes and backslashes', () => {
  const texts = ['['.repeat(100), `"${'{'.repeat(100)}`, `\\"${'['.repeat(100)}\\`, ']'.repeat(100)];
  expect(parseForeignJson(JSON.stringify(texts))).toEqual(texts);
  expect(parseForeignJson(`["]]]]",${nested(32)}]`)).toBe(undefined);
});
