/** The conflict desk as a person sees it. */
import type { Locator } from 'playwright-core';
import type { Desk } from './walk-desk.ts';

/** From Today, where the line that waits is, to the page. */
export async function openConflictDesk(desk: Desk, count: number): Promise<void> {
  await desk.goTo('today');
  const line = desk.page.locator('.today-due li', { hasText: desk.say('desk:today.title', { number: count }) });
  await desk.link(desk.say('desk:today.action'), line).click();
  await desk.heading(desk.say('desk:title.choose')).waitFor();
}

/** To the page by way of the register, whatever page is open and whatever waits. */
export async function goToConflictDesk(desk: Desk): Promise<void> {
  await desk.goTo('records');
  await desk.heading(desk.say('records:list.title')).waitFor();
  await desk.goToAddress('records/desk');
}

/** The rows of the list on the left. */
export function waitingRows(desk: Desk): Locator {
  return desk.page.locator('.desk-rows li');
}

export async function pickRow(desk: Desk, name: string): Promise<void> {
  await waitingRows(desk).filter({ hasText: name }).first().getByRole('button').click();
  // The foot comes with what has been asked of the core.
  await desk.page.getByRole('region', { name }).locator('.desk-foot').waitFor();
}

/** The versions of a field, as radio rows. `label` may leave out the language that a field of a paper names. */
export function versions(desk: Desk, label: string): Locator {
  return desk.page.getByRole('radiogroup', { name: label }).locator('label.desk-pick');
}

export async function takeVersion(desk: Desk, label: string, words: string): Promise<void> {
  await versions(desk, label).filter({ hasText: words }).click();
}

export async function saveChoice(desk: Desk): Promise<void> {
  await desk.button(desk.say('desk:save')).click();
  await desk.text(desk.say('desk:done')).waitFor();
}
