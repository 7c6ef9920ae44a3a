/** Another version's message is named as such, whatever is in it; and what is garbage is garbage. */
import { expect, test } from 'vitest';
import { ok } from '#shared/kernel/result.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { EnrolRequest, frame, parseMessage, protocolVersion, SyncRequest, unframe } from '#shared/sync/messages.ts';
import { readParcel } from '#shared/sync/parcel.ts';

const future = { protocol: 99, replica: { id: 'x', of: ['a later version'] }, segments: 'elsewhere', more: null };
const named = { ok: false, error: { code: 'sync/protocol', hub: 99, app: protocolVersion } };

test('the version is read before anything that another version may have changed', () => {
  expect(unframe(frame(future, [utf8('what follows is not known')]), SyncRequest)).toEqual(named);
  expect(parseMessage(future, EnrolRequest)).toEqual(named);
  expect(readParcel(frame({ ...future, what: 'something new' }, []))).toEqual(named);
});

test('a message of this version with other members, or of none, is garbage', () => {
  const garbage = { ok: false, error: { code: 'sync/garbage' } };
  expect(parseMessage({ ...future, protocol: protocolVersion }, EnrolRequest)).toEqual(garbage);
  for (const odd of [null, 5, [], {}, { protocol: '99' }, { protocol: 99.5 }])
    expect(parseMessage(odd, EnrolRequest), JSON.stringify(odd)).toEqual(garbage);
  const request = { protocol: protocolVersion, code: 'x', replica: 'r', publicKey: '00'.repeat(32), partition: 'kz' };
  expect(parseMessage({ ...request, role: 'chair' }, EnrolRequest)).toEqual(ok({ ...request, role: 'chair' }));
});
