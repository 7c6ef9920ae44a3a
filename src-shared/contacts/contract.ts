/** Calls for the contacts list; single contacts go through `records`. */
import { z } from 'zod';
import { CountryCode } from '../commissions/country.ts';
import { query } from '../contract/define.ts';
import { Locale } from '../i18n/locale.ts';
import { RecordView } from '../records/contract.ts';

/** Groups of the list; the last three are what needs checking. */
export const ContactGroup = z.enum([
  'all',
  'chair',
  'secretary',
  'member',
  'trainer',
  'partner',
  'needs-check',
  'no-consent',
]);
export type ContactGroup = z.infer<typeof ContactGroup>;

export const contactsContract = {
  /** One page of the list. Ordered by the locale's alphabet without `search`, by relevance then alphabet with it. */
  list: query(
    z.object({
      group: ContactGroup,
      search: z.string().max(300),
      country: CountryCode.nullable(),
      locale: Locale,
      offset: z.int().min(0),
      limit: z.int().min(1).max(500),
    }),
    z.object({
      rows: z.array(RecordView),
      total: z.int(),
      /** There are more than `total`: a search stops counting at 1,000. */
      capped: z.boolean(),
    }),
  ),
  groups: query(z.object({}), z.object({ counts: z.record(ContactGroup, z.int()) })),
};
