/** Histories that failed once, shrunk, as they were found by `npm run test:sim`; and some that only thinking has found. */
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from './checks.ts';
import { type Fault, type History, type LaptopOrder, lastStick, type Step } from './history.ts';
import { leanKeys, realKeys } from './keys.ts';
import { leanLaptop } from './lean-laptop.ts';
import { simulateSnapshots } from './snapshot-histories.ts';
import { storedLaptops } from './stored-laptop.ts';

const chair: LaptopOrder = { skewDays: 0, place: 'one', version: 'now', office: 'chair' };
const noFault: Fault = { what: 'none', turn: 0, at: 0, small: false };
const hub = 2;

/** Somebody writes one field of a contact. */
function write(who: number, value: number, field = 0, both = false): Step & { readonly do: 'write' } {
  return { do: 'write', who, kind: 'contact', record: 0, act: 'set', fields: [field], value, both };
}
const meet = (who: number): Step => ({ do: 'exchange', who, fault: noFault });
const backUp = (who: number): Step => ({ do: 'back-up', who });
const putBack = (who: number): Step => ({ do: 'put-back', who, isKnown: false });

/** Plays it on both builds of a laptop. */
async function play(history: History): Promise<void> {
  await simulate(history, leanKeys, leanLaptop);
  const laptops = storedLaptops();
  onTestFinished(laptops.close);
  await simulate(history, realKeys, laptops.make);
}

