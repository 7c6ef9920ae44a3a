/** Calls for the commission's own page. Countries themselves are data the renderer and core both bundle. */
import { z } from 'zod';
import { query } from '../contract/define.ts';
import { Id } from '../kernel/ids.ts';
import { RecordView } from '../records/contract.ts';

export const commissionsContract = {
  /**
   * The own commission with its members on a day (`YYYY-MM-DD`). `changedOn`: days on which the composition changed, ascending.
   * `isTold`: its record has not come yet, and what the first run was told stands for it.
   */
  own: query(
    z.object({ on: z.iso.date() }),
    z.object({
      commission: RecordView,
      isTold: z.boolean(),
      members: z.array(z.object({ membership: RecordView, contact: RecordView, nextName: z.string().nullable() })),
      changedOn: z.array(z.iso.date()),
      seats: z.int().nullable(),
      vacancies: z.array(z.object({ since: z.iso.date().nullable() })),
    }),
  ),
  /** Memberships of one contact, newest first, for the contact's card. */
  ofContact: query(z.object({ contact: Id }), z.object({ rows: z.array(RecordView) })),
};
