/** What the Sync page offers first, and which failure it still shows. */
import { expect, test } from 'vitest';
import { isPartRefused, nextRoad, standingProblem } from '#renderer/sync/next-road.ts';
import type { SyncStatus } from '#shared/sync/contract.ts';

const enrolled = { address: 'https://hub.example', hubName: 'Hub, sample', since: 0, validUntil: 1 };
const away = { code: 'sync/hub-unreachable' };
const status = (changes: Partial<SyncStatus>): SyncStatus => ({
  enrolled,
  state: 'waiting',
  saved: 3,
  sent: 0,
  received: 0,
  waitingSince: 0,
  waitingByKind: [],
  lastContactAt: null,
  lastTryAt: null,
  nextTryAt: null,
  progress: null,
  problem: null,
  scopes: { leaving: [], changes: [] },
  succession: null,
  clock: null,
  laptops: [],
  ...changes,
});

test('one road is the next step: the hub, or a stick where it cannot be reached', () => {
  expect(nextRoad(status({}))).toBe('hub');
  expect(nextRoad(status({ state: 'syncing' }))).toBe('hub');
  expect(nextRoad(status({ state: 'offline' }))).toBe('stick');
  expect(nextRoad(status({ problem: away }))).toBe('stick');
  expect(nextRoad(status({ enrolled: { ...enrolled, address: null } }))).toBe('stick');
  expect(nextRoad(status({ saved: 0, state: 'offline' }))).toBeNull();
  expect(nextRoad(status({ state: 'refused', problem: { code: 'sync/revoked' } }))).toBeNull();
  expect(nextRoad(status({ enrolled: null, state: 'not-enrolled' }))).toBeNull();
});

test('a failure is not shown while the exchange is tried again, but a laptop that is shut out stays so', () => {
  expect(standingProblem(status({ problem: away }), null)).toEqual(away);
  expect(standingProblem(status({ state: 'syncing', problem: away }), away)).toBeNull();
  const revoked = { code: 'sync/revoked' };
  expect(standingProblem(status({ state: 'syncing', problem: revoked }), null)).toEqual(revoked);
});

test('what the person’s own try failed for is shown for as long as it holds, and what came of a later exchange instead', () => {
  const parted = { code: 'sync/log-parted', laptop: 'SAMPLE', partition: 'kz/kz-19' };
  expect(standingProblem(status({ problem: parted }), { code: 'sync/hub-refused', reason: 'unknown-laptop' })).toEqual(
    parted,
  );
  expect(standingProblem(status({}), away)).toBeNull();
  const incident = { code: 'rpc/incident', incident: 'K-1' };
  expect(standingProblem(status({}), incident)).toEqual(incident);
});

test('what the hub has refused is told where a stick is written, as the laptop heard of it', () => {
  const refused = { code: 'sync/hub-refused', reason: 'wrong-partition' };
  const bySticks = status({ enrolled: { ...enrolled, address: null } });
  const exchange = { road: 'stick' as const, startedAt: 0, finishedAt: 0, sent: 0, received: 2, problem: refused };
  expect(isPartRefused(status({ problem: refused }), [])).toBe(true);
  expect(isPartRefused(status({ problem: { code: 'sync/partition-left', partition: 'kz/kz-33' } }), [])).toBe(true);
  expect(isPartRefused(status({}), [exchange]), 'over the line it would be heard again').toBe(false);
  const written = { ...exchange, sent: 5, problem: null };
  expect(isPartRefused(bySticks, [written, exchange])).toBe(true);
  expect(isPartRefused(bySticks, [{ ...exchange, problem: null }, written, exchange])).toBe(false);
  for (const problem of [away, { code: 'sync/revoked' }, { code: 'sync/hub-refused', reason: 'expired' }])
    expect(isPartRefused(status({ problem }), [])).toBe(false);
});
