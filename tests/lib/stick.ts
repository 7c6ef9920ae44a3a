/** A stick for tests: a folder that cores see as a drive. */
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputOf } from '#shared/contract/define.ts';
import type { CoreContract } from '#shared/contract/core-contract.ts';
import { type TestCore, temporaryFolder } from './core.ts';
import { until } from './until.ts';

export type TestStick = {
  readonly path: string;
  /** Files in its folder of parcels, sorted. */
  files(): string[];
  read(name: string): Buffer;
};

export function newStick(): TestStick {
  const path = temporaryFolder();
  const folder = join(path, 'komissiya');
  return {
    path,
    files: () => (existsSync(folder) ? readdirSync(folder).sort() : []),
    read: (name) => readFileSync(join(folder, name)),
  };
}

/** Puts a stick into a laptop, and waits until it has been looked through; answers its id as a place. */
export async function plugIn(core: TestCore, stick: TestStick): Promise<string> {
  await core.value('stick.setPlaces', { places: [{ path: stick.path, name: 'TRENER', type: 'stick' }] });
  const state = await core.value('stick.state', {});
  const [place] = state.places;
  if (place === undefined) throw new Error('the stick is not seen');
  await until(async () => !(await core.value('stick.state', {})).isLooking);
  return place.id;
}

/** Carries everything for a reader. */
export async function writeTo(
  core: TestCore,
  stick: TestStick,
  reader: string,
  everything = false,
): Promise<OutputOf<CoreContract, 'stick.write'>> {
  return core.value('stick.write', { place: await plugIn(core, stick), reader, everything });
}

export async function takeFrom(core: TestCore, stick: TestStick): Promise<OutputOf<CoreContract, 'stick.take'>> {
  return core.value('stick.take', { place: await plugIn(core, stick) });
}
