/** A laptop's line to the hub, on which things happen, and what one exchange over it must leave true. */
import { equal, ok as yes } from 'node:assert/strict';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import {
  beginAhead,
  exchange,
  type ExchangeOptions,
  type ExchangeOutcome,
  nothingDone,
} from '#shared/sync/exchange.ts';
import { frame, parseLogKey, SyncResponse, unframe } from '#shared/sync/messages.ts';
import type { Fault } from './history.ts';
import type { SimLaptop } from './laptop.ts';
import { followScopes, isWithinAny, keptBy } from './scopes.ts';
import { type Actor, crash, PowerCut, renew, succeedFirst, type World } from './world.ts';

/** One exchange over a line on which `fault` happens; null when the power went in its middle. */
export async function meetHub(world: World, actor: Actor, fault: Fault): Promise<ExchangeOutcome | null> {
  const { laptop } = actor;
  const store = laptop.store();
  if (!(await succeedFirst(world, actor, fault))) return { ...nothingDone, failure: { code: 'sync/hub-unreachable' } };
  const notes = laptop.notes();
  const begins = Object.keys(store.begins());
  const partitions = keptBy(world, actor);
  let left = fault.what === 'crash' || fault.what === 'stop' ? Math.floor(fault.at / 40) : Number.POSITIVE_INFINITY;
  const signal = {
    get aborted() {
      return fault.what === 'stop' && left <= 0;
    },
  };
  const options: ExchangeOptions = {
    partitions,
    leaving: laptop.leaving(partitions).map(({ partition }) => partition),
    epoch: notes.epoch,
    acknowledged: notes.acknowledged,
    unwanted: notes.unwanted,
    maxRequestBytes: fault.small ? 1 : 1024 * 1024,
    signal,
    breathe: async () => {
      left -= 1;
      laptop.goOn();
      if (left < 0 && fault.what === 'crash') throw new PowerCut();
    },
  };
  let outcome: ExchangeOutcome;
  try {
    const line = lineTo(world, actor, fault);
    // As behind a snapshot: the first request is under way before, and tells which credentials are held.
    const begun = fault.at % 2 === 1 ? await beginAhead(store, line, options, {}) : null;
    outcome = await exchange(store, line, { ...options, begun });
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    crash(actor);
    return null;
  }
  if (outcome.turns > 0) keep(laptop, outcome);
  if (outcome.failure?.code === 'sync/old-copy') {
    renew(world, actor);
    return outcome;
  }
  checkOutcome(world, actor, outcome, { fault, partitions, begins });
  if (outcome.turns > 0) await followScopes(world, actor);
  return outcome;
}

/** As the service keeps an exchange's end (core/sync/exchange-outcome.ts). */
function keep(laptop: SimLaptop, outcome: ExchangeOutcome): void {
  const { epoch, acknowledged, unwanted, hubSummary, hubTime } = outcome;
  laptop.keepNotes({ epoch, acknowledged, unwanted });
  if (hubSummary === null || epoch === null || hubTime === null) return;
  const memory = laptop.stickMemory();
  const hub = { summary: hubSummary, epoch, at: hubTime };
  laptop.keepStickMemory({ ...memory, peers: { ...memory.peers, hub }, offered: {} });
}

