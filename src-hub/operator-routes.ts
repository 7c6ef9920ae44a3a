/**
 * What the operator and the operator's tools read: the status page, `/healthz`, `/readyz`, `/metrics`. The page and the
 * figures answer on this machine only, or to whoever knows the status password.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Time } from '#shared/kernel/ports.ts';
import { isWithin } from '#shared/access/partitions.ts';
import type { Blobs } from './blobs.ts';
import type { HubConfig } from './config.ts';
import type { Credentials } from './credentials.ts';
import type { Dialect, HubDb } from './db/database.ts';
import type { HubIdentity } from './identity.ts';
import type { Ledger } from './ledger-queries.ts';
import { readCredential } from './issuing.ts';
import { isLoopback } from './listener.ts';
import type { LogWatch } from './log-watch.ts';
import type { Metrics } from './metrics.ts';
import { renderForbidden, renderStatus, type StatusView } from './status-page.ts';
import { statusStyle } from './status-style.ts';
import { type PageLocale, statusTexts } from './status-texts.ts';

const contentPolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function addOperatorRoutes(
  server: FastifyInstance,
  deps: {
    db: HubDb;
    dialect: Dialect;
    identity: HubIdentity;
    credentials: Credentials;
    ledger: Ledger;
    blobs: Blobs;
    metrics: Metrics;
    watch: LogWatch;
    time: Time;
    version: string;
    config: HubConfig;
  },
): void {
  const { db, credentials, ledger, blobs, metrics, watch, time, config } = deps;

  server.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));

  server.get('/readyz', async (_request, reply) => {
    try {
      await sql`select 1`.execute(db);
      return await reply.type('text/plain').send('ok\n');
    } catch {
      return reply.code(503).type('text/plain').send('the database does not answer\n');
    }
  });

  server.get('/metrics', async (request, reply) => {
    if (!mayRead(request)) return ask(reply, 'en');
    const laptops = await credentials.list();
    const totals = { ...(await ledger.totals()), ...(await blobs.totals()) };
    const active = laptops.filter((laptop) => laptop.revoked_at === null).length;
    return reply
      .type('text/plain; version=0.0.4')
      .send(metrics.text({ waiting: watch.waiting(), laptops: active, totals }));
  });

  server.get('/status.css', (_request, reply) =>
    reply.type('text/css').header('cache-control', 'max-age=3600').send(statusStyle),
  );

  server.get('/', async (request, reply) => {
    const locale = localeOf(request);
    if (!mayRead(request)) return ask(reply, locale);
    return page(reply, renderStatus(await view(request), locale));
  });

  function mayRead(request: FastifyRequest): boolean {
    if (config.statusPassword === null) {
      // Behind a proxy every request seems to come from this machine.
      const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
      // A foreign web page may point its own name at 127.0.0.1: the name asked for must be this machine's.
      const named = request.hostname === 'localhost' || isLoopback(request.hostname.replace(/^\[|\]$/g, ''));
      return !forwarded && named && isLoopback(request.socket.remoteAddress ?? '');
    }
    const given = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const decoded = Buffer.from(given, 'base64').toString();
    return isSame(decoded.slice(decoded.indexOf(':') + 1), config.statusPassword);
  }

  function ask(reply: FastifyReply, locale: PageLocale): FastifyReply {
    if (config.statusPassword === null) return page(reply.code(403), renderForbidden(locale));
    return page(
      reply.code(401).header('www-authenticate', 'Basic realm="Komissiya hub", charset="UTF-8"'),
      renderForbidden(locale),
    );
  }

  function page(reply: FastifyReply, html: string): FastifyReply {
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', contentPolicy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send(html);
  }

  async function view(request: FastifyRequest): Promise<StatusView> {
    const laptops = await credentials.list();
    const bodies = await db.selectFrom('credential').select(['serial', 'body']).execute();
    const partitionsBySerial = new Map(bodies.map((row) => [row.serial, readCredential(row.body).partitions]));
    const logs = await db.selectFrom('log').selectAll().execute();
    const copies = await ledger.refusedFor('succeeded');
    return {
      hubName: deps.identity.name,
      host: request.host,
      version: deps.version,
      now: time.now(),
      laptops: laptops.map((laptop) => {
        const prefixes = partitionsBySerial.get(laptop.serial) ?? [];
        const seen = logs.filter((log) => prefixes.some((prefix) => isWithin(log.partition, prefix)));
        return {
          commission: laptop.commission,
          partition: laptop.partition,
          laptop: laptop.laptop,
          lastContactAt: laptop.last_contact_at,
          version: laptop.app_version,
          revoked: laptop.revoked_at !== null,
          copiesRefused: laptop.succeeded_by === null ? null : (copies.get(laptop.id) ?? 0),
          expired: laptop.valid_until <= time.now(),
          waitingBytes: laptop.revoked_at === null ? ledger.waitingFor(laptop, seen) : 0,
        };
      }),
      learnt: (await credentials.listLearnt()).map(({ laptop, partitions, isRevoked }) => ({
        partition: partitions.join(', '),
        laptop,
        revoked: isRevoked,
      })),
      refusals: await ledger.refusals(),
      stored: { recordBytes: (await ledger.totals()).bytes, ...(await blobs.totals()) },
      freeBytes: await freeBytes(),
    };
  }

  /** Free space beside the embedded database; null with PostgreSQL, whose disk is not ours to see. */
  async function freeBytes(): Promise<number | null> {
    if (deps.dialect !== 'sqlite') return null;
    const disk = await statfs(config.directory);
    return disk.bavail * disk.bsize;
  }
}

/** The page's language: chosen by `?lang=`, else the browser's, else English. */
function localeOf(request: FastifyRequest): PageLocale {
  // Fastify's query string is untyped here; only a known locale passes.
  const wanted = (request.query as { lang?: unknown }).lang;
  if (wanted === 'ru' || wanted === 'en') return wanted;
  const first = (request.headers['accept-language'] ?? '').slice(0, 2).toLowerCase();
  return Object.hasOwn(statusTexts, first) ? (first as PageLocale) : 'en';
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
