/** The exchange with the hub as a person sees it. */
import type { Locator } from 'playwright-core';
import type { Road } from '#shared/records/contract.ts';
import { expect } from 'vitest';
import type { Desk } from './walk-desk.ts';
import { escapeRegExp } from './walk-words.ts';

/** Sends an invitation off; what comes of it is for the caller to see. */
export async function sendInvitation(desk: Desk, address: string, code: string): Promise<void> {
  await desk.goTo('sync');
  await desk.field(desk.say('sync:enrol.address')).fill(address);
  await desk.field(desk.say('sync:enrol.code')).fill(code);
  await desk.button(desk.say('sync:enrol.send')).click();
}

export async function enrol(desk: Desk, address: string, code: string): Promise<void> {
  await sendInvitation(desk, address, code);
  await desk.button(desk.say('sync:hub.check')).waitFor();
}

/** Chooses the file of an invitation in the system's dialog; what comes of it is for the caller to see. */
export async function chooseInvitation(desk: Desk, path: string): Promise<void> {
  await desk.goTo('sync');
  const dialog = desk.page.waitForEvent('filechooser');
  await desk.button(desk.say('invitation:choose')).click();
  await (await dialog).setFiles(path);
}

/** Pastes the link of an invitation into the field of the code. */
export async function pasteInvitation(desk: Desk, link: string): Promise<void> {
  await desk.goTo('sync');
  const code = desk.field(desk.say('sync:enrol.code'));
  await code.fill('');
  await code.focus();
  await desk.page.keyboard.insertText(link);
}

/** Connects with what a file or a link has filled in, which names the hub's address too. */
export async function enrolAsRead(desk: Desk, address: string): Promise<void> {
  await expect.poll(() => desk.field(desk.say('sync:enrol.address')).inputValue()).toBe(address);
  await desk.button(desk.say('sync:enrol.send')).click();
  await desk.button(desk.say('sync:hub.check')).waitFor();
}

/** Says on the settings page what the line costs and may carry; `limit` in kilobytes a second, null for none. */
export async function setLine(desk: Desk, line: { metered: boolean; limit: number | null }): Promise<void> {
  await desk.goTo('settings');
  const metered = desk.page.getByRole('checkbox', {
    name: new RegExp(`^${escapeRegExp(desk.say('files:line.metered'))}`),
  });
  await metered.waitFor();
  if ((await metered.isChecked()) !== line.metered) await metered.click();
  await expect.poll(() => metered.isChecked()).toBe(line.metered);
  const limit = desk.field(desk.say('files:line.limit'));
  const wanted = line.limit === null ? '' : String(line.limit);
  await limit.selectOption(wanted);
  await expect.poll(() => limit.inputValue()).toBe(wanted);
}

/** The three rhombi of a row or a page with as many filled. */
export function roadMark(desk: Desk, inside: Locator, road: Road): Locator {
  return inside.getByRole('img', { name: desk.say(`app:road.${road}.full`), exact: true });
}

/** The badge in the header while it begins with these words. */
export function badge(desk: Desk, first: string): Locator {
  return desk.page.getByRole('link', { name: `${desk.say('app:badge.label')}: ${first}` });
}
