/** A laptop put back from a backup or from a copy of its disk, at the hub and by stick: nothing is lost, and nothing counts twice. */
import { expect, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { newestFirst } from '#shared/sync/credential.ts';
import { emptyHead } from '#shared/sync/op.ts';
import { officeForEachTest, type OfficeLaptop } from '#tests/lib/office.ts';

const office = officeForEachTest();

const laptop = office.open;
async function enrolled(name: string): Promise<OfficeLaptop> {
  const made = laptop(name);
  await made.enrol();
  return made;
}
const id = (name: string): string => derivedId(`restored|${name}`);

/** Everybody exchanges until nobody has anything new; then all hold the same records and logs. */
async function settle(...laptops: OfficeLaptop[]): Promise<void> {
  for (let round = 0; round < 3; round += 1)
    for (const each of laptops) {
      const outcome = await each.sync();
      expect(outcome, each.name).toMatchObject({ failure: null, refusedHere: [], refusals: [] });
    }
  const [first] = laptops;
  for (const each of laptops) {
    expect(each.port().summary(), each.name).toEqual(first?.port().summary());
    expect(each.port().summary()).toEqual(await office.current().holds());
    expect(tableOf(each), each.name).toEqual(first && tableOf(first));
    // Built anew from its log a table is the same.
    const before = tableOf(each);
    each.store.committer.rebuild(Contact);
    expect(tableOf(each)).toEqual(before);
  }
}
function tableOf(each: OfficeLaptop): unknown {
  const rows = each.store.db.prepare('select id, alive, f_name, f_phone, f_note, f_languages from contact order by id');
  return rows.all();
}
function ops(each: OfficeLaptop, record: string): number {
  return each.store.log.opsOfRecord(record).length;
}

test('the same ops seal to the same chain, here and in a backup made before they were sealed', async () => {
  const one = await enrolled('one');
  one.write(id('a'), { name: 'Контакт, пример 1' });
  const backup = one.copy();
  one.write(id('b'), { name: 'Контакт, пример 2' });
  await one.sync();
  const copy = laptop('copy', backup);
  copy.store.committer.seal();
  const [log] = copy.store.log.logs();
  const [original] = one.store.log.logs();
  if (log === undefined || original === undefined) throw new Error('no log');
  expect(copy.store.log.headAt(log, 1)).toEqual(one.store.log.headAt(original, 1));
  expect(copy.store.log.headAt(log, 1)).not.toEqual(emptyHead);
});

test('a backup put back in the app hands on what it had not sent, and takes what was sent after it', async () => {
  const [lost, other] = [await enrolled('lost'), await enrolled('other')];
  lost.write(id('sent'), { name: 'Отправлено, пример' });
  await lost.sync();
  lost.write(id('open'), { name: 'В копии, не отправлено, пример' });
  const backup = lost.copy();
  lost.write(id('later'), { name: 'Отправлено после копии, пример' });
  await lost.sync();

  const restored = laptop('restored', backup);
  restored.renewIdentity();
  expect(restored.store.queries.roadCounts()).toMatchObject({ saved: 1, received: 1 });
  expect(await restored.succeed()).toMatchObject({ ok: true });
  restored.write(id('new'), { name: 'После восстановления, пример' });
  await settle(restored, other);
  expect(restored.names()).toHaveLength(4);
  for (const name of ['sent', 'open', 'later', 'new']) expect(ops(other, id(name)), name).toBe(1);
  expect(restored.store.queries.roadCounts()).toMatchObject({ saved: 0, sent: 0 });
});

test('what no hub ever heard of under the old identity is written again under the new one', async () => {
  const lost = laptop('lost');
  lost.write(id('a'), { name: 'До записи у хаба, пример', languages: ['ru', 'kk'] });
  lost.write(id('a'), { phone: '1', languages: ['ru'] });
  const restored = laptop('restored', lost.copy());
  restored.renewIdentity();
  restored.write(id('a'), { phone: '2' });
  await restored.enrol();
  const outcome = await restored.sync();
  expect(outcome).toMatchObject({ reissued: 2, failure: null, refusals: [] });
  const other = await enrolled('other');
  await settle(restored, other);
  expect(other.store.queries.get(Contact, id('a'))?.values).toMatchObject({ phone: '2', languages: ['ru'] });
  // One chain of edits: nobody's value was overruled unseen.
  const steps = other.store.queries.history(Contact, id('a'));
  expect(steps).toHaveLength(3);
  expect(steps.flatMap((step) => step.changes.filter((change) => change.overruled))).toEqual([]);
});

test('what a revoked identity had not sent is written again', async () => {
  const lost = await enrolled('lost');
  lost.write(id('sent'), { name: 'Отправлено, пример' });
  await lost.sync();
  lost.write(id('open'), { name: 'Не отправлено, пример' });
  const restored = laptop('restored', lost.copy());
  restored.renewIdentity();
  await office.current().credentials.revoke('lost');
  await restored.enrol();
  const other = await enrolled('other');
  await settle(restored, other);
  expect(other.names()).toEqual(['Не отправлено, пример', 'Отправлено, пример']);
});

test.each(['the original went further', 'the copy went further', 'both went as far'])(
  'a copy that wrote on beside its original is noticed and mended: %s',
  async (which) => {
    const [original, other] = [await enrolled('original'), await enrolled('other')];
    original.write(id('common'), { name: 'До копии, пример', phone: '0', languages: ['ru'] });
    await original.sync();
    original.write(id('unsent'), { name: 'В обеих, не отправлено, пример' });
    const copy = laptop('copy', original.copy());
    const [there, here] =
      which === 'the original went further' ? [3, 1] : which === 'the copy went further' ? [1, 3] : [2, 2];
    for (let index = 0; index < there; index += 1)
      original.write(id(`there ${index}`), { name: `У первого, пример ${index}` });
    await original.sync();
    for (let index = 0; index < here; index += 1) copy.write(id(`here ${index}`), { name: `У копии, пример ${index}` });
    copy.write(id('common'), { phone: '1', languages: ['ru', 'kk'] });
    copy.store.commit([{ kind: Contact, id: id('here 0'), act: 'remove', values: {} }], null);

    expect((await copy.sync()).failure).toEqual({ code: 'sync/old-copy' });
    copy.renewIdentity();
    copy.write(id('common'), { phone: '2', languages: ['kk'] });
    await copy.enrol();
    await settle(copy, other);
    await settle(original, copy, other);
    const { phone, languages } = other.store.queries.get(Contact, id('common'))?.values ?? {};
    expect([phone, languages]).toEqual(['2', ['kk']]);
    expect(other.names()).toHaveLength(2 + there + here - 1);
    expect(ops(other, id('unsent'))).toBe(1);
    expect(ops(other, id('common'))).toBe(3);
    const overruled = other.store.queries
      .history(Contact, id('common'))
      .flatMap((step) => step.changes.filter((change) => change.overruled));
    expect(overruled).toEqual([]);
  },
);

test('a copy that was put back and has written nothing finds out at its first contact', async () => {
  const [original, other] = [await enrolled('original'), await enrolled('other')];
  original.write(id('a'), { name: 'До копии, пример' });
  await original.sync();
  const copy = laptop('copy', original.copy());
  original.write(id('b'), { name: 'После копии, пример' });
  await original.sync();
  expect((await copy.sync()).failure).toEqual({ code: 'sync/old-copy' });
  copy.renewIdentity();
  await copy.enrol();
  await settle(copy, other, original);
  expect(copy.names()).toHaveLength(2);
});

test('who got the copy’s continuation by stick comes to the hub’s, and the copy’s comes again', async () => {
  const [original, other] = [await enrolled('original'), await enrolled('other')];
  original.write(id('a'), { name: 'До копии, пример' });
  await settle(original, other);
  const copy = laptop('copy', original.copy());
  copy.write(id('here'), { name: 'У копии, пример' });
  expect(await copy.carryTo(other)).toMatchObject({ received: 1, failure: null });
  original.write(id('there'), { name: 'У первого, пример' });
  await original.sync();
  // The other laptop brings the copy's continuation; the hub has the original's already.
  await other.sync();
  expect(other.names()).toEqual(['До копии, пример', 'У первого, пример']);
  // Word comes to the copy by stick, too.
  expect(await other.carryTo(copy)).toMatchObject({ isForked: true });
  copy.renewIdentity();
  await copy.enrol();
  await settle(copy, other, original);
  expect(original.names()).toEqual(['До копии, пример', 'У копии, пример', 'У первого, пример']);
});

test('by stick only: a backup put back hands on and takes the rest, and a copy that wrote on is mended', async () => {
  const original = await enrolled('original');
  original.write(id('a'), { name: 'До копии, пример' });
  await original.visitHub();
  original.write(id('unsent'), { name: 'В копии, не отправлено, пример' });
  const [backup, image] = [original.copy(), original.copy()];
  original.write(id('there'), { name: 'У первого, пример' });
  await original.visitHub();

  const restored = laptop('restored', backup);
  restored.renewIdentity();
  restored.write(id('restored'), { name: 'После восстановления, пример' });
  expect(await restored.visitHub()).toMatchObject({ failure: null, isForked: false });
  await restored.visitHub();
  // The disk it came from is told by the next stick that it is not the laptop any more.
  expect(await original.visitHub()).toMatchObject({ isSucceeded: true, received: 0 });
  await original.enrol();

  const copy = laptop('copy', image);
  copy.write(id('here'), { name: 'У копии, пример' });
  expect(await copy.visitHub()).toMatchObject({ isForked: true });
  copy.renewIdentity();
  await copy.enrol();
  for (let visit = 0; visit < 3; visit += 1)
    for (const each of [copy, restored, original])
      expect(await each.visitHub()).toMatchObject({ isForked: false, failure: null });
  for (const each of [copy, restored, original]) {
    expect(each.names(), each.name).toHaveLength(5);
    expect(each.port().summary()).toEqual(await office.current().holds());
    expect(tableOf(each)).toEqual(tableOf(original));
  }
});

test('a laptop that comes by stick only gets its credential renewed, and goes by it', async () => {
  const [never, neighbour] = [await enrolled('never'), await enrolled('neighbour')];
  const own = (each: OfficeLaptop) =>
    newestFirst(
      each
        .port()
        .credentials()
        .filter(({ replica }) => replica === never.port().replica),
    );
  never.write(id('a'), { name: 'Без сети, пример' });
  await never.visitHub();
  const [first] = own(never);
  office.current().clock.now += 350 * 86_400_000;
  // A neighbour's visit brings an answer for all, but renews only its own.
  await neighbour.visitHub();
  expect(own(never)).toHaveLength(1);
  await never.visitHub();
  expect(own(never)).toHaveLength(2);
  office.current().clock.now += 100 * 86_400_000;
  never.write(id('b'), { name: 'После года, пример' });
  expect(await never.visitHub()).toMatchObject({ refusals: [], failure: null });
  expect(Object.values(await office.current().holds())).toEqual([2]);
  expect(own(never)[0]?.validUntil).toBeGreaterThan(first?.validUntil ?? 0);
});

test('what a neighbour never online hands over by stick reaches the hub over the network', async () => {
  const [never, online, third] = [await enrolled('never'), await enrolled('online'), await enrolled('third')];
  await settle(online, third);
  const credentials = never.port().credentials();
  expect(
    online.port().addCredentials(credentials).ok && never.port().addCredentials(online.port().credentials()).ok,
  ).toBe(true);
  for (let index = 0; index < 5; index += 1) never.write(id(`n${index}`), { name: `Без сети, пример ${index}` });
  expect(await never.carryTo(online)).toMatchObject({ received: 5 });
  const outcome = await online.sync();
  expect(outcome).toMatchObject({ sent: 5, failure: null });
  await settle(online, third);
  expect(third.names()).toHaveLength(5);
  // A round trip for nothing once all is there.
  expect(await online.sync()).toMatchObject({ turns: 1, sent: 0, received: 0 });
});

test('a neighbour’s log that the hub will not take is offered once, and not at every exchange', async () => {
  const [never, online] = [await enrolled('never'), await enrolled('online')];
  await online.sync();
  online.port().addCredentials(never.port().credentials());
  never.port().addCredentials(online.port().credentials());
  never.write(id('a'), { name: 'Без сети, пример' });
  await never.carryTo(online);
  await office.current().credentials.revoke('never');
  const outcome = await online.sync();
  expect(outcome).toMatchObject({ failure: null, refusals: [], sent: 0 });
  expect(Object.keys(outcome.unwanted)).toHaveLength(1);
  expect(await online.sync()).toMatchObject({ turns: 1, failure: null });
});
