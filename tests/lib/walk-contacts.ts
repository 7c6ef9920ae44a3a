/** Contacts and the commission as pages to walk through. */
import type { Locator } from 'playwright-core';
import type { Desk } from './walk-desk.ts';

export type NewContact = { readonly name: string; readonly phone?: string; readonly organisation?: string };

/** Adds a contact from the list and stays on its card. */
export async function addContact(desk: Desk, contact: NewContact): Promise<void> {
  await desk.goTo('contacts');
  await desk.link(desk.say('contacts:list.add')).first().click();
  await desk.heading(desk.say('contacts:form.newTitle')).waitFor();
  await desk.field(desk.say('contacts:field.name')).fill(contact.name);
  if (contact.phone !== undefined) await desk.field(desk.say('contacts:field.phone')).fill(contact.phone);
  if (contact.organisation !== undefined)
    await desk.field(desk.say('contacts:field.organisation')).fill(contact.organisation);
  await desk.button(desk.say('contacts:form.add')).click();
  await card(desk, contact.name).waitFor();
}

/** The heading of a contact's card. */
export function card(desk: Desk, name: string): Locator {
  return desk.page.getByRole('heading', { level: 1 }).filter({ hasText: name });
}

export function contactRows(desk: Desk): Locator {
  return desk.page.getByRole('table', { name: desk.say('contacts:list.title') }).locator('tbody tr');
}

export function contactRow(desk: Desk, name: string): Locator {
  return contactRows(desk).filter({ hasText: name });
}

/** Names in the order of the list. */
export function contactNames(desk: Desk): Promise<string[]> {
  return contactRows(desk).locator('td:first-child a').allTextContents();
}

export async function searchContacts(desk: Desk, words: string): Promise<void> {
  await desk.field(desk.say('contacts:list.search')).fill(words);
}

export async function openContact(desk: Desk, name: string): Promise<void> {
  await desk.goTo('contacts');
  await desk.link(name).click();
  await card(desk, name).waitFor();
}

/** Changes fields of the contact whose card is open; names of fields as the kind has them. */
export async function editContact(desk: Desk, changes: { readonly [field: string]: string }): Promise<void> {
  await desk.link(desk.say('contacts:card.edit')).click();
  for (const [field, value] of Object.entries(changes))
    await desk.field(desk.say(`contacts:field.${field}`)).fill(value);
  await desk.button(desk.say('contacts:form.save')).click();
  await desk.link(desk.say('contacts:card.edit')).waitFor();
}

/** The history beside the card. */
export function history(desk: Desk): Locator {
  return desk.page.locator('.sheet', {
    has: desk.page.getByRole('heading', { name: desk.say('records:history.title'), exact: true }),
  });
}

export type NewMember = {
  readonly name: string;
  readonly role: 'chair' | 'deputy' | 'secretary' | 'member';
  /** DD.MM.YYYY, as typed. */
  readonly from: string;
  readonly nominatedBy?: string;
};

/** Adds a member from the commission's page: somebody from the contacts if the name is found there. */
export async function addMember(desk: Desk, member: NewMember): Promise<void> {
  await desk.goTo('commission');
  await desk.button(desk.say('commissions:addMember')).first().click();
  await desk.field(desk.say('commissions:memberForm.person')).fill(member.name);
  await desk.page
    .getByRole('list', { name: desk.say('commissions:memberForm.found') })
    .getByRole('button')
    .filter({ hasText: member.name })
    .click();
  await desk.field(desk.say('commissions:memberForm.role')).selectOption(member.role);
  await desk.field(desk.say('commissions:memberForm.startsOn')).fill(member.from);
  if (member.nominatedBy !== undefined)
    await desk.field(desk.say('commissions:column.nominatedBy')).fill(member.nominatedBy);
  await desk.button(desk.say('commissions:addMember')).click();
  await memberRow(desk, member.name).waitFor();
}

export function memberRow(desk: Desk, name: string): Locator {
  return desk.page
    .getByRole('table', { name: desk.say('commissions:composition') })
    .locator('tbody tr', { hasText: name });
}

/** Looks at the composition of a day, DD.MM.YYYY. */
export async function lookAtDay(desk: Desk, day: string): Promise<void> {
  await desk.field(desk.say('commissions:onDay')).fill(day);
  await desk.text(desk.say('commissions:pastTitle', { date: day })).waitFor();
}
