/**
 * What must be true when a history has ended and everybody has met everybody once more: all hold the same, it is what a naive
 * model says of the set of all ops, nothing is lost, chains verify, and nobody holds what its writer's role forbids.
 */
import { deepEqual, equal, ok as yes } from 'node:assert/strict';
import { emptyValue, type FieldValue, type Kind } from '#shared/kinds/define-kind.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { mayAct } from '#shared/sync/credential.ts';
import { logKey, parseLogKey } from '#shared/sync/messages.ts';
import { overruled } from '#shared/sync/merge.ts';
import { emptyHead, stampToText } from '#shared/sync/op.ts';
import { openSegment } from '#shared/sync/segment.ts';
import type { ExchangeOutcome } from '#shared/sync/exchange.ts';
import type { Stamp } from '#shared/sync/stamp.ts';
import { factsAtHub, factsKeptByRogues, factsOf, unnamed } from './facts.ts';
import { type History, noFault } from './history.ts';
import { type Keys, verifyWith } from './keys.ts';
import { type SimLaptop, type SimOp, type SimRecord, versions, writtenKinds } from './laptop.ts';
import { meetHub } from './line.ts';
import { modelHub } from './model-hub.ts';
import { play } from './play.ts';
import { isWithinAny, keptBy } from './scopes.ts';
import { recordChanges } from './people.ts';
import { pack, unpack } from './stick-road.ts';
import { waitingFor } from './succession.ts';
import { type Actor, admit, createWorld, type LaptopMaker, oblast, signInAnew, type World } from './world.ts';

/** Plays a history to its end and checks it. Throws AssertionError. */
export async function simulate(history: History, keys: Keys, make: LaptopMaker, makeHub = modelHub): Promise<void> {
  const world = await createWorld(history, keys, make, makeHub);
  try {
    for (const step of history.steps) await play(world, step);
    await heal(world);
    check(world);
  } finally {
    for (const { laptop } of world.actors) laptop.close();
    await world.hub.close();
  }
}

/** Everybody gets back the role they need and meets the hub, by stick and by line, until nothing is left to hand over. */
async function heal(world: World): Promise<void> {
  const honest = world.actors.filter(({ order }) => order.office !== 'rogue');
  // Whoever has a new identity goes on in the place of the one before: nobody is invited for it.
  for (const actor of world.actors) {
    await meetAndRest(world, actor);
    // Who learns only now that it is an old copy asks once more, as the app does at once.
    if (waitingFor(world, actor) !== null) await meetAndRest(world, actor);
  }
  // What had to be left in haste is granted again, handed over, and left in good order.
  const hasty = honest.filter(({ wasWide, granted }) => wasWide && !granted.includes(oblast));
  for (const actor of hasty) actor.granted = [oblast];
  for (const actor of honest) await admitLeft(world, actor);
  for (const actor of honest) await admit(world, actor, 'chair');
  for (const actor of honest) writeOn(world, actor);
  // What the hub did not want before is offered again, now that it may have been told more of its writer.
  for (const actor of world.actors) signInAnew(actor);
  for (const actor of world.actors) await meetAndRest(world, actor);
  for (const actor of world.actors) {
    actor.laptop.clock.now += 1000;
    world.sticks.length = 0;
    await pack(world, actor, undefined, true);
    for (const message of world.sticks.splice(0)) await unpack(world, undefined, message, { most: 6, crash: false });
  }
  // What came back to its writer in one round is the others' in the next.
  for (let round = 0, before = ''; round < 2 || before !== JSON.stringify(world.hub.summary()); round += 1) {
    yes(round < 8, 'nobody has anything left to hand over');
    before = JSON.stringify(world.hub.summary());
    for (const actor of world.actors) {
      const outcome = await meetAndRest(world, actor);
      if (actor.order.office !== 'rogue')
        equal(JSON.stringify(outcome?.refusals), '[]', 'the hub takes all in the end');
    }
  }
  for (const actor of hasty) {
    await world.hub.grant(actor.laptop.name, { partitions: [actor.laptop.partition] }, true);
    await meetAndRest(world, actor);
  }
}

/**
 * Gives their rights back to identities that a laptop has had, where for the hub nobody goes on in their place: it was put back to before it
 * knew them. What stands in their logs and was never handed over waits for that, as for any laptop's (docs/hub.md).
 */
