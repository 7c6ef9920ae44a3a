/** What the command line takes from its environment: secrets that must not stand in a list of processes. */
import { z } from 'zod';

export const CliConfig = z.object({
  /** PIN or passphrase of the person who signs in. */
  pin: z.string().max(200).optional(),
  /** Who signs in, when not given with --slot. */
  slot: z.string().max(80).optional(),
});
export type CliConfig = z.infer<typeof CliConfig>;

/** Reads KOMISSIYA_PIN and KOMISSIYA_SLOT; an empty one counts as not given. */
export function readConfig(): CliConfig {
  return CliConfig.parse({
    pin: process.env['KOMISSIYA_PIN'] || undefined,
    slot: process.env['KOMISSIYA_SLOT'] || undefined,
  });
}
