/** Two sorts of versions: the app's (`1.4.0`) and a pack's (a whole number that rises with each publication). */
import { z } from 'zod';

/** Version of the app: three numbers; a suffix after a hyphen marks a test build and does not count. */
export const AppVersion = z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}(-[0-9A-Za-z.-]{1,40})?$/);
export type AppVersion = z.infer<typeof AppVersion>;

/** Negative when `left` is older, 0 when equal, positive when newer. Suffixes do not count. */
export function compareAppVersions(left: AppVersion, right: AppVersion): number {
  const numbers = (version: string): number[] => (version.split('-')[0] ?? '').split('.').map(Number);
  const a = numbers(left);
  const b = numbers(right);
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How an offered pack stands to the one held here; `installed` is null when none is. */
export function packStanding(installed: number | null, offered: number): 'new' | 'update' | 'installed' | 'older' {
  if (installed === null) return 'new';
  if (offered === installed) return 'installed';
  return offered > installed ? 'update' : 'older';
}