async function admitLeft({ hub, names }: World, { laptop, granted }: Actor): Promise<void> {
  const { partition } = laptop;
  const now = laptop.store().replica;
  for (const [replica, name] of names)
    if (name === laptop.name && replica !== now && hub.standingOf(replica) === 'valid')
      await hub.enrol({
        replica,
        publicKey: hub.keyOf(replica),
        name,
        prefixes: granted,
        partition,
        role: 'chair',
      });
}

/** Meets the hub, and does all that is left to do after that. */
async function meetAndRest(world: World, actor: Actor): Promise<ExchangeOutcome | null> {
  const outcome = await meetHub(world, actor, noFault);
  while (actor.laptop.goOn());
  return outcome;
}

/** Nobody who has let go of the beginning of a log notices that it went on otherwise before that reaches as far (docs/sync.md, section 13). */
function writeOn(world: World, actor: Actor): void {
  const { laptop } = actor;
  const log = logKey(laptop.store().replica, laptop.partition);
  const begins = Math.max(...world.actors.map((each) => each.laptop.store().begins()[log] ?? 0));
  for (let value = 0; laptop.head(log) < begins; value += 1) {
    laptop.clock.now += 1000;
    laptop.write(recordChanges(actor, { ...onward, value: value % 3 }, laptop.partition), laptop.partition);
  }
}
const onward = {
  do: 'write',
  who: 0,
  kind: 'contact',
  record: 0,
  act: 'set',
  fields: [0],
  both: false,
  elsewhere: false,
} as const;

/** The partitions in which a laptop cannot begin anew, since the hub holds less of a log than it has let go of, and nobody writes it any more. */
function stuckIn({ hub }: World, { laptop }: Actor): Set<string> {
  const stuck = Object.entries(laptop.store().begins()).filter(([log, seq]) => hub.held(log) < seq);
  return new Set(stuck.map(([log]) => parseLogKey(log).partition));
}

function check(world: World): void {
  const held = world.hub.summary();
  const rogues = new Set(
    world.actors.filter(({ order }) => order.office === 'rogue').map(({ laptop }) => laptop.store().replica),
  );
  // What a laptop keeps that cannot begin anew is not lost, though not everybody's.
  const stuck = world.actors.flatMap((actor) => {
    const partitions = stuckIn(world, actor);
    return actor.laptop.ops().filter(({ partition }) => partitions.has(partition));
  });
  const facts = new Set([...factsAtHub(world), ...factsOf(world, stuck)]);
  const keptBack = factsKeptByRogues(world);
  const said = unnamed(world, facts);
  const isSaidAgain = (fact: string): boolean =>
    world.letGo.has(fact) && [...unnamed(world, [fact])].every((each) => said.has(each));
  for (const fact of world.required) yes(facts.has(fact) || keptBack.has(fact) || isSaidAgain(fact), `${fact} is lost`);
  for (const log of Object.keys(held)) checkChain(world, log);
  const tables = new Map<string, { [record: string]: SimRecord }>();
  for (const actor of world.actors) checkLaptop(world, actor, rogues, tables);
}

function checkLaptop(
  world: World,
  actor: Actor,
  rogues: ReadonlySet<string>,
  tables: Map<string, { [record: string]: SimRecord }>,
): void {
  const { laptop } = actor;
  const { replica } = laptop.store();
  const kept = keptBy(world, actor);
  const held = Object.entries(world.hub.summary()).filter(([log]) => isWithinAny(kept, log));
  const mine = { ...laptop.store().summary() };
  // What a rogue keeps to itself is nobody's business but its own.
  const ownLog = logKey(replica, laptop.partition);
  if (rogues.has(replica)) {
    yes((mine[ownLog] ?? 0) >= (world.hub.summary()[ownLog] ?? 0));
    delete mine[ownLog];
  }
  const stuck = stuckIn(world, actor);
  const isFree = (log: string): boolean => !stuck.has(parseLogKey(log).partition);
  deepEqual(
    Object.fromEntries(Object.entries(mine).filter(([log]) => isFree(log))),
    Object.fromEntries(held.filter(([log]) => isFree(log) && !(rogues.has(replica) && log === ownLog))),
    `${laptop.name} holds what the hub holds`,
  );
  const ops = laptop.ops();
  for (const { op, replica: writer } of ops) {
    if (!rogues.has(writer) || writer === replica) continue;
    const kind = allKinds.find((each) => each.number === op.kind);
    yes(mayAct({ roles: ['member'] }, kind, op.act), `${laptop.name} holds what a rogue was not allowed to write`);
  }
  const key = rogues.has(replica) || stuck.size > 0 ? laptop.name : `${kept.join(' ')} ${laptop.version()}`;
  const expected = tables.get(key) ?? naiveTable(laptop, ops);
  tables.set(key, expected);
  deepEqual(tableOf(laptop, expected), expected, `${laptop.name}'s tables`);
  const desk = laptop.desk();
  laptop.rebuild();
  deepEqual(tableOf(laptop, expected), expected, `${laptop.name}'s tables made anew`);
  deepEqual(laptop.desk(), desk, `${laptop.name}'s desk made anew`);
  checkWrites(world, laptop, ops, expected);
  checkNames(world, ops);
}

