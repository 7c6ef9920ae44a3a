/** What waits for the hub, kept in memory as the logs move, against what a look at all of them says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWaitingRecords, type WaitingLog } from '#core/store/waiting-records.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import { startOfTime } from '#tests/lib/core.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';

const step = fc.oneof(
  fc.record({ act: fc.constant('write' as const), records: fc.array(fc.nat(8), { minLength: 1, maxLength: 5 }) }),
  fc.record({ act: fc.constant('fail' as const), record: fc.nat(8) }),
  fc.record({ act: fc.constant('block' as const) }),
  fc.record({ act: fc.constant('seal' as const) }),
  // Parts of what is held.
  fc.record({
    act: fc.constant('marks' as const),
    sent: fc.double({ min: 0, max: 1, noNaN: true }),
    received: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ act: fc.constant('cut' as const), rewritten: fc.nat(3) }),
  fc.record({ act: fc.constant('renew' as const) }),
);

function failing(work: () => void): void {
  try {
    work();
  } catch {
    return;
  }
  throw new Error('it did not fail');
}

test('what is kept in memory is what the logs say, whatever happens to them', () => {
  let blocks = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) => {
      let now = startOfTime;
      const store = openTestStore(':memory:', { time: { now: () => now } });
      try {
        const { log: opLog } = store;
        const kept = createWaitingRecords(opLog);
        let value = 0;
        const write = (...records: readonly number[]): void => {
          const changes = records.map((record) => {
            value += 1;
            const values = { name: `Пример ${record}`, note: `Заметка ${value}` };
            return { ...newContact(`Контакт, пример ${record}`), values };
          });
          store.commit(changes, null);
        };
        const ownLog = () => opLog.logOf(opLog.ownReplica(), store.partition);
        for (const each of steps) {
          now += 1000;
          if (each.act === 'write') for (const record of each.records) write(record);
          else if (each.act === 'block') {
            // A whole block, so that one is sealed and the numbers go on in another segment.
            blocks += 1;
            write(...Array.from({ length: 400 }, (_, index) => index % 7));
          } else if (each.act === 'seal') store.committer.seal();
          else if (each.act === 'fail') {
            store.db.exec(`create temp trigger fails before insert on tail begin select raise(abort, 'no'); end`);
            failing(() => write(each.record));
            store.db.exec('drop trigger fails');
          } else if (each.act === 'marks') {
            const head = opLog.head(ownLog()).seq;
            const received = Math.floor(each.received * head);
            opLog.setMarks(ownLog(), { received, sent: Math.max(received, Math.floor(each.sent * head)) });
          } else if (each.act === 'cut') {
            // As what a log said in vain is taken away, and other things are written in its place.
            const { seq } = opLog.sealedHead(ownLog());
            store.db.transaction(() => opLog.cutBack(ownLog(), seq))();
            for (let index = 0; index < each.rewritten; index += 1) write(index);
          } else store.renewIdentity();

          const seen = kept.logs();
          const expected = opLog
            .logs()
            .filter(({ replica }) => opLog.isOwn(replica))
            .map((log): WaitingLog => {
              const ops = opLog.opsAfter(log, opLog.marks(log).received, Number.POSITIVE_INFINITY);
              const records = new Map(ops.map(({ record, kind, seq }) => [record, { kind, seq }]));
              return { log, records, since: ops[0] === undefined ? null : stampMs(ops[0].time) };
            });
          expect(seen).toEqual(expected);
        }
      } finally {
        store.close();
      }
    }),
    { numRuns: 25 },
  );
  expect(blocks).toBeGreaterThan(0);
});

test('a record that waits in two logs counts once', () => {
  const store = openTestStore(':memory:');
  const [first, second] = ['Один, пример', 'Два, пример'].map(newContact);
  if (first === undefined || second === undefined) throw new Error('no contacts');
  store.commit([first, second], null);
  const before = store.log.logOf(store.identity().replica, store.partition);
  store.log.setMarks(before, { sent: 2, received: 0 });
  expect(store.queries.roadCounts()).toMatchObject({ saved: 0, sent: 2, received: 0 });
  store.renewIdentity();
  store.commit([{ ...first, values: { note: 'Заметка, пример' } }], null);
  expect(store.queries.roadCounts()).toMatchObject({ saved: 1, sent: 1, received: 0 });
  expect(store.queries.roadCounts().waitingByKind).toEqual([{ kind: 'contact', count: 2 }]);
  store.log.setMarks(before, { sent: 2, received: 2 });
  expect(store.queries.roadCounts()).toMatchObject({ saved: 1, sent: 0, received: 1 });
  store.close();
});
