/** A hub and a laptop put back to before where another laptop's segments begin: it begins the partition anew, and nobody's work goes with that. */
import { describe, expect, test } from 'vitest';
import { createCompactor, keptMs } from '#core/store/compaction.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { problemOf } from '#core/sync/exchange-outcome.ts';
import type { Role } from '#shared/access/roles.ts';
import { Contact } from '#shared/contacts/contact.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { Decision } from '#shared/records/decision.ts';
import { logKey } from '#shared/sync/messages.ts';
import { officeForEachTest, officePartition, type OfficeLaptop } from '#tests/lib/office.ts';

const office = officeForEachTest();
/** What the writer wrote and forgot: so many that a part of it lies below the base, and a part behind. */
const forgotten = 1800;
const id = (name: string): string => derivedId(`parted|${name}`);
const keyOf = (laptop: OfficeLaptop): string => logKey(laptop.port().replica, officePartition);

/** Writes so many records, in actions of 100. */
function writeMany(laptop: OfficeLaptop, what: string, count: number, kind: Kind = Contact): void {
  office.current().clock.now += 1000;
  for (let from = 0; from < count; from += 100)
    laptop.store.commit(
      Array.from({ length: 100 }, (_, index) => ({
        kind,
        id: id(`${what} ${from + index}`),
        act: 'set' as const,
        values: { [kind === Contact ? 'name' : 'place']: `${what} ${from + index}, пример` },
      })),
      null,
    );
}

/** Lets go of what is old and the hub holds, as after a quarter of a year. */
function compact(laptop: OfficeLaptop, covered: { readonly [log: string]: number }): void {
  const time = { now: () => office.current().clock.now + keptMs + 1 };
  const compactor = createCompactor({ ...laptop.store, time });
  while (compactor.step(covered));
}

