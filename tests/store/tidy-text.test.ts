/** Every way a text comes into the store tidies it: NFC, outer spaces, the two Uzbek apostrophes; what is copied to the letter keeps its own. */
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { fromColumnText, toColumnText } from '#core/store/column-text.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { newId } from '#shared/kernel/ids.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { tidyValues } from '#shared/kinds/tidy-values.ts';
import { seededRandom, startCore, temporaryFolder, testPin, type TestCore } from '#tests/lib/core.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

const cores: TestCore[] = [];
afterEach(async () => {
  for (const core of cores.splice(0)) await core.close();
});

/** A laptop of a commission in Uzbekistan whose person types an apostrophe from the keyboard. */
async function startUzbek(): Promise<TestCore> {
  const core = startCore();
  cores.push(core);
  await core.value('access.createProfile', {
    locale: 'uz',
    commission: {
      from: 'typed',
      country: 'uz',
      unit: null,
      level: null,
      name: " G'alaba uchastka komissiyasi (namuna) ",
    },
    person: { name: "O'ktam (namuna)", role: 'chair', label: { show: 'role' }, pin: testPin },
  });
  return core;
}

describe('on an Uzbek laptop', () => {
  test('first run tidies the names of person and commission', async () => {
    const core = await startUzbek();
    const { session, commissionNames } = await core.value('access.state', {});
    expect(session?.name).toBe('Oʻktam (namuna)');
    expect(commissionNames).toEqual({ uz: 'Gʻalaba uchastka komissiyasi (namuna)' });
    const own = await core.value('records.get', {
      kind: 'commission',
      id: session?.commission ?? newId({ time: { now: () => 0 }, random: seededRandom('') }),
    });
    expect(own.values['name_uz']).toBe('Gʻalaba uchastka komissiyasi (namuna)');
  });

  test('a saved record is tidied, but for what a passport or the net wrote', async () => {
    const core = await startUzbek();
    const values = {
      name: " G'aniyev O`ktam Ma'mur o‘g‘li ",
      nameLatin: "GʼANIYEV O'KTAM",
      position: "komissiya a'zosi",
      organisation: '‘Tong’ jamgʼarmasi',
      email: "o'ktam@example.org",
      note: "l'État",
    };
    const saved = await core.value('records.save', { kind: 'contact', values });
    expect(saved.values).toMatchObject({
      name: 'Gʻaniyev Oʻktam Maʼmur oʻgʻli',
      nameLatin: "GʼANIYEV O'KTAM",
      position: 'komissiya aʼzosi',
      organisation: '‘Tong’ jamgʻarmasi',
      email: "o'ktam@example.org",
      note: "l'État",
    });
    const changed = await core.value('records.save', { kind: 'contact', id: saved.id, values: { position: "a'zo" } });
    expect(changed.values['position']).toBe('aʼzo');
  });

  test('several records saved together are tidied, and a person added later', async () => {
    const core = await startUzbek();
    const { rows } = await core.value('records.saveTogether', {
      items: [
        { kind: 'contact', values: { name: "Yo'ldosh (namuna)" } },
        { kind: 'decision', values: { title_uz: "O'quv", title_ru: "О'Нил", languages: ['uz', 'ru'] } },
      ],
    });
    expect(rows[0]?.values['name']).toBe('Yoʻldosh (namuna)');
    expect(rows[1]?.values).toMatchObject({ title_uz: 'Oʻquv', title_ru: "О'Нил" });
    await core.value('access.addPerson', {
      name: "G'ani (namuna)",
      role: 'member',
      label: { show: 'role' },
      pin: '739215',
    });
    const persons = await core.value('records.list', { kind: 'person', locale: 'uz' });
    expect(persons.rows.map((row) => row.values['name']).toSorted()).toEqual(['Gʻani (namuna)', 'Oʻktam (namuna)']);
  });
});

test('a Kazakh laptop keeps the apostrophes of Latin names, and tidies what is Uzbek by its field', async () => {
  const core = startCore();
  cores.push(core);
  await core.value('access.createProfile', {
    locale: 'kk',
    commission: { from: 'country', country: 'kz', id: 'kz-19-tec_oblast' },
    person: { name: "О'Нил (үлгі)", role: 'chair', label: { show: 'role' }, pin: testPin },
  });
  const contact = await core.value('records.save', { kind: 'contact', values: { name: "O'Brien" } });
  expect(contact.values['name']).toBe("O'Brien");
  const uzbek = await core.value('records.save', { kind: 'contact', values: { name: "O'ktam", country: 'uz' } });
  expect(uzbek.values['name']).toBe('Oʻktam');
  const decision = await core.value('records.save', {
    kind: 'decision',
    values: { title_uz: "O'quv", languages: ['uz'] },
  });
  expect(decision.values['title_uz']).toBe('Oʻquv');
});

test('the store itself tidies, so that an import that asks nobody does too', () => {
  const deps = { time: { now: () => Date.UTC(2026, 10, 23) }, random: seededRandom('tidy') };
  const store = openTestStore(join(temporaryFolder(), 'store.db'), { ...deps, partition: 'uz/uz-an/own-1' });
  const id = newId(deps);
  store.commit([{ kind: Contact, id, act: 'set', values: { name: " Sa'dulla (namuna)", position: ' ' } }], null);
  expect(store.queries.get(Contact, id)?.values).toMatchObject({ name: 'Saʼdulla (namuna)', position: null });
  store.close();
});

test('tidying twice is tidying once, for every kind', () => {
  const text = fc.string({ unit: fc.constantFrom(..."oOgGa'‘’ʻʼ` .зу\u0304\ud800"), maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...allKinds), text, fc.constantFrom('uz', 'kz', null), (kind, value, country) => {
      const values = Object.fromEntries(Object.keys(kind.fields).map((name) => [name, value]));
      const once = tidyValues(kind, values, country);
      expect(tidyValues(kind, once, country)).toEqual(once);
    }),
  );
});

test('a column holds every text, lone surrogates too', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('а', '"', '\\', '\uFFFF', '\ud83d', '\ude00', '\u0000', 'u') }),
      (value) => {
        const stored = toColumnText(value);
        expect(stored.isWellFormed()).toBe(true);
        expect(fromColumnText(stored)).toBe(value);
      },
    ),
  );
});
