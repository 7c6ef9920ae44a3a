/** What may happen in a history, as fast-check makes it up: small numbers that world.ts reads as it can. */
import fc from 'fast-check';
import type { Role } from '#shared/access/roles.ts';
import type { VersionName } from './laptop.ts';

export type LaptopOrder = {
  /** How far off its clock stands at the start. */
  readonly skewDays: number;
  /** `one` and `two` are commissions of one oblast; `both` keeps what the oblast keeps and writes in the first. */
  readonly place: 'one' | 'two' | 'both';
  readonly version: VersionName;
  /** A rogue is a member whose software writes what its role forbids. */
  readonly office: 'chair' | 'member' | 'rogue';
};

export const faults = [
  'none',
  'lose-request',
  'lose-answer',
  'cut',
  'damage',
  'twice',
  'replay',
  'shuffle',
  'foreign',
  'stop',
  'crash',
] as const;
export type Fault = {
  readonly what: (typeof faults)[number];
  /** The turn it happens in. */
  readonly turn: number;
  /** Where, as a part of 1,000; for `stop` and `crash` after so many pieces. */
  readonly at: number;
  /** One segment in a request. */
  readonly small: boolean;
};

export type Step =
  | {
      readonly do: 'write';
      readonly who: number;
      readonly kind: 'contact' | 'decision' | 'membership' | 'extra';
      readonly record: number;
      readonly act: 'set' | 'remove' | 'restore';
      readonly fields: readonly number[];
      readonly value: number;
      /** Both records of the kind in one action. */
      readonly both: boolean;
      /** Records of the other commission, where the laptop keeps them. */
      readonly elsewhere: boolean;
    }
  | { readonly do: 'decide'; readonly who: number; readonly which: number; readonly take: number }
  | { readonly do: 'exchange'; readonly who: number; readonly fault: Fault }
  | { readonly do: 'pack'; readonly who: number; readonly to: number; readonly everything: boolean }
  | {
      readonly do: 'unpack';
      readonly who: number;
      readonly which: number;
      readonly most: number;
      readonly crash: boolean;
    }
  | { readonly do: 'lose'; readonly which: number }
  | { readonly do: 'clock'; readonly who: number; readonly days: number }
  | {
      readonly do: 'role';
      readonly who: number;
      readonly role: Role;
      /** Whether what it has yet to hand over is judged by its role before. */
      readonly handOver: boolean;
    }
  /** It may keep all of the oblast from now on, or its own commission only. */
  | { readonly do: 'reach'; readonly who: number; readonly isWide: boolean; readonly handOver: boolean }
  /** Of what the hub holds it keeps no segments but those of so many ops at the end of a log. */
  | { readonly do: 'compact'; readonly who: number; readonly keptOps: number }
  /** Only where the hub can revoke (sim-hub.ts). */
  | { readonly do: 'shut-out'; readonly who: number; readonly how: 'revoked' | 'expired' }
  | { readonly do: 'upgrade'; readonly who: number }
  | { readonly do: 'crash'; readonly who: number }
  | { readonly do: 'back-up'; readonly who: number }
  | { readonly do: 'put-back'; readonly who: number; readonly isKnown: boolean };

/** `who` and `to` beyond the laptops mean the hub where it can. */
const who = fc.nat(6);
const small = {
  write: 14,
  decide: 1,
  exchange: 8,
  pack: 3,
  unpack: 4,
  lose: 1,
  clock: 1,
  role: 1,
  upgrade: 1,
  reach: 1,
};

const fault: fc.Arbitrary<Fault> = fc.record({
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant('none' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...faults) },
  ),
  turn: fc.nat(4),
  at: fc.nat(999),
  small: fc.boolean(),
});

const write: fc.Arbitrary<Step & { readonly do: 'write' }> = fc.record({
  do: fc.constant('write' as const),
  who,
  kind: fc.constantFrom(
    'contact' as const,
    'contact' as const,
    'decision' as const,
    'membership' as const,
    'extra' as const,
  ),
  record: fc.constantFrom(0, 0, 1),
  act: fc.constantFrom(
    'set' as const,
    'set' as const,
    'set' as const,
    'set' as const,
    'remove' as const,
    'restore' as const,
  ),
  fields: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
  value: fc.nat(11),
  both: fc.boolean(),
  elsewhere: fc.constantFrom(false, false, false, true),
});

const role: fc.Arbitrary<Step & { readonly do: 'role' }> = fc.record({
  do: fc.constant('role' as const),
  who,
  role: fc.constantFrom<Role>('chair', 'member', 'member', 'secretary'),
  handOver: fc.boolean(),
});

