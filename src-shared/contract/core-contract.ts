/** Everything the core answers to: one object from which handlers, client, CLI and names derive. */
import { z } from 'zod';
import { accessContract } from '../access/contract.ts';
import { commissionsContract } from '../commissions/contract.ts';
import { contactsContract } from '../contacts/contract.ts';
import { copiesContract } from '../copies/contract.ts';
import { deskContract } from '../desk/contract.ts';
import { filesContract } from '../files/contract.ts';
import { packsContract } from '../packs/contract.ts';
import { shelfContract } from '../packs/shelf-contract.ts';
import { recordsContract } from '../records/contract.ts';
import { syncContract } from '../sync/contract.ts';
import { stickContract } from '../sync/stick-contract.ts';
import { trainingContract } from '../training/contract.ts';

export const coreContract = {
  access: accessContract,
  records: recordsContract,
  desk: deskContract,
  contacts: contactsContract,
  commissions: commissionsContract,
  training: trainingContract,
  packs: packsContract,
  shelf: shelfContract,
  files: filesContract,
  copies: copiesContract,
  sync: syncContract,
  stick: stickContract,
};
export type CoreContract = typeof coreContract;

/** What the core tells without being asked. `topics` are domain names whose queries may answer otherwise now. */
export const CoreEvent = z.object({ event: z.literal('changed'), topics: z.array(z.string()) });
export type CoreEvent = z.infer<typeof CoreEvent>;
