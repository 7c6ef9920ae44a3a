/** What is wrong with a contact before it is saved. */
import { z } from 'zod';
import { Contact } from '#shared/contacts/contact.ts';
import { checkValues } from '#shared/kinds/define-kind.ts';
import type { ContactChanges } from './contact-draft.ts';

/** Why a field may not be saved as it is; each has a text under `error.` in the catalogue. */
export type FieldFault = 'nameMissing' | 'tooLong' | 'emailForm' | 'phoneForm' | 'dateAhead';

/** Faults by field; empty when the contact may be saved. `today` is `YYYY-MM-DD`. */
export function contactFaults(values: ContactChanges, today: string): { readonly [field: string]: FieldFault } {
  const faults: { [field: string]: FieldFault } = {};
  for (const field of checkValues(Contact, values)) faults[field] = 'tooLong';
  if (String(values['name'] ?? '').trim() === '') faults['name'] = 'nameMissing';
  const { email, consentOn, checkedOn } = values;
  if (typeof email === 'string' && email.trim() !== '' && !z.email().safeParse(email.trim()).success)
    faults['email'] = 'emailForm';
  for (const field of ['phone', 'phoneSecond']) {
    const phone = values[field];
    if (typeof phone === 'string' && phone.trim() !== '' && !/\d.*\d.*\d/.test(phone)) faults[field] = 'phoneForm';
  }
  if (typeof consentOn === 'string' && consentOn > today) faults['consentOn'] = 'dateAhead';
  if (typeof checkedOn === 'string' && checkedOn > today) faults['checkedOn'] = 'dateAhead';
  return faults;
}