const putBack: fc.Arbitrary<Step & { readonly do: 'put-back' }> = fc.record({
  do: fc.constant('put-back' as const),
  who,
  isKnown: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: small.write, arbitrary: write },
  {
    weight: small.decide,
    arbitrary: fc.record({ do: fc.constant('decide' as const), who, which: fc.nat(3), take: fc.nat(3) }),
  },
  { weight: small.exchange, arbitrary: fc.record({ do: fc.constant('exchange' as const), who, fault }) },
  {
    weight: small.pack,
    arbitrary: fc.record({ do: fc.constant('pack' as const), who, to: who, everything: fc.boolean() }),
  },
  {
    weight: small.unpack,
    arbitrary: fc.record({
      do: fc.constant('unpack' as const),
      who,
      which: fc.nat(20),
      most: fc.nat(6),
      crash: fc.boolean(),
    }),
  },
  { weight: small.lose, arbitrary: fc.record({ do: fc.constant('lose' as const), which: fc.nat(20) }) },
  {
    weight: small.clock,
    arbitrary: fc.record({ do: fc.constant('clock' as const), who, days: fc.integer({ min: -3650, max: 3650 }) }),
  },
  { weight: small.role, arbitrary: role },
  {
    weight: small.reach,
    arbitrary: fc.record({
      do: fc.constant('reach' as const),
      who,
      isWide: fc.boolean(),
      handOver: fc.constantFrom(true, true, true, false),
    }),
  },
  { weight: small.upgrade, arbitrary: fc.record({ do: fc.constantFrom('upgrade' as const, 'crash' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back-up' as const), who }) },
  { weight: 3, arbitrary: putBack },
);

/** As `who`: the hub, however many laptops there are. */
export const hub = -1;
/** As `which`: the stick that was written last. */
export const lastStick = -1;
export const noFault: Fault = { what: 'none', turn: 0, at: 0, small: false };

const storySteps = [...Array(24).keys()];

/**
 * Where most has gone wrong: a laptop is put back, or the hub, while somebody holds what it forgot and its role changes. Any of these steps
 * may be missing; by chance alone they meet in one history of thousands.
 */
const copyStory: fc.Arbitrary<Step[]> = fc
  .record({
    who,
    peer: who,
    writes: fc.tuple(write, write, write),
    roles: fc.tuple(role, role),
    copies: fc.tuple(putBack, putBack),
    // Three of four stay, and shrinking takes away.
    kept: fc.tuple(fc.subarray(storySteps), fc.subarray(storySteps)),
  })
  .map(({ who: owner, peer, writes, roles, copies, kept }) => {
    const owned = <S extends Step>(given: S): S => ({ ...given, who: owner });
    const meet = (each: number): Step => ({ do: 'exchange', who: each, fault: noFault });
    const backUp = (each: number): Step => ({ do: 'back-up', who: each });
    const pack = (from: number, to: number): Step => ({ do: 'pack', who: from, to, everything: true });
    const unpack = (each: number): Step => ({ do: 'unpack', who: each, which: lastStick, most: 6, crash: false });
    const all: Step[] = [
      [backUp(hub), owned(writes[0]), backUp(owner), owned(writes[1]), meet(owner), pack(owner, peer), unpack(peer)],
      [meet(peer), owned(roles[0]), { ...writes[2], who: peer }, backUp(owner), owned(copies[0])],
      [{ do: 'put-back', who: hub, isKnown: false } as const, owned(writes[2]), meet(peer), meet(owner)],
      [owned(roles[1]), pack(peer, hub), unpack(hub), owned(copies[1]), owned(writes[0]), pack(peer, owner)],
      [unpack(owner), meet(owner)],
    ].flat();
    return all.filter((_, at) => kept.some((part) => part.includes(at)));
  });

const reachSteps = [...Array(20).keys()];

/** A laptop is given the whole oblast, works in the other commission, and has to leave it with work under way; some of it while it is put back. */
const reachStory: fc.Arbitrary<Step[]> = fc
  .record({
    who,
    peer: who,
    writes: fc.tuple(write, write, write),
    copy: putBack,
    handOver: fc.constantFrom(true, true, false),
    kept: fc.tuple(fc.subarray(reachSteps), fc.subarray(reachSteps)),
  })
  .map(({ who: owner, peer, writes, copy, handOver, kept }) => {
    const meet = (each: number): Step => ({ do: 'exchange', who: each, fault: noFault });
    const backUp = (each: number): Step => ({ do: 'back-up', who: each });
    const reach = (isWide: boolean): Step => ({ do: 'reach', who: owner, isWide, handOver });
    const there = (at: 0 | 1 | 2): Step => ({ ...writes[at], who: owner, elsewhere: true });
    const all: Step[] = [
      [{ ...writes[0], who: peer }, meet(peer), backUp(hub), reach(true), meet(owner), meet(owner)],
      [there(0), backUp(owner), there(1), meet(owner), there(2), { ...writes[1], who: peer }],
      [reach(false), { ...copy, who: owner }, meet(owner), reach(true)],
      [{ do: 'put-back', who: hub, isKnown: false } as const, meet(owner), meet(owner), there(0)],
    ].flat();
    return all.filter((_, at) => kept.some((part) => part.includes(at)));
  });

const compact: fc.Arbitrary<Step & { readonly do: 'compact' }> = fc.record({
  do: fc.constant('compact' as const),
  who,
  keptOps: fc.nat(2),
});

const order: fc.Arbitrary<LaptopOrder> = fc.record({
  skewDays: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -3650, max: 3650 }) },
  ),
  place: fc.constantFrom('one' as const, 'one' as const, 'two' as const, 'both' as const),
  version: fc.constantFrom<VersionName>('before', 'now', 'now', 'after'),
  office: fc.constantFrom('chair' as const, 'chair' as const, 'chair' as const, 'member' as const, 'rogue' as const),
});

