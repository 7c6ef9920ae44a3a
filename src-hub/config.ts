/** The hub's settings: one schema, read once. The only place of this tree that reads the environment. */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { S3Settings } from './blob-store-s3.ts';
import { isLoopback } from './listener.ts';

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
  /**
   * `own`: the hub's own certificate, which laptops check by the hub's key. `off`: plain HTTP, where a proxy on this machine,
   * or one named by KOMISSIYA_HUB_BEHIND_PROXY, ends TLS.
   */
  HUB_TLS: z.enum(['own', 'off']).default('own'),
  /** Files (PEM) of a public certificate with its chain, and of its key, instead of the hub's own. */
  HUB_TLS_CERT: z.string().min(1).optional(),
  HUB_TLS_KEY: z.string().min(1).optional(),
  /** Set to 1 to publish packs signed with the development key of this repository, which anybody can sign with. */
  KOMISSIYA_HUB_DEVELOPMENT_PACKS: flag,
  /** Set to 1 when a reverse proxy in front sets X-Forwarded-For. */
  KOMISSIYA_HUB_BEHIND_PROXY: flag,
  /** Bytes one laptop may store here. */
  KOMISSIYA_HUB_QUOTA_BYTES: z.coerce.number().int().min(1_000_000).default(2_000_000_000),
  /** Bytes of attachments one laptop may leave here. */
  KOMISSIYA_HUB_BLOB_QUOTA_BYTES: z.coerce.number().int().min(1_000_000).default(5_000_000_000),
  /** S3-compatible storage of attachments and packs instead of a folder: `https://s3.example.org/bucket/prefix`. */
  HUB_S3_URL: z
    .string()
    .regex(/^https?:\/\/[^/]+\/[^/]+/, 'must name storage and bucket: https://s3.example.org/bucket')
    .optional(),
  HUB_S3_REGION: z.string().min(1).default('us-east-1'),
  HUB_S3_ACCESS_KEY: z.string().min(1).optional(),
  HUB_S3_SECRET_KEY: z.string().min(1).optional(),
  /** Ops a partition needs before new laptops get a snapshot of it instead of its logs. */
  KOMISSIYA_HUB_SNAPSHOT_OPS: z.coerce.number().int().min(1).default(2000),
  /** Requests one laptop may make in a minute. */
  KOMISSIYA_HUB_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(600),
  /** Enrolments one address may try in a minute. Codes have 10^12 secrets: at this pace nobody guesses one. */
  KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: z.coerce.number().int().min(1).default(20),
  KOMISSIYA_HUB_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

const CheckedConfig = HubConfig.superRefine((settings, context) => {
  const refuse = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  if ((settings.HUB_TLS_CERT === undefined) !== (settings.HUB_TLS_KEY === undefined)) {
    refuse('HUB_TLS_CERT', 'give HUB_TLS_CERT and HUB_TLS_KEY together');
  }
  if (
    settings.HUB_S3_URL !== undefined &&
    (settings.HUB_S3_ACCESS_KEY === undefined || settings.HUB_S3_SECRET_KEY === undefined)
  ) {
    refuse('HUB_S3_URL', 'needs HUB_S3_ACCESS_KEY and HUB_S3_SECRET_KEY');
  }
  const isLocal = isLoopback(settings.KOMISSIYA_HUB_HOST) || settings.KOMISSIYA_HUB_HOST === 'localhost';
  if (settings.HUB_TLS === 'off' && !isLocal && settings.KOMISSIYA_HUB_BEHIND_PROXY === '0') {
    refuse('HUB_TLS', 'off is for 127.0.0.1, or for a proxy that ends TLS (then also KOMISSIYA_HUB_BEHIND_PROXY=1)');
  }
});

export type HubConfig = {
  readonly directory: string;
  readonly databaseUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly statusPassword: string | null;
  /** Files of a public certificate; null: the hub's own; `off`: plain HTTP. */
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null | 'off';
  readonly allowDevelopmentPublisher: boolean;
  readonly behindProxy: boolean;
  readonly quotaBytes: number;
  readonly blobQuotaBytes: number;
  /** Null: blobs lie in the folder `blobs` of `directory`. */
  readonly s3: S3Settings | null;
  readonly snapshotOps: number;
  readonly requestsPerMinute: number;
  readonly enrolmentsPerMinute: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** Reads the settings. Throws `ZodError` naming each wrong variable. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): HubConfig {
  const parsed = CheckedConfig.parse(env);
  return {
    directory: resolve(parsed.KOMISSIYA_HUB_DIR),
    databaseUrl: parsed.HUB_DATABASE_URL ?? null,
    host: parsed.KOMISSIYA_HUB_HOST,
    port: parsed.KOMISSIYA_HUB_PORT,
    name: parsed.KOMISSIYA_HUB_NAME,
    statusPassword: parsed.KOMISSIYA_HUB_STATUS_PASSWORD ?? null,
    tls:
      parsed.HUB_TLS === 'off'
        ? 'off'
        : parsed.HUB_TLS_CERT === undefined || parsed.HUB_TLS_KEY === undefined
          ? null
          : { certificateFile: resolve(parsed.HUB_TLS_CERT), keyFile: resolve(parsed.HUB_TLS_KEY) },
    allowDevelopmentPublisher: parsed.KOMISSIYA_HUB_DEVELOPMENT_PACKS === '1',
    behindProxy: parsed.KOMISSIYA_HUB_BEHIND_PROXY === '1',
    quotaBytes: parsed.KOMISSIYA_HUB_QUOTA_BYTES,
    blobQuotaBytes: parsed.KOMISSIYA_HUB_BLOB_QUOTA_BYTES,
    s3:
      parsed.HUB_S3_URL === undefined
        ? null
        : {
            url: parsed.HUB_S3_URL,
            region: parsed.HUB_S3_REGION,
            accessKey: parsed.HUB_S3_ACCESS_KEY ?? '',
            secretKey: parsed.HUB_S3_SECRET_KEY ?? '',
          },
    snapshotOps: parsed.KOMISSIYA_HUB_SNAPSHOT_OPS,
    requestsPerMinute: parsed.KOMISSIYA_HUB_REQUESTS_PER_MINUTE,
    enrolmentsPerMinute: parsed.KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE,
    logLevel: parsed.KOMISSIYA_HUB_LOG,
  };
}
