/**
 * Tells the core where packs may lie and parcels may be written: the drives that carry packs, all drives, and the folders that
 * people chose since the start.
 */
import { basename } from 'node:path';
import type { Dispatch } from '#shared/contract/rpc.ts';
import type { Logger } from '#shared/kernel/ports.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { Drive } from './drives.ts';

export type PackSources = {
  setDrives(withPacks: readonly Drive[], all: readonly Drive[]): void;
  /** Adds a folder; a folder chosen before is looked through again. */
  addFolder(path: string): Promise<Result<unknown>>;
  /** Tells the core everything, as after its restart. */
  tell(): Promise<Result<unknown>>;
};

const mostFolders = 8;
const longestName = 200;

export function createPackSources(deps: { dispatch: Dispatch; logger: Logger }): PackSources {
  let drives: readonly Drive[] = [];
  let places: readonly Drive[] = [];
  let folders: string[] = [];

  async function tell(): Promise<Result<unknown>> {
    const together = (found: readonly Drive[]) =>
      [
        ...folders.map((path) => ({ path, name: basename(path) || path, type: 'folder' as const })),
        ...found.map(({ path, name }) => ({ path, name, type: 'stick' as const })),
      ].map((source) => ({ ...source, name: source.name.slice(0, longestName) }));
    const told = await deps.dispatch('packs.setSources', { sources: together(drives) });
    const toldPlaces = await deps.dispatch('stick.setPlaces', { places: together(places) });
    for (const answer of [told, toldPlaces]) {
      if (!answer.ok) deps.logger.warn('drives/not-told', { code: answer.error.code });
    }
    return told;
  }

  return {
    setDrives(withPacks, all) {
      drives = withPacks;
      places = all;
      void tell();
    },
    addFolder(path) {
      folders = [path, ...folders.filter((known) => known !== path)].slice(0, mostFolders);
      return tell();
    },
    tell,
  };
}
