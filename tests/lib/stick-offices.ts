/** A hub in this process that is reached by its operator's commands alone, and offices of one or several commissions beside it. */
import { expect, onTestFinished } from 'vitest';
import { invite } from '#hub/cli-invite.ts';
import { exchangeByStick } from '#hub/stick-command.ts';
import type { Role } from '#shared/access/roles.ts';
import { type TestCore, startOfTime, startSignedIn } from './core.ts';
import { startHubHere } from './hub-here.ts';
import { newStick, plugIn, type TestStick } from './stick.ts';

const usual = 'kz-19-tec_oblast';

/** Where a commission of Kazakhstan writes. */
export function partitionOf(commission: string): string {
  return `kz/${commission.slice(0, 5)}/${commission}`;
}

export async function hubAndOffices(env: { readonly [name: string]: string } = {}) {
  // Of two credentials of one millisecond nobody could say which is the newer.
  let now = startOfTime + 1000;
  const { hub, address, core, deps } = await startHubHere(() => (now += 1), env);
  const idle = [core];
  /** `hub stick <folder>`: whether it ended well, and all it said. */
  async function command(folder: string): Promise<{ ended: number; said: string }> {
    const said: string[] = [];
    const to = { out: (line: string) => void said.push(line), complain: (line: string) => void said.push(line) };
    const ended = await exchangeByStick(hub, [folder], to);
    return { ended, said: said.join('\n') };
  }
  const stick = async (folder: TestStick): Promise<string> => (await command(folder.path)).said;
  async function signedIn(commission: string): Promise<TestCore> {
    const waiting = commission === usual ? idle.pop() : undefined;
    if (waiting !== undefined) return waiting;
    const another = await startSignedIn({ commission });
    onTestFinished(() => another.close());
    return another;
  }
  /** Enrolled over the line; for its own commission where no `partitions` are given. */
  async function online(
    name: string,
    given: { commission?: string; partitions?: readonly string[]; roles?: readonly Role[] } = {},
  ): Promise<TestCore> {
    const { commission = usual, partitions = [partitionOf(commission)], roles = ['chair'] } = given;
    const core = await signedIn(commission);
    const order = { partitions, roles, laptop: name, commission: null };
    const code = await hub.credentials.invite({ ...order, days: 1, validDays: 400 });
    await core.value('sync.enrol', { address, code });
    await core.value('sync.now', {});
    return core;
  }
  /** An office that asks on `folder` to be enrolled, by an invitation that lay there. */
  async function asking(name: string, folder: TestStick, commission = usual): Promise<TestCore> {
    const office = await signedIn(commission);
    const options = [
      '--file',
      folder.path,
      '--partition',
      partitionOf(commission),
      '--roles',
      'chair',
      '--laptop',
      name,
    ];
    await invite(hub, options, { out: () => undefined, complain: expect.unreachable }, deps);
    await office.value('stick.request', { place: await plugIn(office, folder) });
    return office;
  }
  /** Enrolled by a stick. */
  async function office(name: string, commission = usual): Promise<TestCore> {
    const folder = newStick();
    const office = await asking(name, folder, commission);
    await stick(folder);
    await office.value('stick.accept', { place: await plugIn(office, folder), confirmed: false });
    return office;
  }
  return { hub, command, stick, stranger: () => signedIn(usual), asking, office, online };
}
