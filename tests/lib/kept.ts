/** Things that end with the test that made them, the last first; and the laptops that many tests of hubs begin with. */
import { afterEach } from 'vitest';
import { startSignedIn, type TestCore } from './core.ts';
import type { TestHub } from './hub.ts';

export type Keep = <T extends { close(): Promise<void> }>(thing: T) => T;

/** To be called once in a file of tests. */
export function keptForEachTest(): Keep {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return (thing) => {
    ends.push(() => thing.close());
    return thing;
  };
}

/** A core with a chair signed in, enrolled at the hub under a laptop's name, after its first exchange. */
export async function enrolledCore(keep: Keep, hub: TestHub, laptop: string): Promise<TestCore> {
  const core = keep(await startSignedIn());
  await core.value('sync.enrol', { address: hub.address, code: await hub.invite({ laptop }) });
  await core.value('sync.now', {});
  return core;
}