export type History = { readonly laptops: readonly LaptopOrder[]; readonly steps: readonly Step[] };

const partedSteps = [...Array(26).keys()];

/** Of three: somebody has let go of segments to which the hub and their writers go back then, to write in another way. */
const partedStory: fc.Arbitrary<Step[]> = fc
  .record({
    of: fc.constantFrom([0, 1, 2], [1, 0, 2], [2, 0, 1], [1, 2, 0], [0, 0, 1], [2, 2, 0]),
    writes: fc.tuple(write, write, write, write),
    compacts: fc.tuple(compact, compact),
    roles: fc.tuple(role, role),
    missing: fc.subarray(partedSteps, { maxLength: 3 }),
  })
  .map(({ of: [owner = 0, other = 0, peer = 0], writes, compacts, roles, missing }) => {
    const by = (each: number, at: 0 | 1 | 2 | 3): Step => ({ ...writes[at], who: each });
    const meet = (each: number): Step => ({ do: 'exchange', who: each, fault: noFault });
    const backUp = (each: number): Step => ({ do: 'back-up', who: each });
    const back = (each: number): Step => ({ do: 'put-back', who: each, isKnown: false });
    const letGo = (at: 0 | 1): Step => ({ ...compacts[at], who: peer });
    const all: Step[] = [
      [by(owner, 0), by(other, 1), meet(owner), meet(other), backUp(hub), backUp(owner), backUp(other)],
      [by(owner, 1), by(other, 2), by(owner, 2), meet(owner), meet(other), meet(peer), letGo(0)],
      [back(hub), back(owner), back(other), { ...roles[0], who: peer }, by(owner, 3), by(other, 3)],
      [meet(owner), meet(other), { ...roles[1], who: peer }, meet(peer), by(owner, 0), letGo(1)],
    ].flat();
    return all.filter((_, at) => !missing.includes(at));
  });

/** Three laptops of one commission, that let go of segments. */
function partedHistory(steps: number): fc.Arbitrary<History> {
  const colleague = order.map((each): LaptopOrder => ({ ...each, place: 'one' }));
  const some = fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: compact });
  const few = fc.array(some, { maxLength: Math.ceil(steps / 3) });
  return fc.record({
    laptops: fc.array(colleague, { minLength: 3, maxLength: 3 }),
    steps: fc.tuple(few, partedStory, few, partedStory, few).map((parts) => parts.flat()),
  });
}

const shutOut: fc.Arbitrary<Step & { readonly do: 'shut-out' }> = fc.record({
  do: fc.constant('shut-out' as const),
  who,
  how: fc.constantFrom('revoked' as const, 'expired' as const),
});

/** Histories of `given` in which now and then somebody is shut out: for the real hub. */
export function withShutOuts(given: fc.Arbitrary<History>): fc.Arbitrary<History> {
  const some = fc.array(fc.record({ at: fc.nat(60), step: shutOut }), { maxLength: 3 });
  return fc.tuple(given, some).map(([{ laptops, steps }, added]) => {
    const all: Step[] = [...steps];
    for (const { at, step: each } of added) all.splice(at % (all.length + 1), 0, each);
    return { laptops, steps: all };
  });
}

/** Histories on the real store: in each other one segments are let go of, which laptops in plain memory never do. */
export function storedHistory(steps: number): fc.Arbitrary<History> {
  return fc.oneof(history(steps), partedHistory(steps));
}

/** Two to six laptops and up to `steps` steps, and now and then some more that belong together. */
export function history(steps: number): fc.Arbitrary<History> {
  return fc.record({
    laptops: fc.array(order, { minLength: 2, maxLength: 6 }),
    steps: fc
      .array(
        fc.oneof(
          { weight: 40, arbitrary: step.map((each) => [each]) },
          { weight: 2, arbitrary: copyStory },
          { weight: 1, arbitrary: reachStory },
        ),
        { maxLength: steps, size: 'max' },
      )
      .map((parts) => parts.flat()),
  });
}
