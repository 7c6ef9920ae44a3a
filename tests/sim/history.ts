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
  | { readonly do: 'role'; readonly who: number; readonly role: Role }
  | { readonly do: 'upgrade'; readonly who: number }
  | { readonly do: 'crash'; readonly who: number }
  | { readonly do: 'back-up'; readonly who: number }
  | { readonly do: 'put-back'; readonly who: number; readonly isKnown: boolean };

/** `who` and `to` beyond the laptops mean the hub where it can. */
const who = fc.nat(6);
const small = { write: 14, decide: 1, exchange: 8, pack: 3, unpack: 4, lose: 1, clock: 1, role: 1, upgrade: 1 };

const fault: fc.Arbitrary<Fault> = fc.record({
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant('none' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...faults) },
  ),
  turn: fc.nat(4),
  at: fc.nat(999),
  small: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: small.write,
    arbitrary: fc.record({
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
    }),
  },
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
  {
    weight: small.role,
    arbitrary: fc.record({
      do: fc.constant('role' as const),
      who,
      role: fc.constantFrom<Role>('chair', 'member', 'secretary'),
    }),
  },
  { weight: small.upgrade, arbitrary: fc.record({ do: fc.constantFrom('upgrade' as const, 'crash' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back-up' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('put-back' as const), who, isKnown: fc.boolean() }) },
);

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

/** Two to six laptops and up to `steps` steps. */
export function history(steps: number): fc.Arbitrary<History> {
  return fc.record({
    laptops: fc.array(order, { minLength: 2, maxLength: 6 }),
    steps: fc.array(step, { maxLength: steps, size: 'max' }),
  });
}
