/** What stops an exchange or a stick, in words of what a person could lose by it. */
import { expect, test } from 'vitest';
import { receivedFailure, takenFailure } from '#renderer/sync/received-failure.ts';

test('a full disk is one on which what came is not written, not one that lost what was typed', () => {
  expect(receivedFailure({ code: 'store/disk-full' })).toEqual({ code: 'sync/disk-full' });
  expect(takenFailure({ code: 'store/disk-full' })).toEqual({ code: 'sync/disk-full' });
  expect(receivedFailure({ code: 'sync/revoked' })).toEqual({ code: 'sync/revoked' });
  expect(receivedFailure(null)).toBe(null);
});

test('of a stick, the older side of two versions is its writer, whoever that is, or this laptop', () => {
  expect(takenFailure({ code: 'sync/protocol', hub: 3, app: 4 })).toEqual({ code: 'stick/old-writer' });
  const newer = { code: 'sync/protocol', hub: 5, app: 4 };
  expect(takenFailure(newer)).toBe(newer);
});
