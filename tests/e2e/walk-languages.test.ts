/** The same pages in other languages and alphabets: first run, a contact, a decision on paper. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/runtimes.mjs';
import { firstRun } from '../lib/walk-access.ts';
import { addContact, contactNames, searchContacts } from '../lib/walk-contacts.ts';
import { countVotes, newDecision, printDecision, sign, writeText } from '../lib/walk-decisions.ts';
import { type Desk, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';
import { paintPdf, readPdf } from '../lib/walk-pdf.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-walk-'));
let desk: Desk | undefined;
keepEvidence();
afterAll(async () => {
  await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
});

const walks = [
  {
    locale: 'uz',
    country: 'uz',
    search: 'Андижан',
    commission: 'Andijon viloyati hududiy saylov komissiyasi',
    chair: 'Sharipova Dilnoza (namuna)',
    contacts: ['Gʻaniyev Oʻktam (namuna)', 'Gulyamova Nodira (namuna)', 'Chorshanbiyev Ali (namuna)'],
    // Gʻ is a letter behind Z, Ch the last of all.
    order: ['Gulyamova Nodira (namuna)', 'Gʻaniyev Oʻktam (namuna)', 'Chorshanbiyev Ali (namuna)'],
    search2: 'Ғаниев',
    found: 'Gʻaniyev Oʻktam (namuna)',
    texts: [
      {
        locale: 'uz',
        title: 'Oʻquv rejasini tasdiqlash toʻgʻrisida (namuna)',
        body: 'Komissiya oʻquv rejasini koʻrib chiqdi.\n\n1. Reja tasdiqlansin.',
      },
      {
        locale: 'uz-Cyrl',
        title: 'Ўқув режасини тасдиқлаш тўғрисида (намуна)',
        body: 'Комиссия ўқув режасини кўриб чиқди.\n\n1. Режа тасдиқлансин.',
      },
    ],
  },
  {
    locale: 'tg',
    country: 'tj',
    search: 'Sughd',
    commission: 'Комиссияи интихоботии вилояти Суғд',
    chair: 'Ҷӯраева Зарина (намуна)',
    contacts: [
      'Ҷалолова Ситора (намуна)',
      'Ғафуров Олим (намуна)',
      'Иброҳимова Нигина (намуна)',
      'Гулова Малика (намуна)',
    ],
    order: [
      'Гулова Малика (намуна)',
      'Ғафуров Олим (намуна)',
      'Иброҳимова Нигина (намуна)',
      'Ҷалолова Ситора (намуна)',
    ],
    search2: 'Gafurov',
    found: 'Ғафуров Олим (намуна)',
    texts: [
      {
        locale: 'tg',
        title: 'Дар бораи тасдиқи нақшаи таълим (намуна)',
        body: 'Комиссия нақшаи таълимро баррасӣ кард.\n\n1. Нақша тасдиқ карда шавад.',
      },
      {
        locale: 'ru',
        title: 'Об утверждении плана обучения (образец)',
        body: 'Комиссия рассмотрела план обучения.\n\n1. Утвердить план.',
      },
    ],
  },
] as const;

describe.each(walks)('$locale', (walk) => {
  const pdfs = join(folder, `Ҳуҷҷатҳо ${walk.locale}`);

  test('first run', async () => {
    mkdirSync(pdfs);
    desk = await sitDown(walk.locale, {
      profile: join(folder, `Профил ${walk.locale} № 1`),
      env: { KOMISSIYA_PDF_DIR: pdfs },
    });
    const groups = await firstRun(desk, { ...walk, person: { name: walk.chair, role: 'chair', pin: '507284' } });
    expect(groups).toHaveLength(8);
    await desk.shot(`walk-today-${walk.locale}`);
  });

  test('contacts in the order of the alphabet, found in another script', async () => {
    if (desk === undefined) throw new Error('the app did not start');
    const here = desk;
    for (const name of walk.contacts) await addContact(here, { name });
    await here.goTo('contacts');
    await expect.poll(() => contactNames(here)).toEqual(walk.order);
    await searchContacts(here, walk.search2);
    await expect.poll(() => contactNames(here)).toEqual([walk.found]);
    await here.shot(`walk-contacts-${walk.locale}`);
  });

  test('a decision, signed and on paper in two languages', async () => {
    if (desk === undefined) throw new Error('the app did not start');
    await newDecision(desk, '1/1');
    for (const text of walk.texts) await writeText(desk, text);
    await countVotes(desk, { present: 5, votesFor: 5, votesAgainst: 0, votesAbstained: 0 });
    await sign(desk, '1/1');
    await printDecision(desk);
    const [file = ''] = readdirSync(pdfs);
    const { pages, text } = readPdf(join(pdfs, file));
    expect(pages).toBe(2);
    for (const { title } of walk.texts) expect(text).toContain(title);
    paintPdf(join(pdfs, file), join(root, `out/screens/walk-decision-paper-${walk.locale}`));
    await standUp(desk);
    expect(pageErrors()).toEqual([]);
  });
});
