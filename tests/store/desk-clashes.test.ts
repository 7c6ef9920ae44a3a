/** Natural keys on real stores: one person twice, one number twice; merged, renumbered or declared different. */
import { describe, expect, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { Commission } from '#shared/commissions/commission.ts';
import { Membership } from '#shared/commissions/membership.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { Decision } from '#shared/records/decision.ts';
import { clash, closeLaptops, code, lines, three, value } from '#tests/lib/desk-laptops.ts';

closeLaptops();

const paper = derivedId('decision');
const draft = { state: 'draft', number: '24/1', title_ru: 'О порядке, пример', place: 'г. Тестов' };

describe('natural keys', () => {
  const [one, two] = [derivedId('contact 1'), derivedId('contact 2')];
  const seat = derivedId('seat');

  function twice() {
    const all = three();
    all.a.write(Contact, one, {
      name: 'Каримов Ойбек, пример',
      phone: '+7 700 000-00-03',
      languages: ['ru'],
      email: 'a@example.org',
    });
    all.b.write(Contact, two, {
      name: 'Пример Oybek Karimov',
      phone: '87000000003',
      languages: ['uz'],
      position: 'Наблюдатель',
    });
    all.b.write(Membership, seat, {
      commission: derivedId('commission'),
      contact: two,
      role: 'member',
      startsOn: '2026-01-01',
    });
    all.meet();
    return all;
  }

  test('one person twice: merged field by field, references follow, the history stays', async () => {
    const { a, b, c, meet } = twice();
    for (const each of [a, b, c]) expect(await lines(each)).toMatchObject([{ what: 'clash', kind: 'contact' }]);
    expect(await lines(a)).toEqual(await lines(c));
    const found = await clash(c);
    expect(found.records.map(({ id }) => id).toSorted()).toEqual([one, two].toSorted());
    expect(
      await code(c.desk.merge({ item: found.item, ids: [one, derivedId('stranger')], survivor: one, take: {} })),
    ).toBe('desk/changed');
    await value(c.desk.merge({ item: found.item, ids: [one, two], survivor: one, take: {} }));
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Contact, one)?.values).toMatchObject({
        name: 'Каримов Ойбек, пример',
        position: 'Наблюдатель',
        email: 'a@example.org',
        languages: ['ru', 'uz'],
      });
      expect(each.store.queries.get(Contact, two)?.removed).toBe(true);
      expect(each.store.queries.get(Membership, seat)?.values.contact).toBe(one);
      expect(await value(each.desk.ofRecord({ kind: 'contact', id: two }))).toEqual({ item: null, mergedInto: one });
      expect(each.store.queries.history(Contact, two)[0]?.act).toBe('removed');
    }
    // An edit of the one merged away, made elsewhere without knowing: it is back, and so is the question.
    b.write(Contact, two, {}, 'restore');
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toMatchObject([{ what: 'clash', kind: 'contact' }]);
  });

  test('different people: declared so once, asked again only about a third', async () => {
    const { a, b, c, meet } = twice();
    const found = await clash(a);
    await value(a.desk.declareDifferent({ item: found.item, ids: found.records.map(({ id }) => id) }));
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toEqual([]);
    const third = derivedId('contact 3');
    c.write(Contact, third, { name: 'Каримов Ойбек пример', phone: '8 700 0000003' });
    meet();
    expect((await clash(b)).records).toHaveLength(3);
    b.write(Contact, third, { phone: '8 700 0000009' });
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toEqual([]);
  });

  test('one declares them different, one merges: asked again, and both can stand', async () => {
    const { a, b, c, meet } = twice();
    const found = await clash(a);
    const ids = found.records.map(({ id }) => id);
    await value(a.desk.declareDifferent({ item: found.item, ids }));
    await value(b.desk.merge({ item: found.item, ids, survivor: one, take: {} }));
    meet();
    for (const each of [a, b, c])
      expect((await clash(each)).verdicts.map(({ laptop: where }) => where).toSorted()).toEqual(['a', 'b']);
    const again = await clash(c);
    await value(c.desk.declareDifferent({ item: again.item, ids }));
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Contact, two)?.removed).toBe(false);
    }
  });

  test('one number given twice: a new number ends it, a signed paper is not merged away', async () => {
    const { a, b, c, meet } = three();
    const other = derivedId('decision 2');
    a.write(Decision, paper, { ...draft, state: 'signed' });
    b.write(Decision, other, { ...draft, number: '№ 24/1' });
    meet();
    const found = await clash(c);
    expect(found.frozen).toEqual([paper]);
    const merge = { item: found.item, ids: [paper, other], take: {} };
    expect(await code(c.desk.merge({ ...merge, survivor: other }))).toBe('records/frozen');
    c.write(Decision, other, { number: '24/2' });
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toEqual([]);
  });

  test('a clash stands at one place in the list of all, also where an older write of its record comes late', async () => {
    const { a, b, c, meet } = three();
    c.write(Contact, one, { position: 'Наблюдатель' });
    a.write(Contact, two, { name: 'Пример', phone: '7000000001' });
    a.write(Contact, one, { name: 'Пример', phone: '7000000001' });
    meet();
    const listed = await lines(a);
    expect(listed).toHaveLength(1);
    for (const each of [b, c]) expect(await lines(each)).toEqual(listed);
  });

  test('those of one moment stand by kind and by number or name as the language orders them, and every page has its part', async () => {
    const { a, b, meet } = three();
    const names = ['Яшин, пример', 'Ёлкин, пример', 'Енин, пример', 'Жуков, пример'];
    const numbers = ['24/10', '24/2', '24/1'];
    const records = ['1', '2'].flatMap((turn) => [
      ...numbers.map((number) => ({ kind: Decision, id: derivedId(`${number} ${turn}`), values: { number } })),
      ...names.map((name) => ({
        kind: Contact,
        id: derivedId(`${name} ${turn}`),
        values: { name, phone: '7000000001' },
      })),
    ]);
    a.store.commit(
      records.map((each) => ({ ...each, act: 'set' as const })),
      a.person,
    );
    meet();
    const page = async (at: typeof a, offset: number, limit: number) => {
      const { lines: found } = await value(at.desk.list({ offset, limit, locale: 'ru' }));
      return found.map(({ number, title }) => (number === '' ? title : number));
    };
    const ordered = ['Ёлкин', 'Енин', 'Жуков', 'Яшин'].map((name) => `${name}, пример`).concat('24/1', '24/2', '24/10');
    for (const each of [a, b]) {
      expect(await page(each, 0, 200)).toEqual(ordered);
      expect([...(await page(each, 0, 3)), ...(await page(each, 3, 2)), ...(await page(each, 5, 200))]).toEqual(
        ordered,
      );
    }
    expect(await page(a, 7, 10)).toEqual([]);
    // What may be decided at once is told of the whole, on a page with one place as well.
    a.store.commit([{ kind: Decision, id: derivedId('24/2 1'), act: 'remove', values: {} }], a.person);
    b.store.commit([{ kind: Decision, id: derivedId('24/2 1'), act: 'set', values: { place: 'г. Тестов' } }], b.person);
    meet();
    const { bySort } = await value(a.desk.list({ offset: 6, limit: 10, locale: 'ru' }));
    expect(bySort).toEqual([
      { kind: 'contact', what: 'clash', count: 4 },
      { kind: 'decision', what: 'record', count: 1 },
      { kind: 'decision', what: 'clash', count: 3 },
    ]);
  });

  test('all of a kind may be declared different at once', async () => {
    const { a, b, meet } = three();
    for (const each of ['1', '2', '3', '4'])
      for (const at of [a, b])
        at.write(Contact, derivedId(`${each} ${at.name}`), { name: `Пример ${each}`, phone: `700000000${each}` });
    meet();
    expect(await lines(a)).toHaveLength(4);
    expect(await value(a.desk.decideAll({ kind: 'contact', what: 'clash', way: 'standing' }))).toEqual({
      decided: 4,
      left: 0,
    });
    meet();
    expect(await lines(b)).toEqual([]);
  });
});

test('the desk of a store with many records is asked without walking them', async () => {
  const { a, b, meet } = three();
  for (let from = 0; from < 1000; from += 500) {
    a.store.commit(
      Array.from({ length: 500 }, (_, index) => ({
        kind: Contact,
        id: derivedId(`many ${from + index}`),
        act: 'set' as const,
        values: { name: `Пример ${from + index}`, phone: String(700_000_000 + from + index) },
      })),
      null,
    );
  }
  a.write(Commission, derivedId('commission'), { country: 'kz', partitionPath: 'kz/kz-19/x' });
  meet();
  const plan = b.store.db.prepare('explain query plan select count(distinct item) from desk').all();
  expect(JSON.stringify(plan)).toContain('desk_by_place');
  expect(await lines(b)).toEqual([]);
  expect(Number(b.store.db.prepare('select count(*) from natural_key').pluck().get())).toBe(1001);
});
