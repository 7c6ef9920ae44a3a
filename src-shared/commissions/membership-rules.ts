/** Pure rules of memberships: who sits on a given day. Days are `YYYY-MM-DD` and compare as text. */
import { addDays } from '../i18n/dates.ts';

export type Term = { readonly startsOn: string; readonly endsOn: string | null; readonly leftOn: string | null };

/** Last day of the seat: the day of leaving where earlier than the end of the term; null while open. */
export function lastDay(term: Term): string | null {
  if (term.leftOn === null) return term.endsOn;
  return term.endsOn === null || term.leftOn < term.endsOn ? term.leftOn : term.endsOn;
}

/** Whether the person sits on that day. */
export function sitsOn(term: Term, day: string): boolean {
  const last = lastDay(term);
  return term.startsOn <= day && (last === null || day <= last);
}

/** The days on which the composition changed, ascending: first days of seats, and the day after each last one. */
export function changeDays(terms: readonly Term[]): string[] {
  const days = new Set<string>();
  for (const term of terms) {
    days.add(term.startsOn);
    const last = lastDay(term);
    if (last !== null) days.add(addDays(last, 1));
  }
  return [...days].sort();
}

/** Days on which seats that are empty on `day` fell empty, newest last; null where nobody ever sat there. */
export function vacancies(terms: readonly Term[], seats: number, day: string): (string | null)[] {
  const sitting = terms.filter((term) => sitsOn(term, day)).length;
  const empty = Math.max(0, seats - sitting);
  const ended = terms
    .map(lastDay)
    .filter((last): last is string => last !== null && last < day)
    .map((last) => addDays(last, 1))
    .sort();
  const since = ended.slice(Math.max(0, ended.length - empty));
  return Array.from({ length: empty }, (_, index) => since[index] ?? null);
}