test('an exchange goes on where the log of another had to be cut back to before what the hub sent', async () => {
  const apart = [
    [write(0, 0), meet(0), backUp(hub)],
    [write(0, 1), meet(0), backUp(0)],
    [write(0, 0), meet(0), write(0, 0, 0, true), meet(0)],
    [putBack(0), write(0, 0), meet(1), putBack(hub)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('an exchange goes on where a log waited for a continuation that the hub has lost', async () => {
  const apart = [
    [write(0, 0), backUp(hub), backUp(0), meet(0)],
    [putBack(0), meet(0), putBack(hub), write(0, 0, 0, true)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('an exchange goes on where a log waited for an earlier one of which nothing is left on either side', async () => {
  const byStickFromOther: Step[] = [
    { do: 'pack', who: 1, to: 0, everything: true },
    { do: 'unpack', who: 0, which: lastStick, most: 6, crash: false },
  ];
  const apart = [
    [backUp(hub), backUp(0), write(0, 0), meet(0), putBack(0), meet(0)],
    [putBack(hub), write(0, 0), ...byStickFromOther],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('what only another got by stick comes back to a laptop that was put back unawares and went on', async () => {
  const apart: Step[][] = [
    [write(0, 0), meet(0), meet(1), backUp(0)],
    [write(0, 1), write(0, 2), { do: 'pack', who: 0, to: 1, everything: true }],
    [{ do: 'unpack', who: 1, which: 0, most: 6, crash: false }],
    [putBack(0), write(0, 1, 1), meet(0), meet(1)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('what others hold comes back where the hub and, unawares, its writer were both put back', async () => {
  const apart = [
    [write(0, 0), meet(0), backUp(hub), backUp(0)],
    [write(0, 1), write(0, 2), meet(0), meet(1)],
    [putBack(hub), putBack(0), write(0, 1, 1), meet(0), meet(1)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('what waited for the log of an earlier identity is handed over though the next request was on its way', async () => {
  const succeeded: Step = { do: 'put-back', who: 0, isKnown: true };
  const steps = [write(0, 0), backUp(0), meet(0), succeeded, write(0, 1)];
  await expect(play({ laptops: [chair, chair], steps })).resolves.toBeUndefined();
});

/** A chair writes what no member may, and gives it to another, by stick or by the hub, which is put back then. */
const paper: Step = { ...write(0, 0), kind: 'decision' };
const acquainted = [meet(0), meet(1), meet(0)];
const byStick: Step[] = [
  { do: 'pack', who: 0, to: 1, everything: true },
  { do: 'unpack', who: 1, which: lastStick, most: 6, crash: false },
];
const byHub = [meet(0), meet(1), putBack(hub)];
const demoted: Step = { do: 'role', who: 0, role: 'member', handOver: false };
const putBackKnowingly: Step = { do: 'put-back', who: 0, isKnown: true };

test('what an identity before was not allowed is nowhere under it once its writer has written it again', async () => {
  for (const way of [byStick, byHub])
    for (const seenBefore of [[], [meet(1)]]) {
      const steps = [
        ...acquainted,
        backUp(hub),
        paper,
        ...way,
        demoted,
        backUp(0),
        ...seenBefore,
        putBackKnowingly,
        meet(0),
        meet(1),
      ];
      await expect(play({ laptops: [chair, chair], steps })).resolves.toBeUndefined();
    }
});

test('what an identity before was not allowed comes back to its writer, who has forgotten it', async () => {
  for (const way of [byStick, byHub]) {
    const steps = [
      ...acquainted,
      backUp(hub),
      backUp(0),
      paper,
      ...way,
      demoted,
      putBackKnowingly,
      meet(1),
      meet(0),
      meet(1),
    ];
    await expect(play({ laptops: [chair, chair], steps })).resolves.toBeUndefined();
  }
});

test('what was written under several identities names what was written before it, also where all is written again', async () => {
  const steps = [write(0, 0), paper, backUp(0), putBackKnowingly, write(0, 7), demoted, backUp(0), putBackKnowingly];
  await expect(play({ laptops: [chair, chair], steps })).resolves.toBeUndefined();
});

test('what waits for other rights is written again though nothing else is new', async () => {
  const removal: Step = { ...write(0, 0), act: 'remove' };
  const apart = [
    [write(0, 0), backUp(hub), backUp(0), removal, meet(0), meet(1)],
    [putBack(hub), demoted, putBack(0), meet(0), meet(1)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('what was written since under another identity names what the hub refuses where that stands then', async () => {
  const language = 4;
  const apart: Step[][] = [
    [backUp(0), putBackKnowingly, write(0, 0, language)],
    [backUp(0), putBackKnowingly, write(0, 1, language)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('an op that a laptop wrote again by chance with the same stamp does not stand for those before it', async () => {
  const second: Step = { ...write(0, 0), record: 1, act: 'restore' };
  const setBack: Step = { do: 'clock', who: 0, days: -1 };
  const apart: Step[][] = [
    [backUp(hub), { ...write(0, 0), kind: 'membership' }, backUp(0), write(0, 0), second, meet(0)],
    [setBack, putBack(0), meet(1), paper, second, putBack(hub)],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('an old parcel of the hub takes nothing back from a laptop whose exchange broke off', async () => {
  const unpack: Step = { do: 'unpack', who: 0, which: lastStick, most: 6, crash: false };
  const broken: Step = { do: 'exchange', who: 0, fault: { what: 'crash', turn: 1, at: 40, small: true } };
  const apart: Step[][] = [
    [...acquainted, write(1, 0), { do: 'pack', who: 1, to: 0, everything: true }, unpack],
    [{ do: 'pack', who: hub, to: 0, everything: true }, write(0, 0, 1), broken, unpack],
  ];
  await expect(play({ laptops: [chair, chair], steps: apart.flat() })).resolves.toBeUndefined();
});

test('what a rogue took off the log of another stays behind what the hub leaves of its own', async () => {
  const apart = [
    [{ ...write(1, 0), kind: 'membership' } as const, backUp(0), backUp(3), write(0, 0), meet(0), putBack(0), meet(1)],
    [putBack(3), write(0, 0)],
  ];
  const laptops = [chair, { ...chair, office: 'rogue' } as const, chair];
  await expect(play({ laptops, steps: apart.flat() })).resolves.toBeUndefined();
});

test('two who write the same are rivals again when one of them writes something else', () => {
  const place = (who: number, value: number) =>
    ({ who, write: { do: 'paper', record: 0, field: 'place', value }, next: 'nothing' }) as const;
  const made = { who: 1, write: { do: 'remove', record: 0 }, next: 'snapshot' } as const;
  const history = { first: [place(1, 0), made, place(0, 0), place(0, 0), place(1, 1)], second: [], chunk: 0 };
  expect(() => simulateSnapshots(history)).not.toThrow();
});
