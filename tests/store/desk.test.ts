/** The conflict desk on real stores: three laptops that write without a connection, meet, decide, and list the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { Decision } from '#shared/records/decision.ts';
import {
  closeLaptop,
  closeLaptops,
  code,
  laptop,
  type Laptop,
  lines,
  record,
  stamps,
  take,
  three,
  value,
} from '#tests/lib/desk-laptops.ts';
import { createRelay, download, introduce, settle, upload } from '#tests/lib/replicas.ts';

closeLaptops();

const paper = derivedId('decision');
const draft = { state: 'draft', number: '24/1', title_ru: 'О порядке, пример', place: 'г. Тестов' };

describe('versions of a paper', () => {
  function clashed() {
    const all = three();
    all.a.write(Decision, paper, draft);
    all.meet();
    all.a.write(Decision, paper, { place: 'г. Первый' });
    all.b.write(Decision, paper, { place: 'г. Второй', title_ru: 'Новое название, пример' });
    all.meet();
    return all;
  }

  test('a clash is listed alike everywhere, decided on one laptop, and gone on all', async () => {
    const { a, b, c, meet } = clashed();
    const listed = await lines(a);
    expect(listed).toMatchObject([
      { item: paper, what: 'record', kind: 'decision', fields: ['place'], isRemoval: false },
    ]);
    for (const other of [b, c]) expect(await lines(other)).toEqual(listed);
    const found = await record(c, paper);
    expect(
      found.fields[0]?.versions.map(({ value: each, standing, laptop: where, isThisLaptop }) => [
        each,
        standing,
        where,
        isThisLaptop,
      ]),
    ).toEqual([
      ['г. Первый', false, 'a', false],
      ['г. Второй', true, 'b', false],
    ]);
    await take(c, paper, 'place', 'г. Первый');
    expect(await lines(c)).toEqual([]);
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Decision, paper)?.values).toMatchObject({
        place: 'г. Первый',
        title_ru: 'Новое название, пример',
      });
      expect((await value(each.desk.decided({ limit: 5, locale: 'ru' }))).rows).toMatchObject([
        { id: paper, about: 'field', field: 'place', number: '24/1' },
      ]);
    }
    // Deciding again is the way back.
    await take(b, paper, 'place', 'г. Второй', true);
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Decision, paper)?.values.place).toBe('г. Второй');
    }
    // An ordinary edit afterwards is clean.
    a.write(Decision, paper, { place: 'г. Третий' });
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toEqual([]);
  });

  test('two people who decide differently find it on the desk again; two who agree do not', async () => {
    const { a, b, c, meet } = clashed();
    await take(a, paper, 'place', 'г. Первый');
    await take(b, paper, 'place', 'г. Второй');
    meet();
    for (const each of [a, b, c]) {
      const found = await record(each, paper);
      expect(found.fields[0]?.verdicts.map(({ laptop: where }) => where).toSorted()).toEqual(['a', 'b']);
      expect(found.fields[0]?.versions.map((version) => version.value).toSorted()).toEqual(['г. Второй', 'г. Первый']);
    }
    await take(c, paper, 'place', 'г. Второй');
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Decision, paper)?.values.place).toBe('г. Второй');
    }
    const again = clashed();
    await take(again.a, paper, 'place', 'г. Первый');
    await take(again.b, paper, 'place', 'г. Первый');
    again.meet();
    for (const each of [again.a, again.b, again.c]) expect(await lines(each)).toEqual([]);
  });

  test('what has arrived meanwhile is not decided unseen, and who may not write may not decide', async () => {
    const { a, b, meet } = clashed();
    const found = await record(a, paper);
    const version = found.fields[0]?.versions[0];
    const decision = {
      item: paper,
      again: false,
      seen: [String(version?.stamp)],
      fields: [{ field: 'place', take: String(version?.stamp) }],
      removal: null,
    };
    expect(await code(a.desk.decide(decision))).toBe('desk/changed');
    b.role = 'member';
    expect((await record(b, paper)).mayDecide).toBe(false);
    expect(await code(b.desk.decide({ ...decision, seen: stamps(found) }))).toBe('records/not-allowed');
    expect(await code(a.desk.decide({ ...decision, seen: stamps(found) }))).toBe('ok');
    expect(await code(a.desk.decide({ ...decision, seen: stamps(found) }))).toBe('desk/nothing-here');
    expect(await code(a.desk.item({ item: paper, again: false }))).toBe('desk/nothing-here');
    meet();
  });

  test('long texts may be joined, and all of a kind decided at once', async () => {
    const { a, b, c, meet } = three();
    const papers = ['1', '2', '3'].map((each) => derivedId(`paper ${each}`));
    for (const id of papers) a.write(Decision, id, { ...draft, number: id.slice(0, 8), body_ru: '1. Начало.' });
    meet();
    for (const id of papers) {
      a.write(Decision, id, { body_ru: '1. Текст А.' });
      b.write(Decision, id, { body_ru: '1. Текст Б.' });
    }
    meet();
    expect(await lines(c)).toHaveLength(3);
    const [first = '', second = ''] = papers;
    const found = await record(c, first);
    expect(found.fields[0]?.mayJoin).toBe(true);
    await value(
      c.desk.decide({
        item: first,
        again: false,
        seen: stamps(found),
        fields: [{ field: 'body_ru', join: true }],
        removal: null,
      }),
    );
    expect(c.store.queries.get(Decision, first)?.values.body_ru).toBe('1. Текст А.\n\n1. Текст Б.');
    expect(await value(a.desk.decideAll({ kind: 'decision', what: 'record', way: 'here' }))).toEqual({
      decided: 3,
      left: 0,
    });
    expect(a.store.queries.get(Decision, second)?.values.body_ru).toBe('1. Текст А.');
    meet();
    // Only where the two decided differently is anything left.
    for (const each of [a, b, c]) expect((await lines(each)).map((line) => line.item)).toEqual([first]);
    expect(await value(b.desk.decideAll({ kind: 'decision', what: 'record', way: 'standing' }))).toEqual({
      decided: 1,
      left: 0,
    });
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toEqual([]);
  });
});

describe('signed papers', () => {
  const ready = { ...draft, body_ru: '1. Утвердить.', decidedOn: '2026-11-23', votesFor: 5 };
  const sign = (at: Laptop): void =>
    at.write(Decision, paper, { state: 'signed', signedAt: at.clock.now + 1000, signedBy: at.person });

  test.each(['the signed text', 'a correction'])('an edit that met a signature: %s', async (outcome) => {
    const { a, b, c, meet } = three();
    a.write(Decision, paper, ready);
    meet();
    // The edit is stamped before the signature and after it: neither clock makes it signed.
    b.write(Decision, paper, { body_ru: '1. Отклонить.' });
    a.clock.now += 3_600_000;
    sign(a);
    meet();
    for (const each of [a, b, c]) {
      const found = await record(each, paper);
      expect(found.signings).toMatchObject([{ laptop: 'a', by: a.person }]);
      expect(
        found.fields.map((field) => [
          field.field,
          field.versions.map((version) => [version.value, version.signings.length]),
        ]),
      ).toEqual([
        [
          'body_ru',
          [
            ['1. Утвердить.', 1],
            ['1. Отклонить.', 0],
          ],
        ],
      ]);
    }
    const found = await record(c, paper);
    const [signing] = found.signings;
    const refused = { item: paper, again: false, seen: stamps(found), removal: null };
    const [version] = found.fields[0]?.versions ?? [];
    expect(
      await code(c.desk.decide({ ...refused, fields: [{ field: 'body_ru', take: String(version?.stamp) }] })),
    ).toBe('records/frozen');
    const correct = outcome === 'a correction';
    const { correction } = await value(
      c.desk.decideSigned({ item: paper, again: false, seen: stamps(found), signing: String(signing?.stamp), correct }),
    );
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Decision, paper)?.values).toMatchObject({
        state: 'signed',
        body_ru: '1. Утвердить.',
      });
      const papers = each.store.queries.list({ kind: Decision, where: { corrects: paper }, locale: 'ru' }).rows;
      const { title_ru } = ready;
      const wanted = { state: 'draft', number: null, body_ru: '1. Отклонить.', title_ru };
      expect(papers).toMatchObject(correct ? [{ id: correction, values: wanted }] : []);
    }
    expect(correction !== null).toBe(correct);
  });

  test('two signatures under different texts: one is chosen whole, with its own time and name', async () => {
    const { a, b, c, meet } = three();
    a.write(Decision, paper, ready);
    meet();
    b.write(Decision, paper, { body_ru: '1. Отклонить.' });
    sign(a);
    sign(b);
    meet();
    const found = await record(c, paper);
    expect(found.signings).toHaveLength(2);
    expect(found.fields.map((field) => field.field)).toEqual(['body_ru', 'signedAt', 'signedBy']);
    expect(await value(c.desk.decideAll({ kind: 'decision', what: 'record', way: 'standing' }))).toEqual({
      decided: 0,
      left: 1,
    });
    const chosen = found.signings.find((signing) => signing.laptop === 'a');
    await value(
      c.desk.decideSigned({
        item: paper,
        again: false,
        seen: stamps(found),
        signing: String(chosen?.stamp),
        correct: false,
      }),
    );
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Decision, paper)?.values).toMatchObject({
        body_ru: '1. Утвердить.',
        signedBy: a.person,
      });
    }
  });

  test('a signature over everything its author had brings nothing to the desk', async () => {
    const { a, b, c, meet } = three();
    a.write(Decision, paper, ready);
    b.clock.now += 7_200_000;
    meet();
    b.write(Decision, paper, { body_ru: '1. Отклонить.' });
    meet();
    sign(a);
    meet();
    for (const each of [a, b, c]) expect(await lines(each)).toEqual([]);
  });
});

describe('removal against edit', () => {
  test('an edit that beat a removal is shown; kept or removed, it is settled on all', async () => {
    for (const outcome of ['kept', 'removed'] as const) {
      const { a, b, c, meet } = three();
      a.write(Decision, paper, draft);
      meet();
      a.write(Decision, paper, {}, 'remove');
      b.write(Decision, paper, { place: 'г. Второй' });
      meet();
      for (const each of [a, b, c]) {
        expect(await lines(each)).toMatchObject([{ item: paper, isRemoval: true, fields: [] }]);
        expect((await record(each, paper)).removal).toMatchObject({
          removals: [{ laptop: 'a', by: a.person }],
          edits: [{ laptop: 'b', by: b.person }],
        });
      }
      const found = await record(c, paper);
      await value(c.desk.decide({ item: paper, again: false, seen: stamps(found), fields: [], removal: outcome }));
      meet();
      for (const each of [a, b, c]) {
        expect(await lines(each)).toEqual([]);
        expect(each.store.queries.get(Decision, paper)?.removed).toBe(outcome === 'removed');
      }
    }
  });

  test('one keeps and one removes: both are asked again, and can bring it back', async () => {
    const { a, b, c, meet } = three();
    a.write(Decision, paper, draft);
    meet();
    a.write(Decision, paper, {}, 'remove');
    b.write(Decision, paper, { place: 'г. Второй' });
    meet();
    for (const [each, removal] of [
      [a, 'removed'],
      [b, 'kept'],
    ] as const) {
      const found = await record(each, paper);
      await value(each.desk.decide({ item: paper, again: false, seen: stamps(found), fields: [], removal }));
    }
    meet();
    for (const each of [a, b, c])
      expect((await record(each, paper)).removal?.verdicts.map(({ stands }) => stands).toSorted()).toEqual([
        'kept',
        'removed',
      ]);
    const found = await record(c, paper);
    await value(c.desk.decide({ item: paper, again: false, seen: stamps(found), fields: [], removal: 'kept' }));
    meet();
    for (const each of [a, b, c]) {
      expect(await lines(each)).toEqual([]);
      expect(each.store.queries.get(Decision, paper)?.removed).toBe(false);
    }
  });
});

const dayMs = 86_400_000;
const step = fc.record({
  do: fc.constantFrom(
    'edit',
    'edit',
    'edit',
    'remove',
    'restore',
    'up',
    'down',
    'down',
    'sign',
    'decide',
    'different',
    'clock',
  ),
  who: fc.nat(2),
  record: fc.nat(2),
  field: fc.constantFrom('place', 'number', 'title_ru'),
  value: fc.nat(2),
  days: fc.integer({ min: -400, max: 400 }),
});

test('whatever happens, all laptops list the same after they have met, and a desk made anew is the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const laptops = [laptop('p'), laptop('q', 90 * dayMs), laptop('r', -200 * dayMs)];
      introduce(laptops);
      const relay = createRelay();
      for (const each of steps) {
        const at = laptops[each.who];
        if (at === undefined) continue;
        const id = derivedId(`simulated ${each.record}`);
        const isThere = at.store.queries.get(Decision, id)?.removed === false;
        if (each.do === 'edit') at.write(Decision, id, { state: 'draft', [each.field]: `${each.value}` });
        else if (each.do === 'remove' || each.do === 'restore') at.write(Decision, id, {}, each.do);
        else if (each.do === 'sign' && isThere) at.write(Decision, id, { state: 'signed', signedAt: at.clock.now });
        else if (each.do === 'up') upload(at, relay, 1);
        else if (each.do === 'down') download(at, relay, (all) => (each.value === 0 ? all.toReversed() : all));
        else if (each.do === 'decide')
          await at.desk.decideAll({ kind: 'decision', what: 'record', way: each.value === 0 ? 'here' : 'standing' });
        else if (each.do === 'different') await at.desk.decideAll({ kind: 'decision', what: 'clash', way: 'standing' });
        else at.clock.now += each.days * dayMs;
      }
      for (let round = 0; round < 3; round += 1) settle(laptops, relay);
      const [first] = laptops;
      if (first === undefined) return;
      const listed = await lines(first);
      for (const each of laptops) {
        expect(await lines(each)).toEqual(listed);
        each.store.desk.rebuild();
        expect(await lines(each)).toEqual(listed);
      }
      for (const each of laptops) closeLaptop(each);
    }),
    { numRuns: 25 },
  );
});
