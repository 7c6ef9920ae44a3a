/** The register of decisions as pages to walk through. */
import type { Locator } from 'playwright-core';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import type { Desk } from './walk-desk.ts';

export type DecisionText = { readonly locale: Locale; readonly title: string; readonly body: string };

export async function newDecision(desk: Desk, number: string): Promise<void> {
  await desk.goTo('records');
  await desk
    .link(desk.say('records:list.add'))
    .or(desk.button(desk.say('records:list.add')))
    .first()
    .click();
  await desk.field(desk.say('records:field.number')).fill(number);
  await desk.heading(desk.say('records:form.title', { number })).waitFor();
}

/** Picks the tab of a language; adds it first where the decision has not got it. */
export async function pickLanguage(desk: Desk, locale: Locale): Promise<void> {
  const tab = desk.page.getByRole('tab', { name: localeFacts[locale].ownName, exact: true });
  if ((await tab.count()) === 0) {
    await desk.button(desk.say('records:form.addLanguage')).click();
    await desk.page.getByRole('menuitem', { name: localeFacts[locale].ownName, exact: true }).click();
  }
  await tab.click();
}

/** The text of the language whose tab is picked. */
export function bodyField(desk: Desk): Locator {
  return desk.field(desk.say('records:field.body'));
}

export async function writeText(desk: Desk, { locale, title, body }: DecisionText): Promise<void> {
  await pickLanguage(desk, locale);
  await desk.field(desk.say('records:field.title')).fill(title);
  await bodyField(desk).fill(body);
}

export async function countVotes(
  desk: Desk,
  votes: {
    readonly present: number;
    readonly votesFor: number;
    readonly votesAgainst: number;
    readonly votesAbstained: number;
  },
): Promise<void> {
  for (const [field, count] of Object.entries(votes))
    await desk.field(desk.say(`records:vote.${field}`)).fill(String(count));
}

/** «Saved on this laptop, 14:32» in the foot of a form. */
export function savedNote(desk: Desk): Locator {
  return desk.page.getByText(desk.like('app:draft.saved'));
}

export async function sign(desk: Desk, number: string): Promise<void> {
  await desk.button(desk.say('records:sign.button')).click();
  await desk.button(desk.say('records:sign.confirm', { number })).click();
  await desk.text(desk.say('records:record.frozen')).waitFor();
}

export async function openDecision(desk: Desk, number: string): Promise<void> {
  await desk.goTo('records');
  await desk.link(number).click();
  await desk.heading(desk.say('records:form.title', { number })).waitFor();
}

export function decisionRow(desk: Desk, number: string): Locator {
  return desk.page
    .getByRole('table', { name: desk.say('records:list.title') })
    .locator('tbody tr', { hasText: number });
}

/** From the record to the PDF of its languages, with a look at the preview on the way. */
export async function printDecision(desk: Desk, shot?: string): Promise<void> {
  await desk.button(desk.say('records:record.print')).click();
  await desk.heading(desk.say('records:preview.title')).waitFor();
  await desk.page.locator('.decision-sheet').nth(1).waitFor();
  if (shot !== undefined) await desk.shot(shot);
  await desk.button(desk.say('records:preview.pdf')).click();
  await desk.text(desk.like('records:preview.saved')).waitFor();
}