/**
 * No clean edit is lost: what nobody else has touched stands, and what somebody has seen is beaten by what they wrote over it. (A laptop
 * that was put back may write again what it had forgotten: its log then goes back in time.)
 */
function checkWrites(
  { actors, names }: World,
  laptop: SimLaptop,
  ops: readonly SimOp[],
  table: { [record: string]: SimRecord },
): void {
  const writes = new Map<string, SimOp[]>();
  for (const each of ops) {
    for (const [number, replaced] of Object.entries(each.op.replaced)) {
      const stamp = { time: each.op.time, replica: each.replica };
      yes(order(stamp, replaced) > 0, `an edit of field ${number} does not beat the value it replaced`);
    }
    for (const [number, value] of Object.entries(each.op.set ?? {})) {
      if (value !== null && typeof value === 'object') continue;
      const key = `${each.op.record} ${each.op.kind} ${number}`;
      const known = writes.get(key);
      if (known === undefined) writes.set(key, [each]);
      else known.push(each);
    }
  }
  for (const [key, all] of writes) {
    const [record = '', kindNumber, number = ''] = key.split(' ');
    const kind = versions[laptop.version()].find((each) => each.number === Number(kindNumber));
    const name = fieldName(kind, number);
    if (kind === undefined || name === undefined) continue;
    const last = all.reduce((a, b) => (b.op.seq > a.op.seq ? b : a));
    const isPutBack = actors.some(
      ({ putBacks, laptop: { name: of } }) => putBacks > 0 && of === names.get(last.replica),
    );
    const goesBack = all.some(({ op }) => op.time > last.op.time);
    if (!(isPutBack && goesBack) && all.every(({ replica }) => replica === last.replica))
      deepEqual(table[record]?.values[name], last.op.set?.[number] ?? null, `a clean edit of ${name} is lost`);
    checkOverruled(all, number);
    const stamps = new Set(all.map((each) => stampToText(stampOf(each))));
    equal(stamps.size, all.length, `one stamp names two values of ${name}`);
  }
}

/**
 * What a laptop's op names of its own earlier ones is there, also when they had to be written again under another identity: else what it
 * replaced or dropped would come back. (Others may name what went with the disk it was seen on. And a laptop put back unawares twice,
 * the second time to what the first mending has written again under an identity that is forgotten now, writes it again once more: then
 * what a name means stands under another identity. docs/sync.md, section 13.)
 */
function checkNames({ names, actors }: World, ops: readonly SimOp[]): void {
  const twice = new Set(actors.filter(({ copies }) => copies > 1).map(({ laptop }) => laptop.name));
  const stamps = new Set(ops.map((each) => `${stampToText(stampOf(each))} ${each.op.record}`));
  const times = new Set(ops.map(({ op, replica }) => `${op.time} ${names.get(replica)} ${op.record}`));
  for (const { op, replica } of ops) {
    const dropped = Object.values(op.set ?? {}).flatMap((value) =>
      value !== null && typeof value === 'object' ? Object.values(value.drop).flat() : [],
    );
    const named = [...Object.values(op.replaced).map(stampToText), ...dropped];
    for (const stamp of named) {
      const [time, of = ''] = stamp.split('@');
      const name = names.get(replica) ?? '';
      if (names.get(of) !== name) continue;
      const isThere =
        stamps.has(`${stamp} ${op.record}`) || (twice.has(name) && times.has(`${time} ${name} ${op.record}`));
      yes(isThere, `an op names ${stamp} of its own laptop, which is nowhere`);
    }
  }
}

/** A write that nobody saw is never lost silently: `overruled` names it unless it stands. */
function checkOverruled(all: readonly SimOp[], number: string): void {
  const named = overruled(all);
  const standing = all.reduce((a, b) => (order(stampOf(b), stampOf(a)) > 0 ? b : a));
  for (const each of all) {
    const text = stampToText(stampOf(each));
    const isSeen = all.some(({ op }) => {
      const replaced = op.replaced[number];
      return replaced !== undefined && stampToText(replaced) === text;
    });
    equal(named.has(`${text} ${number}`), !isSeen && each !== standing, 'an overruled write is named');
  }
}