function checkOutcome(
  { hub }: World,
  { laptop, order, isCutShort }: Actor,
  outcome: ExchangeOutcome,
  asked: { readonly fault: Fault; readonly partitions: readonly string[]; readonly begins: readonly string[] },
): void {
  const { replica } = laptop.store();
  const held = hub.summary();
  const mine = laptop.store().summary();
  const { fault, partitions } = asked;
  const isHonest = !['damage', 'cut'].includes(fault.what);
  if (outcome.hubSummary !== null && isHonest) {
    for (const [log, seq] of Object.entries(laptop.received()))
      yes(seq <= (held[log] ?? 0), `${log} is shown as received to ${seq}, the hub holds ${held[log] ?? 0}`);
  }
  if (fault.what !== 'none') return;
  equal(outcome.failure, null);
  // Where a log parts below where its segments begin here, the partition may have to wait to be begun anew (store/parted-logs.ts).
  const begun = new Set(asked.begins.map((log) => parseLogKey(log).partition));
  const waits = outcome.refusedHere.filter(
    ({ log, failure }) => failure.code === 'segment/forked' && begun.has(parseLogKey(log).partition),
  );
  equal(JSON.stringify(outcome.refusedHere), JSON.stringify(waits), 'a laptop takes what the hub took');
  for (const refusal of outcome.refusals) {
    const isOfRights = ['wrong-role', 'wrong-partition'].includes(refusal.reason);
    yes(isOfRights, 'of an honest laptop a hub refuses nothing but what its new rights forbid');
    yes(order.office === 'rogue' || isCutShort, 'what was written under earlier rights is taken while there is time');
  }
  for (const [log, seq] of Object.entries(held)) {
    const isGiven = isWithinAny(partitions, log) && isWithinAny(hub.partitionsOf(replica), log);
    const isSeen = isGiven || (log.startsWith(replica) && !laptop.store().isErased(log));
    if (isSeen && !waits.some((each) => each.log === log))
      yes((mine[log] ?? 0) >= seq, `after an exchange ${log} is held to ${mine[log] ?? 0} of ${seq}`);
  }
  const own = Object.entries(mine).filter(([log]) => log.startsWith(replica));
  if (outcome.refusals.length === 0)
    for (const [log, seq] of own) equal(held[log] ?? 0, seq, `after an exchange the hub holds all of ${log}`);
}

/** Some ten times as many turns as an exchange of any history has needed: one that asks for ever what it was told is not waited for. */
const mostTurns = 1000;

/** The line to the hub, on which something happens once. */
function lineTo(
  world: World,
  { laptop }: Actor,
  fault: Fault,
): { send: (message: Uint8Array) => Promise<Result<Uint8Array>> } {
  const { hub, caught } = world;
  let turn = -1;
  const away = err({ code: 'sync/hub-unreachable' });
  const ask = (message: Uint8Array) => hub.turn(message, (data) => laptop.sign(data));
  const askForOther = async (message: Uint8Array): Promise<Result<Uint8Array>> => {
    const answer = await ask(message);
    return answer.ok ? ok(changed(answer.value, fault, world)) : answer;
  };
  return {
    async send(message) {
      turn += 1;
      yes(turn < mostTurns, 'an exchange comes to its end');
      if (caught.length < 20) caught.push(message);
      if (fault.what === 'foreign' && turn >= fault.turn) return askForOther(message);
      if (turn !== fault.turn) return ask(message);
      switch (fault.what) {
        case 'lose-request':
          return away;
        case 'lose-answer':
          await ask(message);
          return away;
        case 'twice':
          await ask(message);
          return ask(message);
        case 'replay':
          await hub.replay(caught[fault.at % caught.length] ?? message);
          return ask(message);
        case 'cut': {
          const answer = await ask(message);
          if (!answer.ok) return answer;
          return ok(answer.value.slice(0, Math.floor((answer.value.length * fault.at) / 1000)));
        }
        default:
          return askForOther(message);
      }
    },
  };
}

/** An answer that came otherwise than it was given: what a bad disk or a lying hub may do to its segments. */
function changed(answer: Uint8Array, fault: Fault, { hub }: World): Uint8Array {
  const read = unframe(answer, SyncResponse);
  if (!read.ok) return answer;
  const { header } = read.value;
  let segments: Uint8Array[] = read.value.segments.map((each) => each.slice());
  switch (fault.what) {
    case 'damage': {
      const one = segments[fault.at % Math.max(1, segments.length)];
      if (one !== undefined)
        one[(fault.at * 31) % one.length] = (one[(fault.at * 31) % one.length] ?? 0) ^ (1 << (fault.at % 8));
      break;
    }
    case 'shuffle':
      segments = segments.map((_, index) => segments[(index * 7 + fault.at) % segments.length] ?? new Uint8Array(1));
      break;
    case 'foreign':
      // Everything it has, asked for or not, the laptop's own log among it.
      segments = Object.keys(hub.summary()).flatMap((log) => hub.pieces(log).slice(0, 2));
      break;
    default:
      return answer;
  }
  return frame({ ...header, segments: segments.map((each) => each.length) }, segments);
}
