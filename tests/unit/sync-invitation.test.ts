import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInvitation, keyDigits, makeInvitation, parseInvitation } from '#shared/sync/invitation.ts';

const hash = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const key = 'ab'.repeat(32);
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((value) => value.some((byte) => byte < 250));
const codes = bytes.map((value) => makeInvitation(key, { bytes: () => value }, hash));

test('a code is twenty digits that name the hub’s key', () => {
  fc.assert(
    fc.property(codes, (code) => {
      const printed = formatInvitation(code);
      expect(printed).toMatch(/^(\d{4} ){4}\d{4}$/);
      const parsed = parseInvitation(` ${printed.replaceAll(' ', ' - ')} `);
      expect(parsed).toEqual({
        ok: true,
        value: { digits: code, secret: code.slice(0, 12), keyDigits: keyDigits(key, hash) },
      });
    }),
  );
});

test('one wrong digit and two swapped neighbours are always caught', () => {
  fc.assert(
    fc.property(codes, fc.nat(19), fc.integer({ min: 1, max: 9 }), (code, place, step) => {
      const wrong = (Number(code[place]) + step) % 10;
      expect(parseInvitation(code.slice(0, place) + wrong + code.slice(place + 1)).ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(codes, fc.nat(18), (code, place) => {
      fc.pre(code[place] !== code[place + 1]);
      const swapped = code.slice(0, place) + code[place + 1] + code[place] + code.slice(place + 2);
      expect(parseInvitation(swapped).ok).toBe(false);
    }),
  );
});

test('anything else is no code', () => {
  const code = makeInvitation(key, { bytes: (length) => new Uint8Array(length).fill(3) }, hash);
  for (const typed of ['', '1234', `${code}0`, code.slice(1), `${code.slice(0, 19)}x`, `+${code}`]) {
    expect(parseInvitation(typed)).toEqual({ ok: false, error: { code: 'sync/bad-code' } });
  }
});

test('the digits of the secret are even: no byte makes some more frequent', () => {
  let next = 0;
  const counter = { bytes: (length: number) => Uint8Array.from({ length }, () => next++ % 256) };
  const counts = new Map<string, number>();
  for (let index = 0; index < 500; index += 1) {
    for (const digit of makeInvitation(key, counter, hash).slice(0, 12))
      counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  const values = [...counts.values()];
  expect(values).toHaveLength(10);
  expect(Math.max(...values) / Math.min(...values)).toBeLessThan(1.2);
});
