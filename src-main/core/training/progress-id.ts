/** The id of a person's progress in a course follows from both, so that two laptops write one record before they ever meet. */
import type { Id } from '#shared/kernel/ids.ts';
import { derivedId } from '../store/derived-id.ts';

export function progressId(person: Id, course: string): Id {
  return derivedId(`progress|${person}|${course}`);
}
