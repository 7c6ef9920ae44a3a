/** Case of letters that become several in another alphabet. */

/**
 * `written` (small letters) in the case of the capital `letter` it stands for: «Ш» → «Sh» before or after small letters, «SH» inside a word in
 * capitals. A lone capital takes the shape that begins a name.
 */
export function inCaseOf(letter: string, written: string, before: string, after: string): string {
  if (letter === letter.toLowerCase() || written === '') return written;
  const inCapitals = isCapital(after) || (isCapital(before) && !isSmall(after));
  return inCapitals ? written.toUpperCase() : written.slice(0, 1).toUpperCase() + written.slice(1);
}

function isCapital(char: string): boolean {
  return char !== '' && char !== char.toLowerCase();
}

function isSmall(char: string): boolean {
  return char !== '' && char !== char.toUpperCase();
}
