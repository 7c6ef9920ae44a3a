/** The files of a decision as a person handles them. */
import { basename, join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { Desk } from './walk-desk.ts';
import { escapeRegExp } from './walk-words.ts';

function fileRow(desk: Desk, path: string): Locator {
  return desk.page.getByRole('listitem').filter({ hasText: basename(path) });
}

/** The name of a button goes on with the file's. */
function beginning(words: string): RegExp {
  return new RegExp(`^${escapeRegExp(words)}`);
}

/** Chooses a file for the decision whose form is open, and waits until it is attached. */
export async function attach(desk: Desk, path: string): Promise<void> {
  await desk.page.locator('input[type=file]').setInputFiles(path);
  await desk.button(beginning(desk.say('files:remove')), fileRow(desk, path)).waitFor();
}

/** Waits until a file of the open decision has come, and saves it into the folder where this app saves; answers its path. */
export async function saveAttachment(desk: Desk, path: string, folder: string): Promise<string> {
  await desk.button(beginning(desk.say('files:save')), fileRow(desk, path)).click();
  await desk.text(desk.say('files:saved', { name: basename(path) })).waitFor();
  return join(folder, basename(path));
}
