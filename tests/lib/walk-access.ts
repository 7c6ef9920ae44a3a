/** First run, sign-in, the recovery code and the people of a laptop, as pages to walk through. */
import { expect } from 'vitest';
import { countryName } from '#shared/i18n/format.ts';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import type { Desk } from './walk-desk.ts';

export type NewPerson = {
  readonly name: string;
  readonly role: 'chair' | 'deputy' | 'secretary' | 'member';
  readonly pin: string;
};

export type FirstRun = {
  readonly locale: Locale;
  readonly country: 'kz' | 'kg' | 'uz' | 'tj';
  /** Typed into the search. */
  readonly search: string;
  /** The row to pick. */
  readonly commission: string;
  readonly person: NewPerson;
};

/** From the first window to Today, `look`ing at each step. Answers the recovery code's eight groups. */
export async function firstRun(
  desk: Desk,
  plan: FirstRun,
  look: (step: string) => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  await chooseLanguage(desk, plan.locale);
  await look('first-run-1');
  await desk.button(desk.say('access:next.commission')).click();
  await chooseCommission(desk, plan);
  await look('first-run-2');
  await desk.button(desk.say('access:next.person')).click();
  await fillPerson(desk, plan.person);
  await typeNewPin(desk, plan.person.pin);
  await desk.text(desk.say('access:pin.agree')).waitFor();
  await look('first-run-3');
  await desk.button(desk.say('access:next.code')).click();
  const groups = await readCode(desk);
  await look('first-run-4');
  await proveCode(desk, groups);
  await look('first-run-5');
  await desk.button(desk.say('access:code.open')).click();
  await isOnToday(desk);
  return groups;
}

export async function chooseLanguage(desk: Desk, locale: Locale): Promise<void> {
  await desk.page.locator('[data-screen="first-run-1"]').waitFor();
  desk.words = desk.words.of(locale);
  await desk.choose(localeFacts[locale].ownName);
  await desk.heading(desk.say('access:language.title')).waitFor();
}

export async function chooseCommission(
  desk: Desk,
  plan: Pick<FirstRun, 'country' | 'search' | 'commission'>,
): Promise<void> {
  await desk.heading(desk.say('access:commission.title')).waitFor();
  await desk.choose(countryName(desk.words.locale, plan.country) ?? plan.country);
  await desk.field(desk.say('access:commission.search')).fill(plan.search);
  const list = desk.page.getByRole('radiogroup', { name: desk.say('access:commission.list') });
  await desk.choose(plan.commission, list);
}

export async function fillPerson(desk: Desk, person: Pick<NewPerson, 'name' | 'role'>): Promise<void> {
  await desk.field(desk.say('access:person.name')).fill(person.name);
  await desk.choose(
    desk.say(`app:role.${person.role}`),
    desk.page.getByRole('group', { name: desk.say('access:person.role') }),
  );
}

export async function typeNewPin(desk: Desk, pin: string, again = pin): Promise<void> {
  await desk.field(desk.say('access:pin.new')).fill(pin);
  await desk.field(desk.say('access:pin.repeat')).fill(again);
}

/** The eight groups on screen. */
export async function readCode(desk: Desk): Promise<string[]> {
  const groups = desk.page.getByRole('group', { name: desk.say('access:code.aria') }).locator('b');
  await groups.first().waitFor();
  const read = await groups.allTextContents();
  expect(read.filter((group) => /^\d{4}$/.test(group))).toHaveLength(8);
  return read;
}

/** Types the two groups asked back, a wrong one first, and ticks. */
export async function proveCode(desk: Desk, groups: readonly string[]): Promise<void> {
  const openIt = desk.button(desk.say('access:code.open'));
  expect(await openIt.isEnabled()).toBe(false);
  await desk.button(desk.say('access:code.written')).click();
  const asked: number[] = [];
  for (const number of groups.keys()) {
    if ((await desk.field(desk.say('access:code.groupLabel', { number: number + 1 })).count()) === 1)
      asked.push(number);
  }
  expect(asked).toHaveLength(2);
  for (const number of asked) {
    const field = desk.field(desk.say('access:code.groupLabel', { number: number + 1 }));
    const right = groups[number] ?? '';
    const wrong = String((Number(right) + 1) % 10_000).padStart(4, '0');
    await field.fill(wrong);
    await desk.text(desk.say('access:code.groupWrong')).waitFor();
    await field.fill(right);
  }
  expect(await openIt.isEnabled()).toBe(false);
  await desk.page.getByRole('checkbox', { name: desk.say('access:code.kept') }).check();
  await expect.poll(() => openIt.isEnabled()).toBe(true);
}

export async function isOnToday(desk: Desk): Promise<void> {
  await desk.heading(desk.like('today:title')).waitFor();
}

/** Types the PIN of the person who is chosen and presses Enter. */
export async function typePin(desk: Desk, pin: string): Promise<void> {
  const field = desk.field(desk.say('access:pin.enter'));
  await field.waitFor();
  await field.fill(pin);
  await field.press('Enter');
}

/** Signs in as the person shown with these words, the first without them. */
export async function signIn(desk: Desk, pin: string, who?: string): Promise<void> {
  await desk.page.locator('[data-screen="sign-in"]').waitFor();
  if (who !== undefined) await desk.page.locator('.person-row', { hasText: who }).click();
  await typePin(desk, pin);
  await desk.page.getByRole('navigation', { name: desk.say('app:nav.label') }).waitFor();
}

/** Adds somebody who may sign in on this laptop, on the settings page. */
export async function addPerson(desk: Desk, person: NewPerson): Promise<void> {
  await desk.goTo('settings');
  await desk.button(desk.say('settings:people.add')).click();
  await fillPerson(desk, person);
  await typeNewPin(desk, person.pin);
  await desk.button(desk.say('settings:people.save')).click();
  await desk.text(desk.say('settings:people.added', { name: person.name })).waitFor();
}
