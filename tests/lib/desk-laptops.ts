/** Laptops with a conflict desk: real stores of tests/lib/replicas.ts, and what a person sees and decides there. */
import { afterEach, expect } from 'vitest';
import { createDeskService } from '#core/desk/desk-service.ts';
import { derivedId } from '#core/store/derived-id.ts';
import type { Role } from '#shared/access/roles.ts';
import { DeskClash, DeskRecord } from '#shared/desk/contract.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { Kind, Values } from '#shared/kinds/define-kind.ts';
import { seededRandom } from './core.ts';
import { createRelay, createReplica, introduce, type Replica, settle } from './replicas.ts';

type Desk = ReturnType<typeof createDeskService>;
export type Laptop = Replica & {
  readonly desk: Desk;
  readonly person: Id;
  role: Role;
  write(kind: Kind, id: string, values: Values, act?: 'set' | 'remove' | 'restore'): void;
};

const open: Laptop[] = [];
/** Closes the laptops of a test; call it once in a test file. */
export function closeLaptops(): void {
  afterEach(() => {
    for (const each of open.splice(0)) each.store.close();
  });
}
/** Closes one before its test ends. */
export function closeLaptop(each: Laptop): void {
  open.splice(open.indexOf(each), 1);
  each.store.close();
}

export function laptop(name: string, skewMs = 0): Laptop {
  const replica = createReplica(name, skewMs);
  const person = derivedId(`person|${name}`);
  const own: Laptop = {
    ...replica,
    person,
    role: 'chair',
    desk: createDeskService({
      open: () => ({ store: replica.store, session: { person, role: own.role } }),
      time: { now: () => replica.clock.now },
      random: seededRandom(`desk ${name}`),
    }),
    write(kind, id, values, act = 'set') {
      replica.clock.now += 1000;
      replica.store.commit([{ kind, id, act, values }], person);
    },
  };
  open.push(own);
  return own;
}

export function three(): { a: Laptop; b: Laptop; c: Laptop; meet: () => void } {
  const [a, b, c] = [laptop('a'), laptop('b', 60_000), laptop('c', -60_000)];
  introduce([a, b, c]);
  const relay = createRelay();
  return { a, b, c, meet: () => settle([a, b, c], relay) };
}

export async function value<T>(result: Result<T> | Promise<Result<T>>): Promise<T> {
  const done = await result;
  if (!done.ok) throw new Error(JSON.stringify(done.error));
  return done.value;
}
export async function code(result: Result<unknown> | Promise<Result<unknown>>): Promise<string> {
  const done = await result;
  return done.ok ? 'ok' : done.error.code;
}

export async function lines(at: Laptop) {
  const { lines: found, total } = await value(at.desk.list({ offset: 0, limit: 200, locale: 'ru' }));
  expect(total).toBe(found.length);
  expect(await value(at.desk.count({}))).toEqual({ count: total });
  return found.map(({ item, what, kind, fields, isRemoval, since }) => ({
    item,
    what,
    kind,
    fields,
    isRemoval,
    since,
  }));
}
export async function record(at: Laptop, item: string, again = false): Promise<DeskRecord> {
  const found = await value(at.desk.item({ item, again }));
  // As the dispatcher would check the answer.
  return DeskRecord.parse(found);
}
export async function clash(at: Laptop): Promise<DeskClash> {
  const [line] = await lines(at);
  const found = await value(at.desk.item({ item: line?.item ?? 'none', again: false }));
  return DeskClash.parse(found);
}
export function stamps(found: DeskRecord): string[] {
  return [
    ...found.fields.flatMap((field) => [...field.versions, ...field.verdicts].map(({ stamp }) => stamp)),
    ...(found.removal?.stamps ?? []),
    ...(found.removal?.verdicts ?? []).map(({ stamp }) => stamp),
  ];
}
export async function take(at: Laptop, item: string, field: string, wanted: unknown, again = false): Promise<void> {
  const found = await record(at, item, again);
  const versions = found.fields.find((each) => each.field === field)?.versions ?? [];
  const version = versions.find((each) => each.value === wanted);
  if (version === undefined) throw new Error(`no such version among ${versions.length}`);
  await value(
    at.desk.decide({ item, again, seen: stamps(found), fields: [{ field, take: version.stamp }], removal: null }),
  );
}
