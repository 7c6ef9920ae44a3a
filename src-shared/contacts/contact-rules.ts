/** Pure rules of contacts. */
import { addDays } from '../i18n/dates.ts';

/** A contact not checked for a year wants checking: officials change with every election. */
const checkedForDays = 365;

/** Contacts last checked before this day need checking. `today` is `YYYY-MM-DD`. */
export function needsCheckBefore(today: string): string {
  return addDays(today, -checkedForDays);
}
