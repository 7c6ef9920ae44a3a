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
type Told = { readonly id: Change['id']; readonly values: Values; readonly at: number };

/**
 * What the first run writes of the commission where somebody of this role may; else nothing, and what `founding` says is kept as told at `at`
 * (milliseconds UTC).
 */
export function foundOrTell(role: Role, store: Store, founding: Change, at: number): readonly Change[] {
  if (mayFound(role)) return [founding];
  const told: Told = { id: founding.id, values: founding.values, at };
  store.meta.set(key, JSON.stringify(told));
  return [];
}

function mayFound(role: Role): boolean {
  return Commission.rights.write.includes(role);
}

function toldOf(store: Store): Told | null {
  const text = store.meta.get(key);
  return text === null ? null : (JSON.parse(text) as Told); // written above
}

/** The change that founds the record of what was told, where somebody of this role may and nobody has. */
export function foundingBy(role: Role, store: Store): readonly Change[] {
  const told = toldOf(store);
  if (told === null || !mayFound(role)) return [];
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
