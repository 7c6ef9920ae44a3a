/** What a wanted change says as an op: the fields it sets, the values it replaces. */
import type { Kind, Values } from '../kinds/define-kind.ts';
import { fieldsByNumber, isAlive, isEmpty, type RecordState, setChange } from './merge.ts';
import type { Op, OpValue } from './op.ts';
import type { Stamp } from './stamp.ts';

/** Values are by field name; only given fields are touched. */
export type WantedChange = { readonly kind: Kind; readonly act: Op['act']; readonly values: Values };

/** The fields an op sets, as far as this version knows them. */
export function fieldsOf(kind: Kind, op: Op): string[] {
  const names: string[] = [];
  const fields = fieldsByNumber(kind);
  for (const number in op.set) {
    const known = fields.get(Number(number));
    if (known !== undefined) names.push(known.name);
  }
  return names;
}

type OpContent = { set: { [number: string]: OpValue }; replaced: { [number: string]: Stamp }; seenTime: number };

/** What an op must say to bring a record from `state` to the wanted values; null where it would say nothing. */
export function opContent(change: WantedChange, state: RecordState): OpContent | null {
  const content: OpContent = { set: {}, replaced: {}, seenTime: 0 };
  if (change.act === 'remove') return isAlive(state) ? content : null;
  for (const name in change.values) {
    const value = change.values[name] ?? null;
    const field = change.kind.fields[name];
    if (field === undefined) throw new Error(`${change.kind.name} has no field ${name}`);
    if (field.merge === 'set') {
      const wanted = setChange(state.sets[name], Array.isArray(value) ? value : []);
      if (wanted !== null) content.set[field.number] = wanted;
      continue;
    }
    if ((state.values[name] ?? null) === value) continue;
    content.set[field.number] = value as OpValue; // lists are sets, handled above
    const clock = state.clocks[name];
    if (clock !== undefined) {
      content.replaced[field.number] = clock;
      content.seenTime = Math.max(content.seenTime, clock.time);
    }
  }
  const revives = change.act === 'restore' && !isAlive(state);
  return revives || !isEmpty(content.set) ? content : null;
}

/** Whether the change signs its record: a signature, like a removal, says what its author had seen. */
export function freezes({ kind, values }: WantedChange): boolean {
  return kind.states?.frozen.includes(String(values[kind.states.field] ?? '')) === true;
}

/** A change of a record that showed `shown` to its author, with what nothing says of it any more: `said` is what is still said. A removal needs none. */
export function withUnsaid<T extends WantedChange>(change: T, shown: RecordState, said: RecordState): T {
  if (change.act === 'remove') return change;
  const isSaid = (field: string): boolean => said.clocks[field] !== undefined || said.sets[field] !== undefined;
  const unsaid = Object.entries(shown.values).filter(([field]) => !isSaid(field));
  return { ...change, values: { ...Object.fromEntries(unsaid), ...change.values } };
}