/** The hub's disk is put back to where it held so much of each log. */
async function putHubBack(held: { readonly [log: string]: number }): Promise<void> {
  const { db, identity } = office.current();
  for (const row of await db.selectFrom('log').select(['replica', 'partition']).execute()) {
    const seq = held[logKey(row.replica, row.partition)] ?? 0;
    const of = <Q extends { where: (column: never, is: '=', value: never) => Q }>(query: Q): Q =>
      query
        .where('replica' as never, '=', row.replica as never)
        .where('partition' as never, '=', row.partition as never);
    await of(db.deleteFrom('segment')).where('to_seq', '>', seq).execute();
    const last = await of(db.selectFrom('segment').select(['to_seq', 'head']))
      .orderBy('to_seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    expect(last?.to_seq ?? 0).toBe(seq);
    if (last === undefined) await of(db.deleteFrom('log')).execute();
    else await of(db.updateTable('log')).set({ head_seq: last.to_seq, head: last.head }).execute();
  }
  Object.assign(identity, { epoch: `${identity.epoch} again` });
}

/**
 * A writer of 600 and 1,800 contacts or papers, and a reader that has let go of its ops but the last thousand, and so of `full`'s; the hub and the
 * writer are back at 600, and the writer has gone on in another way, by `since` more. `isKept`: whether the hub had all of `full`'s in its backup.
 */
async function parted(given: {
  readonly isKept: boolean;
  readonly role?: Role;
  readonly kind?: Kind;
  readonly since?: number;
}) {
  const writer = office.open('writer');
  const reader = office.open('reader');
  const full = office.open('full');
  await writer.enrol();
  await full.enrol();
  await reader.enrol([officePartition], [given.role ?? 'chair']);
  writeMany(writer, 'До копии', 600);
  if (given.isKept) writeMany(full, 'От другого', 2500);
  await writer.sync();
  await full.sync();
  const before = await office.current().holds();
  const copy = writer.copy();
  writeMany(writer, 'Забыто', forgotten, given.kind);
  if (!given.isKept) writeMany(full, 'От другого', 2500);
  await writer.sync();
  await full.sync();
  await reader.sync();
  compact(reader, await office.current().holds());
  for (const each of [writer, full]) expect(reader.port().begins()[keyOf(each)]).toBeGreaterThan(600);
  writer.close();
  await putHubBack(before);
  const again = office.open('writer', copy);
  writeMany(again, 'После копии', given.since ?? 3000);
  await again.sync();
  return { reader, full, writer: again };
}

const well = { failure: null, refusals: [], refusedHere: [] };
/** The page says whose records these are. */
const told = { code: 'sync/log-parted', laptop: 'writer', partition: officePartition };
const refused = { failure: null, refusedHere: [{ failure: { code: 'segment/forked' } }] };

/** What came back to its writer in one round is the others' in the next. */
async function settle(laptops: readonly OfficeLaptop[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) for (const each of laptops) expect(await each.sync()).toMatchObject(well);
}

describe('a log that parts below where its segments begin', () => {
  test('is taken anew, and what only this laptop still had of it is everybody’s again', async () => {
    const { reader, full, writer } = await parted({ isKept: true });
    reader.write(id('own'), { name: 'Своё, пример' });
    await settle([reader, writer, full]);
    const names = reader.names();
    expect(names).toHaveLength(600 + forgotten + 2500 + 3000 + 1);
    expect(writer.names()).toEqual(names);
    expect(full.names()).toEqual(names);
    const fresh = office.open('fresh');
    await fresh.enrol();
    await fresh.sync();
    expect(fresh.names()).toEqual(names);
    expect(reader.port().begins()).toEqual({});
    // Once and for all.
    const held = await office.current().holds();
    for (const each of [reader, writer, full]) expect(await each.sync()).toMatchObject({ sent: 0, received: 0 });
    expect(await office.current().holds()).toEqual(held);
  });

  test('is left as it is while the hub lacks anything of another that would have to come anew', async () => {
    const { reader, full, writer } = await parted({ isKept: false });
    const names = reader.names();
    const begins = reader.port().begins();
    const outcome = await reader.sync();
    expect(outcome).toMatchObject(refused);
    expect(problemOf(reader.port(), outcome)).toEqual(told);
    expect(reader.names()).toEqual(names);
    expect(reader.port().begins()).toEqual(begins);
    // Its writer hands it over again, as after every restored hub.
    await full.sync();
    await settle([reader, writer, full]);
    expect(reader.names()).toHaveLength(names.length + 3000);
    expect(full.names()).toEqual(reader.names());
  });

  test('is not taken for equal while the hub’s does not reach as far as where they begin', async () => {
    const since = 300;
    const { reader, full, writer } = await parted({ isKept: true, since });
    expect(reader.port().begins()[keyOf(writer)]).toBeGreaterThan(600 + since);
    const names = reader.names();
    for (let round = 0; round < 2; round += 1) {
      const outcome = await reader.sync();
      expect(outcome).toMatchObject(well);
      expect(problemOf(reader.port(), outcome)).toEqual(told);
    }
    expect(reader.names()).toEqual(names);
    // Whoever holds nothing of it lacks nothing.
    const fresh = office.open('fresh');
    await fresh.enrol();
    expect(problemOf(fresh.port(), await fresh.sync())).toBeNull();
    writeMany(writer, 'Ещё', 1500);
    await writer.sync();
    await settle([reader, writer, full]);
    expect(problemOf(reader.port(), await reader.sync())).toBeNull();
    expect(reader.names()).toHaveLength(600 + forgotten + 2500 + since + 1500);
    expect(full.names()).toEqual(reader.names());
  });

  test('is left as it is where this laptop might not write again what would be lost', async () => {
    const { reader, full, writer } = await parted({ isKept: true, role: 'member', kind: Decision });
    const papers = (of: OfficeLaptop) =>
      of.store.db.prepare('select count(*) from decision where alive = 1').pluck().get();
    await full.sync();
    expect(await reader.sync()).toMatchObject(refused);
    expect(papers(reader)).toBe(forgotten);
    // With other rights it can, without anybody asking for it.
    await office.current().credentials.grant('reader', { roles: ['secretary'], handOverDays: 30 });
    await reader.sync();
    await settle([reader, writer, full]);
    expect(papers(reader)).toBe(forgotten);
    expect(reader.names()).toHaveLength(600 + 2500 + 3000);
  });
});
