/** Every call of the contract: nonsense, nobody signed in, no right, and the happy road of records. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coreContract } from '#shared/contract/core-contract.ts';
import { callNames, findCall } from '#shared/contract/define.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { KindName } from '#shared/records/contract.ts';
import { startCore, startSignedIn, type TestCore } from '#tests/lib/core.ts';

const names = callNames(coreContract);
const nonsense: unknown[] = [
  undefined,
  null,
  0,
  'x',
  [],
  { id: 7 },
  { kind: '__proto__', id: '../../etc' },
  { slot: 'x', pin: '1'.repeat(10_000) },
  { kind: 'contact', values: { __proto__: { polluted: true }, nothing: 1 } },
  { kind: 'contact', locale: 'xx', limit: -1 },
  { limit: 1e9, since: 'today' },
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
];
/** Calls whose empty or odd input is a right one. */
const wantsNothing = (name: string): boolean => findCall(coreContract, name)?.input.safeParse({}).success === true;

describe('nonsense', () => {
  let core: TestCore;
  beforeAll(async () => {
    core = await startSignedIn();
  });
  afterAll(() => core.close());

  test.each(names.filter((name) => !['access.lock', 'access.endSample'].includes(name)))(
    '%s answers a failure and changes nothing',
    async (name) => {
      const before = await core.value('sync.status', {});
      const found: string[] = [];
      for (const input of nonsense) {
        const result = await core.core.dispatch(name, input);
        const accepted = findCall(coreContract, name)?.input.safeParse(input).success === true;
        const code = result.ok ? 'ok' : result.error.code;
        const isRight = accepted ? code !== 'rpc/incident' : code === 'rpc/bad-input';
        if (!isRight) found.push(`${JSON.stringify(input)} → ${code}`);
      }
      expect(found).toEqual([]);
      const after = await core.value('sync.status', {});
      expect(wantsNothing(name) || after.saved === before.saved).toBe(true);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  test.each([
    '',
    '.',
    'records',
    'records.',
    '.list',
    'records.nothing',
    'constructor.name',
    '__proto__.toString',
    'records.list.x',
    'shell.about',
  ])('there is no call «%s»', async (name) => {
    expect(await core.code(name, {})).toBe('rpc/unknown-call');
  });

  test('a bad input is told by its place, never by its content', async () => {
    const result = await core.core.dispatch('records.save', { kind: 'contact', values: 'Тайное Имя' });
    expect(result).toEqual({ ok: false, error: { code: 'rpc/bad-input', paths: ['values'] } });
  });
});

describe('while locked', () => {
  let core: TestCore;
  beforeAll(async () => {
    core = startCore();
  });
  afterAll(() => core.close());

  test.each(names)('%s asks for a person unless it is open to all', async (name) => {
    const isOpen = findCall(coreContract, name)?.access === 'open';
    const mayBeOpen =
      /^(access\.|packs\.setSources$|stick\.setPlaces$|copies\.(state|cancel|persons|putBack|restore)$|sync\.status$)/.test(
        name,
      );
    expect(isOpen ? mayBeOpen : (await core.code(name, {})) === 'rpc/locked').toBe(true);
  });
});

test('the contract names every declared kind and no other', () => {
  expect(KindName.options.toSorted()).toEqual(allKinds.map((kind) => kind.name).toSorted());
});

describe('records', () => {
  let core: TestCore;
  beforeAll(async () => {
    core = await startSignedIn();
  });
  afterAll(() => core.close());

  test('a record is kept as typed, with NFC and without outer spaces, and remembers every change', async () => {
    const saved = await core.value('records.save', {
      kind: 'contact',
      values: { name: '  Йулдуз\u0438\u0306, пример ', role: 'chair', languages: ['kk', 'ru'] },
    });
    expect(saved.values).toMatchObject({ name: 'Йулдузй, пример', languages: ['kk', 'ru'] });
    core.clock.now += 60_000;
    await core.value('records.save', {
      kind: 'contact',
      id: saved.id,
      values: { role: 'secretary', languages: ['ru', 'en'] },
    });
    core.clock.now += 60_000;
    await core.value('records.remove', { kind: 'contact', id: saved.id });
    expect((await core.value('records.get', { kind: 'contact', id: saved.id })).removed).toBe(true);
    expect((await core.value('records.list', { kind: 'contact', locale: 'ru', search: 'йулдуз' })).total).toBe(0);
    core.clock.now += 60_000;
    await core.value('records.restore', { kind: 'contact', id: saved.id });
    expect((await core.value('records.list', { kind: 'contact', locale: 'ru', search: 'йулдуз' })).total).toBe(1);
    const { steps } = await core.value('records.history', { kind: 'contact', id: saved.id });
    expect(steps.map((step) => step.act)).toEqual(['restored', 'removed', 'changed', 'created']);
    expect(steps[2]?.changes).toEqual([
      { field: 'role', before: 'chair', after: 'secretary', overruled: false },
      { field: 'languages', before: ['kk', 'ru'], after: ['en', 'ru'], overruled: false },
    ]);
    expect(steps.every((step) => step.byName === 'Председатель, пример 1' && step.road === 'saved')).toBe(true);
  });

  test('what a kind does not allow is refused by field', async () => {
    const refused = (values: Record<string, unknown>) =>
      core.core.dispatch('records.save', { kind: 'contact', values });
    expect(await refused({ name: 'Пример', role: 'king' })).toMatchObject({
      error: { code: 'records/invalid', fields: ['role'] },
    });
    expect(await refused({ name: '   ' })).toMatchObject({ error: { code: 'records/invalid', fields: ['name'] } });
    expect(await refused({ phone: '1' })).toMatchObject({ error: { code: 'records/invalid', missing: ['name'] } });
    expect(await refused({ name: 'Пример', shoeSize: 43 })).toMatchObject({
      error: { code: 'records/invalid', fields: ['shoeSize'] },
    });
    expect(await refused({ name: 'Пример', checkedOn: '2026-02-30' })).toMatchObject({
      error: { code: 'records/invalid', fields: ['checkedOn'] },
    });
  });

  test('one person is found in three spellings, and the list follows the alphabet of the language', async () => {
    for (const name of [
      'Қаримов Ўлмас, намуна',
      'Ўктамов, намуна',
      'Юсупов, намуна',
      'Баратов, намуна',
      'Ғаниев, намуна',
    ]) {
      await core.value('records.save', { kind: 'contact', values: { name } });
    }
    for (const search of ['Қаримов', 'Karimov', 'каримов', 'QARIMOV', 'karim']) {
      const { rows } = await core.value('contacts.list', {
        group: 'all',
        search,
        country: null,
        locale: 'uz',
        offset: 0,
        limit: 10,
      });
      expect(
        rows.map((row) => row.values.name),
        search,
      ).toEqual(['Қаримов Ўлмас, намуна']);
    }
    const { rows } = await core.value('contacts.list', {
      group: 'all',
      search: 'намуна',
      country: null,
      locale: 'uz-Cyrl',
      offset: 0,
      limit: 10,
    });
    expect(rows.map((row) => String(row.values.name).split(/[ ,]/)[0])).toEqual([
      'Баратов',
      'Юсупов',
      'Ўктамов',
      'Қаримов',
      'Ғаниев',
    ]);
  });

  test('several records are saved together or not at all', async () => {
    const commission = await core.value('commissions.own', { on: '2026-11-23' });
    const items = [
      { kind: 'contact' as const, key: 'new', values: { name: 'Новый член, пример' } },
      {
        kind: 'membership' as const,
        values: {
          commission: commission.commission.id,
          contact: '@new',
          role: 'member',
          startsOn: '2026-11-01',
          endsOn: '2027-01-10',
        },
      },
    ];
    const before = (await core.value('records.list', { kind: 'contact', locale: 'ru' })).total;
    expect(
      await core.code('records.saveTogether', { items: [items[0], { ...items[1], values: { role: 'member' } }] }),
    ).toBe('records/invalid');
    expect((await core.value('records.list', { kind: 'contact', locale: 'ru' })).total).toBe(before);
    await core.value('records.saveTogether', { items });
    const { members, changedOn } = await core.value('commissions.own', { on: '2026-11-23' });
    expect(members.map((member) => member.contact.values.name)).toEqual(['Новый член, пример']);
    expect(changedOn).toEqual(['2026-11-01', '2027-01-11']);
    expect((await core.value('commissions.own', { on: '2027-01-11' })).members).toEqual([]);
  });

  test('a decision is drafted, checked, signed, frozen and corrected by a new one', async () => {
    expect((await core.value('records.nextDecisionNumber', {})).number).toBe('1');
    const draft = await core.value('records.save', {
      kind: 'decision',
      values: { number: '24/1', title_ru: 'О порядке, пример' },
    });
    expect(draft.values.state).toBe('draft');
    expect(await core.core.dispatch('records.signDecision', { id: draft.id })).toMatchObject({
      error: { code: 'records/not-ready', missing: ['decidedOn', 'text', 'votesFor'] },
    });
    expect(await core.code('records.save', { kind: 'decision', id: draft.id, values: { state: 'signed' } })).toBe(
      'records/bad-move',
    );
    await core.value('records.save', {
      kind: 'decision',
      id: draft.id,
      values: { body_ru: '1. Утвердить.', decidedOn: '2026-11-23', votesFor: 5 },
    });
    const signed = await core.value('records.signDecision', { id: draft.id });
    expect(signed.values).toMatchObject({ state: 'signed', signedAt: core.clock.now });
    expect(await core.code('records.save', { kind: 'decision', id: draft.id, values: { title_ru: 'Иначе' } })).toBe(
      'records/frozen',
    );
    expect(await core.code('records.remove', { kind: 'decision', id: draft.id })).toBe('records/frozen');
    expect(await core.value('records.isDecisionNumberFree', { number: ' 24/1 ' })).toEqual({ free: false });
    expect((await core.value('records.nextDecisionNumber', {})).number).toBe('24/2');
    const held = await core.value('records.save', { kind: 'decision', values: { number: '24/2' } });
    expect((await core.value('records.nextDecisionNumber', {})).number, 'a draft without a day has it').toBe('24/3');
    await core.value('records.remove', { kind: 'decision', id: held.id });
    expect((await core.value('records.nextDecisionNumber', {})).number).toBe('24/2');
    const second = await core.value('records.save', {
      kind: 'decision',
      values: {
        number: '24/1',
        title_ru: 'Другое, пример',
        body_ru: '1. Принять.',
        decidedOn: '2026-11-23',
        votesFor: 5,
      },
    });
    expect(await core.core.dispatch('records.signDecision', { id: second.id })).toMatchObject({
      error: { code: 'records/number-taken', id: draft.id },
    });
    const correction = await core.value('records.correctDecision', { id: draft.id });
    expect(correction.values).toMatchObject({
      state: 'draft',
      corrects: draft.id,
      number: null,
      body_ru: '1. Утвердить.',
    });
  });

  test('naughty texts are stored, found and sorted as they are', async () => {
    for (const name of [
      '\u202eחבר, пример',
      '👩‍⚖️ судья, пример',
      'Ұзақ '.repeat(59).trim(),
      "'; drop table contact; --",
      'a"b*c OR d',
      '%_\\',
      '\u0000нуль',
    ]) {
      const saved = await core.value('records.save', { kind: 'contact', values: { name } });
      expect(saved.values.name).toBe(name.normalize('NFC').trim());
      await core.value('contacts.list', {
        group: 'all',
        search: name,
        country: null,
        locale: 'kk',
        offset: 0,
        limit: 10,
      });
    }
    const lone = await core.core.dispatch('records.save', { kind: 'contact', values: { name: 'до \ud800 после' } });
    expect(lone.ok || lone.error.code !== 'rpc/incident').toBe(true);
  });
});
