/** What a seen pack file means on this laptop: new, an update, here already, or refused and why. */
import { type Locale, isLocale } from '#shared/i18n/locales.ts';
import type { Failure } from '#shared/kernel/result.ts';
import type { PackOffer } from '#shared/packs/contract.ts';
import { isAppNewEnough, isForCountry, type PackManifest } from '#shared/packs/manifest.ts';
import { findPublisher, type Publisher } from '#shared/packs/publishers.ts';
import { packStanding } from '#shared/packs/versions.ts';
import type { InstalledPack } from './pack-queries.ts';
import type { SeenPack } from './pack-sources.ts';

export type StandingDeps = {
  readonly publishers: readonly Publisher[];
  readonly appVersion: string;
  /** Alpha-2 code of the profile's country, null for trainers and hub staff. */
  readonly country: string | null;
};

/** Why a pack with a fitting signature may not be imported here; null when it may. Failures as in the contract. */
export function standingProblem(
  manifest: PackManifest,
  key: string,
  installed: InstalledPack | undefined,
  deps: StandingDeps,
): Failure | null {
  const unknown = { code: 'packs/unknown-publisher', publisher: manifest.publisher.name };
  if (findPublisher(deps.publishers, manifest.publisher.id, key) === undefined) return unknown;
  // Only a course or a country document is installed; the other kinds have doors of their own.
  if (manifest.kind !== 'training' && manifest.kind !== 'country') return { code: 'packs/not-a-pack' };
  if (!isAppNewEnough(manifest, deps.appVersion)) {
    return { code: 'packs/needs-newer-app', minimum: manifest.minimumApp };
  }
  if (!isForCountry(manifest, deps.country)) return { code: 'packs/wrong-country' };
  if (installed === undefined) return null;
  // A publisher may not replace another's pack by using its name.
  if (installed.publisher !== manifest.publisher.id) return unknown;
  if (packStanding(installed.version, manifest.version) !== 'older') return null;
  return { code: 'packs/older', installed: installed.version, offered: manifest.version };
}

/** Whether the file is something to show in the list of packs at all. */
export function isOfferable(seen: SeenPack): boolean {
  return seen.manifest === null || seen.manifest.kind === 'training' || seen.manifest.kind === 'country';
}

/** One row of the list. What a refused file says about itself is shown only when its publisher is known. */
export function toOffer(seen: SeenPack, installed: InstalledPack | undefined, deps: StandingDeps): PackOffer {
  const { manifest, key } = seen;
  const base = { id: seen.offer, source: seen.source, file: seen.file, bytes: seen.bytes };
  if (manifest === null || key === null) {
    return {
      ...base,
      packId: null,
      titles: {},
      publisher: null,
      publisherKnown: false,
      locales: [],
      version: null,
      installedVersion: null,
      status: 'refused',
      problem: seen.problem ?? { code: 'packs/not-a-pack' },
    };
  }
  const publisherKnown = findPublisher(deps.publishers, manifest.publisher.id, key) !== undefined;
  const problem = publisherKnown
    ? (seen.problem ?? standingProblem(manifest, key, installed, deps))
    : standingProblem(manifest, key, installed, deps);
  const standing = packStanding(installed?.version ?? null, manifest.version);
  return {
    ...base,
    packId: manifest.id,
    titles: publisherKnown ? titlesOf(manifest) : {},
    publisher: manifest.publisher.name,
    publisherKnown,
    locales: manifest.locales.filter(isLocale),
    version: manifest.version,
    installedVersion: installed?.version ?? null,
    status: problem !== null || standing === 'older' ? 'refused' : standing,
    problem,
  };
}

/** The titles in the languages of the windows. */
export function titlesOf(manifest: PackManifest): Partial<Record<Locale, string>> {
  const titles: Partial<Record<Locale, string>> = {};
  for (const [locale, title] of Object.entries(manifest.titles)) if (isLocale(locale)) titles[locale] = title;
  return titles;
}
