import { generateKeyPairSync, sign, verify as verifyWith } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { checkCredential, credentialBytes, withoutRepeated, mayLeaveIn, mayWrite } from '#shared/sync/credential.ts';
import { kindsByName } from '#shared/kinds/all-kinds.ts';
import type { Credential } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';

const pair = generateKeyPairSync('ed25519');
const hubKey = bytesToHex(pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const verify = (_key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean =>
  verifyWith(null, data, pair.publicKey, signature);

const partition = 'kz/kz-19/kz-19-tec_oblast';
const unsigned: Omit<Credential, 'signature'> = {
  serial: '0011223344',
  replica: 'laptop-1',
  publicKey: '11'.repeat(32),
  laptop: 'SAMPLE-01',
  roles: ['member'],
  partitions: [partition],
  validFrom: 1000,
  validUntil: 2000,
};
const credential: Credential = {
  ...unsigned,
  signature: bytesToHex(sign(null, credentialBytes(unsigned), pair.privateKey)),
};
const op = (kind: number, act: Op['act'] = 'set'): Op => ({
  seq: 1,
  time: 1,
  actor: null,
  group: 1,
  kind,
  record: 'r',
  act,
  set: {},
  replaced: {},
  seen: null,
  digest: null,
});
const header = { replica: 'laptop-1', partition };

test('a credential counts only as the hub signed it', () => {
  expect(checkCredential(credential, hubKey, verify).ok).toBe(true);
  const changes: Partial<Credential>[] = [
    { roles: ['chair'] },
    { partitions: ['kz'] },
    { validUntil: 3000 },
    { replica: 'laptop-2' },
    { publicKey: '22'.repeat(32) },
    { laptop: 'SAMPLE-02' },
    { serial: '99' },
  ];
  for (const change of changes) {
    expect(checkCredential({ ...credential, ...change }, hubKey, verify).ok, JSON.stringify(change)).toBe(false);
  }
});

test('rights follow the kind, the act and whole segments of the partition', () => {
  const decision = kindsByName.get('decision');
  const progress = kindsByName.get('progress');
  const chair = { roles: ['chair' as const], partitions: ['kz/kz-19'] };
  const member = { roles: ['member' as const], partitions: ['kz/kz-19'] };
  expect(mayWrite(chair, decision, 'set', partition)).toBe(true);
  expect(mayWrite(chair, decision, 'remove', partition)).toBe(true);
  expect(mayWrite(chair, decision, 'set', 'kz/kz-190/x')).toBe(false);
  expect(mayWrite(chair, decision, 'set', 'kz')).toBe(false);
  expect(mayWrite(member, decision, 'set', partition)).toBe(false);
  expect(mayWrite(member, progress, 'set', partition)).toBe(true);
  expect(mayWrite(member, progress, 'remove', partition)).toBe(false);
  expect(mayWrite(member, undefined, 'set', partition), 'a kind of a later version is kept').toBe(true);
  expect(mayWrite(member, undefined, 'set', 'uz'), 'but not anywhere').toBe(false);
});

test('a segment is judged by the writer’s credential, and by the clock only first-hand', () => {
  const progress = kindsByName.get('progress')?.number ?? 0;
  const decision = kindsByName.get('decision')?.number ?? 0;
  const code = (...args: Parameters<typeof checkSegmentAllowed>): string => {
    const result = checkSegmentAllowed(...args);
    return result.ok ? 'ok' : result.error.code;
  };
  expect(code([credential], header, [op(progress), op(999)], 1500)).toBe('ok');
  expect(code([], header, [op(progress)], 1500)).toBe('segment/no-credential');
  expect(code([credential], { ...header, replica: 'laptop-2' }, [], 1500)).toBe('segment/no-credential');
  expect(code([credential], header, [op(progress)], 999)).toBe('segment/expired');
  expect(code([credential], header, [op(progress)], 2000)).toBe('segment/expired');
  expect(code([credential], header, [op(progress)], null)).toBe('ok');
  expect(code([credential], { ...header, partition: 'kz/kz-19/other' }, [op(progress)], 1500)).toBe(
    'segment/wrong-partition',
  );
  expect(code([credential], header, [op(progress), op(decision)], 1500)).toBe('segment/wrong-role');
});

test('a time that leaves no room to beat it is refused, by a laptop only where every hub does', () => {
  const progress = kindsByName.get('progress')?.number ?? 0;
  const at = (time: number, nowMs: number | null): boolean =>
    checkSegmentAllowed([credential], header, [{ ...op(progress), time }], nowMs).ok;
  const [in2105, last] = [Date.UTC(2105, 0) * 2048, Number.MAX_SAFE_INTEGER];
  expect([at(in2105, 1500), at(in2105, null)]).toEqual([false, true]);
  expect([at(last, 1500), at(last, null)]).toEqual([false, false]);
});

test('what was held when rights changed is judged by the rights of then, by everybody', () => {
  const progress = kindsByName.get('progress')?.number ?? 0;
  const decision = kindsByName.get('decision')?.number ?? 0;
  const chair: Credential = { ...credential, serial: '01', roles: ['chair'], validFrom: 1000 };
  const member: Credential = {
    ...chair,
    serial: '02',
    roles: ['member'],
    validFrom: 1100,
    heldBefore: { [partition]: 5 },
  };
  const moved: Credential = {
    ...member,
    serial: '03',
    partitions: ['kz/kz-20'],
    validFrom: 1200,
    heldBefore: { [partition]: 9 },
  };
  const code = (seq: number, kind: number, nowMs: number | null): string => {
    // The order in which they came to be known does not matter.
    const result = checkSegmentAllowed([member, moved, chair], header, [{ ...op(kind), seq }], nowMs);
    return result.ok ? 'ok' : result.error.code;
  };
  for (const now of [1500, null]) {
    expect([code(5, decision, now), code(6, decision, now), code(9, progress, now)]).toEqual([
      'ok',
      'segment/wrong-role',
      'ok',
    ]);
    expect(code(10, progress, now)).toBe('segment/wrong-partition');
  }
});

test('what was written under earlier rights may be handed over in time, also where they changed twice or were renewed', () => {
  const decision = kindsByName.get('decision')?.number ?? 0;
  const chair: Credential = { ...credential, serial: '01', roles: ['chair'] };
  const member: Credential = { ...credential, serial: '02', roles: ['member'], validFrom: 1100, handOverUntil: 1600 };
  const trainer: Credential = { ...credential, serial: '03', roles: ['trainer'], validFrom: 1200, handOverUntil: 1700 };
  const renewed: Credential = { ...trainer, serial: '04', validFrom: 1300 };
  const isTaken = (credentials: readonly Credential[], nowMs: number | null): boolean =>
    checkSegmentAllowed(credentials, header, [op(decision)], nowMs).ok;
  expect(isTaken([chair, member], 1599)).toBe(true);
  expect(isTaken([chair, member, trainer], 1599)).toBe(true);
  expect(isTaken([chair, member, trainer, renewed], 1599)).toBe(true);
  expect(isTaken([chair, member, trainer, renewed], null), 'the hub has judged').toBe(true);
  expect(isTaken([chair, member, trainer, renewed], 1600), 'the time of the first change is up').toBe(false);
  const { handOverUntil: _until, ...atOnce } = trainer;
  expect(isTaken([chair, member, atOnce], 1500), 'the second change gave none').toBe(false);
});

test('an attachment may be left where the newest credential reaches, and for a while where the one before did', () => {
  const elsewhere = 'kz/kz-11/kz-11-tec_oblast';
  const wide = { ...credential, partitions: ['kz'] };
  const narrow = { ...credential, validFrom: 1500, handOverUntil: 1800 };
  const may = (all: readonly Credential[], now: number) =>
    [partition, elsewhere].map((each) => mayLeaveIn(all, each, now));
  expect(may([wide], 1600)).toEqual([true, true]);
  expect(may([narrow, wide], 1799)).toEqual([true, true]);
  expect(may([narrow, wide], 1800), 'time is up').toEqual([true, false]);
  expect(may([{ ...credential, validFrom: 1500 }, wide], 1600), 'no time was given').toEqual([true, false]);
  expect(may([], 1600)).toEqual([false, false]);
});

test('of rights that still count, what a newer credential says as well is left out', () => {
  const given = (serial: string, rest: Partial<Credential>): Credential => ({ ...credential, serial, ...rest });
  const counting = [
    given('4', { roles: ['member'], handOverUntil: 1500, heldBefore: { [partition]: 9 } }),
    given('3', { roles: ['chair'], handOverUntil: 1500 }),
    given('2', { roles: ['member'], handOverUntil: 1500 }),
    given('1', { roles: ['member'], handOverUntil: 1400 }),
    given('0', { roles: ['member'] }),
  ];
  expect(withoutRepeated(counting).map(({ serial }) => serial)).toEqual(['4', '3', '1', '0']);
});
