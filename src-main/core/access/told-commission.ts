/**
 * What was told of the commission at the first run of somebody who may not write its record: no hub takes a member's word on it, and on this
 * laptop it would stand over the chair's, as it is newer. It is shown until the record comes, and founds it where somebody joins here first
 * who may.
 */
import { Commission } from '#shared/commissions/commission.ts';
import type { Role } from '#shared/access/roles.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Values } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { Change } from '../store/change.ts';
import type { Store } from '../store/store.ts';

const key = 'told-commission';
type Told = { readonly id: Id; readonly values: Values; readonly at: number };

/** Keeps what `founding` says at `at` (milliseconds UTC). */
export function tellOfCommission(store: Store, { id, values }: Change, at: number): void {
  store.meta.set(key, JSON.stringify({ id, values, at }));
}

function toldOf(store: Store): Told | null {
  const text = store.meta.get(key);
  return text === null ? null : (JSON.parse(text) as Told); // written above
}

/** The change that founds the record, where somebody of this role may and nobody has. */
export function foundingBy(role: Role, store: Store): readonly Change[] {
  const told = toldOf(store);
  if (told === null || !Commission.rights.write.includes(role)) return [];
  if (store.queries.get(Commission, told.id) !== null) return [];
  return [{ kind: Commission, id: told.id, act: 'set', values: told.values }];
}

/** What was told of the commission, as its record would be; null where nothing was. */
export function toldCommission(store: Store, id: Id): RecordView | null {
  const told = toldOf(store);
  if (told?.id !== id) return null;
  const { values, at } = told;
  const all = Object.fromEntries(Object.keys(Commission.fields).map((name) => [name, values[name] ?? null]));
  return {
    id,
    kind: 'commission',
    values: all,
    // It lies on this laptop only.
    road: 'saved',
    removed: false,
    createdAt: at,
    changedAt: at,
    changedBy: null,
    changedByName: null,
  };
}
