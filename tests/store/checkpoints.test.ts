/** When the write-ahead file is copied: at rest, never while a backup reads, and what was not copied is there after a crash. */
import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Later, restMs } from '#core/store/checkpoints.ts';
import type { Store } from '#core/store/store.ts';
import { temporaryFolder } from '#tests/lib/core.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';

const key = new Uint8Array(32).fill(5);
const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

/** A clock turned by hand, and a store on it. */
function openAt(path: string): { store: Store; pass: (ms: number) => void } {
  let now = 0;
  const calls = new Set<{ at: number; work: () => void }>();
  const later: Later = (ms, work) => {
    const call = { at: now + ms, work };
    calls.add(call);
    return { putOff: () => void (call.at = now + ms), end: () => void calls.delete(call) };
  };
  const store = openTestStore(path, { key, later });
  stores.push(store);
  return {
    store,
    pass(ms) {
      now += ms;
      for (const call of calls) {
        if (call.at > now) continue;
        calls.delete(call);
        call.work();
      }
    },
  };
}

/** Pages that wait in the write-ahead file. */
function waiting({ db }: Store): number {
  const [row] = db.pragma('wal_checkpoint(noop)') as { log: number; checkpointed: number }[];
  return (row?.log ?? 0) - (row?.checkpointed ?? 0);
}
const note = 'Заметка, пример. '.repeat(300);
function write(store: Store, count: number, from = 0): void {
  for (let index = from; index < from + count; index += 1) {
    const contact = newContact(`Контакт, пример ${index}`);
    store.commit([{ ...contact, values: { ...contact.values, note } }], null);
  }
}

test('what was written is copied once nobody has acted for a while', () => {
  const { store, pass } = openAt(join(temporaryFolder(), 'store.db'));
  store.checkpoints.now();
  write(store, 150);
  const pages = waiting(store);
  expect(pages).toBeGreaterThan(300);
  pass(restMs - 1);
  expect(waiting(store)).toBe(pages);
  // A look at a screen is enough.
  store.checkpoints.acts();
  pass(restMs - 1);
  expect(waiting(store)).toBe(pages);
  // What is taken from elsewhere puts it off too, and whatever else is written.
  for (const work of [() => store.committer.together(() => true), () => store.committer.seal(() => false)]) {
    work();
    pass(restMs - 1);
    expect(waiting(store)).toBe(pages);
  }
  pass(1);
  expect(waiting(store)).toBe(0);

  // Little is left for another time, and the next writing asks again.
  write(store, 3, 150);
  pass(restMs);
  expect(waiting(store)).toBeGreaterThan(0);
  write(store, 150, 153);
  pass(restMs);
  expect(waiting(store)).toBe(0);
});

test('the write-ahead file does not grow without bound while somebody acts all the time', () => {
  const path = join(temporaryFolder(), 'store.db');
  const { store } = openAt(path);
  for (let index = 0; index < 30; index += 1) {
    const many = Array.from({ length: 20 }, (_, each) => newContact(`Контакт, пример ${index} ${each}`));
    store.commit(
      many.map((contact) => ({ ...contact, values: { ...contact.values, note: note.repeat(8) } })),
      null,
    );
  }
  expect(statSync(path).size).toBeGreaterThan(20_000_000);
  expect(waiting(store)).toBeLessThan(8000);
});

test('nothing is copied while a backup reads the file', async () => {
  const { store, pass } = openAt(join(temporaryFolder(), 'store.db'));
  let pages = 0;
  await store.checkpoints.whileStill(async () => {
    expect(waiting(store)).toBe(0);
    write(store, 150);
    pages = waiting(store);
    pass(restMs);
    store.checkpoints.now();
    expect(waiting(store)).toBe(pages);
  });
  expect(pages).toBeGreaterThan(300);
  pass(restMs);
  expect(waiting(store)).toBe(0);
});

test('after a crash all that had not been copied is there', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'store.db');
  const { store } = openAt(path);
  store.checkpoints.now();
  write(store, 150);
  const rows = (of: Store): unknown => of.db.prepare('select id, f_name from contact order by id').all();
  expect(waiting(store)).toBeGreaterThan(300);
  // As the disk holds it at this moment.
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  const again = openAt(copy).store;
  expect(rows(again)).toEqual(rows(store));
  expect(again.log.summary()).toEqual(store.log.summary());
  expect(again.db.pragma('quick_check(1)', { simple: true })).toBe('ok');
});

test('a disk that is full at rest ends nothing, and it is tried again', () => {
  const { store, pass } = openAt(join(temporaryFolder(), 'store.db'));
  write(store, 150);
  const pages = waiting(store);
  // SQLite answers a checkpoint within a transaction as it does one that the disk refuses: with an error.
  store.db.exec('begin immediate');
  pass(restMs);
  store.db.exec('commit');
  expect(waiting(store)).toBe(pages);
  write(store, 1, 150);
  pass(restMs);
  expect(waiting(store)).toBe(0);
});
