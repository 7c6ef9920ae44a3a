/** What the Sync page offers first, which failure it still shows, and what it says a stick carries. */
import { expect, test } from 'vitest';
import { hubFailure, nextRoad, standingProblem, standingTone, stickFailure } from '#renderer/sync/next-road.ts';
import { stickSentences } from '#renderer/sync/stick-words.ts';
import type { SyncStatus } from '#shared/sync/contract.ts';

const enrolled = { address: 'https://hub.example', hubName: 'Hub, sample', since: 0, validUntil: 1 };
const away = { code: 'sync/hub-unreachable' };
const status = (changes: Partial<SyncStatus>): SyncStatus => ({
  enrolled,
  state: 'waiting',
  saved: 3,
  refused: 0,
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
  expect(nextRoad(status({ state: 'partly', refused: 2 }))).toBe('hub');
  expect(nextRoad(status({ state: 'partly', refused: 3 })), 'nothing goes by any road').toBeNull();
  expect(nextRoad(status({ enrolled: null, state: 'not-enrolled' }))).toBeNull();
});

test('a failure is not shown while the exchange is tried again, but that a laptop is shut out or logs have parted stays', () => {
  expect(standingProblem(status({ problem: away }), null)).toEqual(away);
  expect(standingProblem(status({ state: 'syncing', problem: away }), away)).toBeNull();
  const revoked = { code: 'sync/revoked' };
  expect(standingProblem(status({ state: 'syncing', problem: revoked }), null)).toEqual(revoked);
  const parted = status({ state: 'syncing', problem: { code: 'sync/log-parted', laptop: 'SAMPLE' } });
  expect(standingProblem(parted, null)).toEqual(parted.problem);
  expect(standingTone(parted)).toBe('ochre');
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

test('what was refused is said once: with the stick where that is the only road, else with the hub', () => {
  const parted = { code: 'sync/log-parted', laptop: 'SAMPLE', partition: 'kz/kz-19' };
  const stickOnly = status({ enrolled: { ...enrolled, address: null }, state: 'partly', problem: parted });
  expect(hubFailure(stickOnly, null)).toBeNull();
  for (const taken of [null, parted]) expect(stickFailure(stickOnly, taken)).toEqual(parted);
  const unread = { code: 'stick/nothing' };
  expect(stickFailure(stickOnly, unread)).toEqual(unread);
  const both = status({ state: 'partly', problem: parted });
  expect(hubFailure(both, null)).toEqual(parted);
  expect(stickFailure(both, parted)).toBeNull();
  const revoked = { code: 'sync/revoked' };
  const out = { ...stickOnly, problem: revoked };
  expect(hubFailure(out, null), 'beside the new invitation').toEqual(revoked);
  expect(stickFailure(out, revoked)).toBeNull();
});

test('a stick carries what the hub has not refused, and what it has is said beside', () => {
  expect(stickSentences(status({}))).toEqual([{ key: 'waiting', number: 3 }]);
  expect(stickSentences(status({ state: 'partly', refused: 2 }))).toEqual([
    { key: 'waiting', number: 1 },
    { key: 'refused', number: 2 },
  ]);
  expect(stickSentences(status({ state: 'partly', refused: 3 }))).toEqual([{ key: 'refused', number: 3 }]);
  expect(stickSentences(status({ problem: { code: 'sync/revoked' } }))).toEqual([{ key: 'shutOut', number: 3 }]);
  expect(stickSentences(status({ problem: { code: 'sync/protocol' } }))).toEqual([{ key: 'versions', number: 3 }]);
});

test('that all is handed over is said only where nothing comes, is on its way, or has parted', () => {
  const done = { saved: 0, state: 'up-to-date' } as const;
  expect(stickSentences(status(done))).toEqual([{ key: 'none' }]);
  const progress = { done: 10, total: 100, unit: 'bytes', secondsLeft: null } as const;
  expect(stickSentences(status({ ...done, state: 'syncing', progress }))).toEqual([{ key: 'syncing' }]);
  expect(stickSentences(status({ ...done, state: 'syncing' })), 'a look at the hub, over in a moment').toEqual([
    { key: 'none' },
  ]);
  expect(stickSentences(status({ ...done, state: 'waiting', sent: 4 }))).toEqual([{ key: 'sent', number: 4 }]);
  const parted = { code: 'sync/log-parted', laptop: 'SAMPLE', partition: 'kz/kz-19' };
  expect(stickSentences(status({ ...done, state: 'partly', problem: parted }))).toEqual([
    { key: 'parted', laptop: 'SAMPLE' },
  ]);
  const refused = { code: 'sync/segment-refused', reason: 'segment/bad-signature' };
  expect(stickSentences(status({ ...done, state: 'partly', problem: refused }))).toEqual([{ key: 'partly' }]);
});
