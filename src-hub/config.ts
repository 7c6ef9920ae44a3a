/** The hub's settings: one schema, read once. The only place of this tree that reads the environment. */
import { resolve } from 'node:path';
import { z } from 'zod';

const flag = z.enum(['0', '1']).default('0');

const HubConfig = z.object({
  /** Folder of the embedded database; made at the first start. */
  KOMISSIYA_HUB_DIR: z.string().min(1).default('hub-data'),
  /** PostgreSQL instead of the embedded database: `postgres://user:password@host/database`. */
  HUB_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  KOMISSIYA_HUB_HOST: z.string().min(1).default('127.0.0.1'),
  KOMISSIYA_HUB_PORT: z.coerce.number().int().min(0).max(65535).default(8470),
  /** How the hub is called on laptops; kept from the first start on. */
  KOMISSIYA_HUB_NAME: z.string().trim().min(1).max(120).default('Komissiya hub'),
  /** Password of the status page and of /metrics. Without one they answer on this machine only. */
  KOMISSIYA_HUB_STATUS_PASSWORD: z.string().min(12).optional(),
  /** Set to 1 when a reverse proxy in front sets X-Forwarded-For. */
  KOMISSIYA_HUB_BEHIND_PROXY: flag,
  /** Bytes one laptop may store here. */
  KOMISSIYA_HUB_QUOTA_BYTES: z.coerce.number().int().min(1_000_000).default(2_000_000_000),
  /** Requests one laptop may make in a minute. */
  KOMISSIYA_HUB_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(600),
  /** Enrolments one address may try in a minute. Codes have 10^12 secrets: at this pace nobody guesses one. */
  KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: z.coerce.number().int().min(1).default(20),
  KOMISSIYA_HUB_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type HubConfig = {
  readonly directory: string;
  readonly databaseUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly statusPassword: string | null;
  readonly behindProxy: boolean;
  readonly quotaBytes: number;
  readonly requestsPerMinute: number;
  readonly enrolmentsPerMinute: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** Reads the settings. Throws `ZodError` naming each wrong variable. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): HubConfig {
  const parsed = HubConfig.parse(env);
  return {
    directory: resolve(parsed.KOMISSIYA_HUB_DIR),
    databaseUrl: parsed.HUB_DATABASE_URL ?? null,
    host: parsed.KOMISSIYA_HUB_HOST,
    port: parsed.KOMISSIYA_HUB_PORT,
    name: parsed.KOMISSIYA_HUB_NAME,
    statusPassword: parsed.KOMISSIYA_HUB_STATUS_PASSWORD ?? null,
    behindProxy: parsed.KOMISSIYA_HUB_BEHIND_PROXY === '1',
    quotaBytes: parsed.KOMISSIYA_HUB_QUOTA_BYTES,
    requestsPerMinute: parsed.KOMISSIYA_HUB_REQUESTS_PER_MINUTE,
    enrolmentsPerMinute: parsed.KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE,
    logLevel: parsed.KOMISSIYA_HUB_LOG,
  };
}