/** The order of stamps in its plainest form. */
function order(a: Stamp, b: Stamp): number {
  if (a.time !== b.time) return a.time - b.time;
  return a.replica === b.replica ? 0 : a.replica < b.replica ? -1 : 1;
}

function stampOf({ op, replica }: SimOp): Stamp {
  return { time: op.time, replica };
}

function fieldName(kind: Kind | undefined, number: string): string | undefined {
  return Object.entries(kind?.fields ?? {}).find(([, field]) => String(field.number) === number)?.[0];
}

/** Opens every piece of a log at the hub as a stranger would, knowing nothing but the writer's key. */
function checkChain({ hub, keys }: World, log: string): void {
  let head = emptyHead;
  let seq = 0;
  for (const bytes of hub.pieces(log)) {
    const opened = openSegment(
      bytes,
      head,
      (header, data, signature) => verifyWith(keys, hub.keyOf(header.replica), data, signature),
      keys.ports,
    );
    if (!opened.ok) throw new Error(`the chain of ${log} breaks behind ${seq}: ${opened.error.code}`);
    equal(opened.value.header.from, seq + 1, `${log} has no gap`);
    head = hexToBytes(opened.value.header.head);
    seq = opened.value.header.to;
  }
  equal(seq, hub.held(log));
}

/** The same columns of a laptop's tables as in `expected`. */
function tableOf(laptop: SimLaptop, expected: { [record: string]: SimRecord }): { [record: string]: SimRecord } {
  const table: { [record: string]: SimRecord } = {};
  for (const kind of versions[laptop.version()]) {
    if (!writtenKinds.includes(kind.name)) continue;
    for (const id of Object.keys(expected)) {
      const found = laptop.record(kind, id);
      if (found === null) continue;
      const values: { [field: string]: FieldValue } = {};
      for (const name of Object.keys(expected[id]?.values ?? {})) {
        const field = kind.fields[name];
        if (field !== undefined) values[name] = found.values[name] ?? emptyValue(field);
      }
      table[id] = { alive: found.alive, values };
    }
  }
  return table;
}

/** Says from the set of all ops what a version's tables must be, in the plainest way: everything looked up anew. */
function naiveTable(laptop: SimLaptop, all: readonly SimOp[]): { [record: string]: SimRecord } {
  const table: { [record: string]: SimRecord } = {};
  const byRecord = new Map<string, SimOp[]>();
  for (const each of all) byRecord.set(each.op.record, [...(byRecord.get(each.op.record) ?? []), each]);
  for (const [id, ops] of byRecord) {
    const kind = versions[laptop.version()].find((each) => each.number === ops[0]?.op.kind);
    if (kind === undefined) continue;
    const edits = ops.filter(({ op }) => op.act !== 'remove');
    const removals = ops.filter(({ op }) => op.act === 'remove');
    const alive =
      edits.length > 0 &&
      removals.every(({ op: { seen } }) => edits.some(({ op, replica }) => op.seq > (seen?.[replica] ?? 0)));
    const numbers = new Set(ops.flatMap(({ op }) => Object.keys(op.set ?? {})));
    const values: { [field: string]: FieldValue } = {};
    for (const number of numbers) {
      const name = fieldName(kind, number);
      const field = name === undefined ? undefined : kind.fields[name];
      if (name === undefined || field === undefined) continue;
      values[name] = field.merge === 'set' ? naiveSet(ops, number) : naiveValue(ops, number);
    }
    table[id] = { alive, values };
  }
  return table;
}

function naiveValue(ops: readonly SimOp[], number: string): FieldValue {
  const writes = ops.filter(({ op }) => op.set?.[number] !== undefined);
  const [last] = writes.sort((a, b) => order(stampOf(b), stampOf(a)));
  return (last?.op.set?.[number] ?? null) as FieldValue; // no set field has this number
}

function naiveSet(ops: readonly SimOp[], number: string): readonly string[] {
  const dropped = new Set<string>();
  const added = new Map<string, string>();
  for (const each of ops) {
    const change = each.op.set?.[number];
    if (change === undefined || change === null || typeof change !== 'object') continue;
    for (const element of change.add) added.set(`${stampToText(stampOf(each))} ${element}`, element);
    for (const [element, stamps] of Object.entries(change.drop))
      for (const stamp of stamps) dropped.add(`${stamp} ${element}`);
  }
  return [...new Set([...added].filter(([entry]) => !dropped.has(entry)).map(([, element]) => element))].sort();
}
