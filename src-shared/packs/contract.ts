/**
 * Calls about packs on sticks and in folders.
 *
 * Failures, also as `problem` of an offer or job: `packs/not-a-pack`, `packs/damaged` {entry}, `packs/cut-off`, `packs/unsigned`,
 * `packs/bad-signature`, `packs/unknown-publisher` {publisher}, `packs/unsafe-name` {entry}, `packs/too-large` {bytes}, `packs/older` {installed, offered},
 * `packs/needs-newer-app` {minimum}, `packs/wrong-country`, `packs/source-gone` {copied, bytes} (stick pulled), `packs/disk-full` {needed, free}, `packs/cancelled`.
 * Also: `packs/no-file` (of `locate`), `store/disk-error` (the laptop's own disk). `minimum` is null when a manifest of a
 * future format does not say it. A job whose stick was pulled is `paused` with the problem `packs/source-gone` and goes on
 * by itself when the pack is seen again.
 */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';
import { Locale } from '../i18n/locale.ts';

const Problem = z.looseObject({ code: z.string() });

/** One pack file seen on a stick or in a chosen folder. */
export const PackOffer = z.object({
  /** Stable while the file lies there: made of source and path. */
  id: z.string(),
  source: z.string(),
  file: z.string(),
  packId: z.string().nullable(),
  titles: z.partialRecord(Locale, z.string()),
  publisher: z.string().nullable(),
  publisherKnown: z.boolean(),
  locales: z.array(Locale),
  bytes: z.int(),
  version: z.int().nullable(),
  installedVersion: z.int().nullable(),
  status: z.enum(['new', 'update', 'installed', 'refused']),
  problem: Problem.nullable(),
});
export type PackOffer = z.infer<typeof PackOffer>;

export const PackSource = z.object({
  id: z.string(),
  /** Volume label or folder name. */
  name: z.string(),
  type: z.enum(['stick', 'folder']),
  /** While the files are being looked through. */
  scanning: z.boolean(),
});

export const ImportJob = z.object({
  offer: z.string(),
  packId: z.string(),
  titles: z.partialRecord(Locale, z.string()),
  /** In order: signature, room, copying, listing. */
  step: z.enum(['queued', 'verifying', 'room', 'copying', 'switching', 'done', 'paused', 'failed', 'cancelled']),
  copied: z.int(),
  bytes: z.int(),
  /** Whole seconds, null while unknown. */
  secondsLeft: z.int().nullable(),
  free: z.int().nullable(),
  problem: Problem.nullable(),
});
export type ImportJob = z.infer<typeof ImportJob>;

export const packsContract = {
  offers: query(z.object({}), z.object({ sources: z.array(PackSource), offers: z.array(PackOffer) })),
  jobs: query(z.object({}), z.object({ jobs: z.array(ImportJob) })),
  startImport: command(z.object({ offers: z.array(z.string()).min(1).max(100) }), z.object({})),
  pauseImport: command(z.object({ offer: z.string() }), z.object({})),
  resumeImport: command(z.object({ offer: z.string() }), z.object({})),
  cancelImport: command(z.object({ offer: z.string() }), z.object({})),
  /** Forgets finished and failed jobs. */
  clearJobs: command(z.object({}), z.object({})),
  /** Looks at the mounted drives and chosen folders again. The shell reports what is mounted. */
  setSources: command(
    z.object({
      sources: z
        .array(z.object({ path: z.string().max(4096), name: z.string().max(200), type: z.enum(['stick', 'folder']) }))
        .max(50),
    }),
    z.object({}),
    'open',
  ),
  /** Absolute path, size and media type of one file of an installed pack; for the shell's `pack://` protocol only. */
  locate: query(
    z.object({ pack: z.string().max(80), path: z.string().max(300) }),
    z.object({ file: z.string(), bytes: z.int(), mediaType: z.string() }),
  ),
  remove: command(z.object({ pack: z.string().max(80) }), z.object({})),
};
/** Calls the renderer may not make: they take or give paths of this laptop. */
export const shellOnlyCalls: readonly string[] = [
  'packs.setSources',
  'packs.locate',
  'stick.setPlaces',
  'files.copyOut',
];
