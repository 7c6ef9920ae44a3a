/** Every kind this version knows, by name and by wire number. */
import { Person } from '../access/person.ts';
import { Commission } from '../commissions/commission.ts';
import { Membership } from '../commissions/membership.ts';
import { Contact } from '../contacts/contact.ts';
import { Settlement } from '../desk/settlement.ts';
import { Decision } from '../records/decision.ts';
import { Stray } from '../sync/stray.ts';
import { Attempt, Progress } from '../training/progress.ts';
import type { Kind } from './define-kind.ts';

export const allKinds: readonly Kind[] = [
  Person,
  Contact,
  Commission,
  Membership,
  Decision,
  Progress,
  Attempt,
  Settlement,
  Stray,
];

export const kindsByName: ReadonlyMap<string, Kind> = new Map(allKinds.map((kind) => [kind.name, kind]));
export const kindsByNumber: ReadonlyMap<number, Kind> = new Map(allKinds.map((kind) => [kind.number, kind]));
