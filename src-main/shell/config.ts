/** The shell's settings from the environment: the one place of this process that reads it. */
import { delimiter } from 'node:path';
import { z } from 'zod';

const flag = z
  .string()
  .optional()
  .transform((value) => value === '1');
const path = z
  .string()
  .optional()
  .transform((value) => (value === undefined || value === '' ? null : value));
const paths = z
  .string()
  .optional()
  .transform((value) => (value ?? '').split(delimiter).filter((entry) => entry !== ''));

const Environment = z.object({
  KOMISSIYA_PROFILE: path,
  KOMISSIYA_PDF_DIR: path,
  KOMISSIYA_DRIVE_ROOTS: paths,
  KOMISSIYA_ALLOW_REMOTE_DEBUGGING: flag,
});

export type ShellConfig = {
  /** Folder of the profile; null means the operating system's place for the app's files. */
  readonly profile: string | null;
  /** PDFs are saved here without asking: kiosks and tests. */
  readonly pdfDirectory: string | null;
  /** Every folder inside these counts as a mounted drive, besides the system's own mount points. */
  readonly driveRoots: readonly string[];
  /** A packaged app refuses a debugging port unless this is set. */
  readonly allowRemoteDebugging: boolean;
};

/** Reads the settings from an environment. */
export function readShellConfig(environment: NodeJS.ProcessEnv = process.env): ShellConfig {
  const parsed = Environment.parse(environment);
  return {
    profile: parsed.KOMISSIYA_PROFILE,
    pdfDirectory: parsed.KOMISSIYA_PDF_DIR,
    driveRoots: parsed.KOMISSIYA_DRIVE_ROOTS,
    allowRemoteDebugging: parsed.KOMISSIYA_ALLOW_REMOTE_DEBUGGING,
  };
}
