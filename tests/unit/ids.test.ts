import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesToId, Id, idToBytes, isId, isIdText, writeIdText } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';

/** Ids, and texts that are one but for a character or their length. */
const nearlyId = fc
  .tuple(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.nat(37),
    fc.constantFrom(null, '', '-', 'A', 'g', '/', ':', '`', ' ', 'é', '\u{1F600}', '0a'),
  )
  .map(([bytes, at, other]) => {
    const id = bytesToId(bytes);
    return other === null ? id : id.slice(0, at) + other + id.slice(at + 1);
  });

test('what is an id by its characters and by its bytes is one by its schema', () => {
  fc.assert(
    fc.property(nearlyId, (text) => {
      const isOne = Id.safeParse(text).success;
      expect(isId(text)).toBe(isOne);
      const bytes = utf8(`x${text}x`);
      expect(isIdText(bytes, 1, bytes.length - 1)).toBe(isOne);
      if (!isOne) return;
      const written = new Uint8Array(18).fill(7);
      writeIdText(bytes, 1, written, 1);
      expect([...written]).toEqual([7, ...idToBytes(text), 7]);
    }),
    { numRuns: 2000 },
  );
});
