/**
 * The hub, put together: `createHub(config, deps)` opens the database, migrates it, makes the identity at the first start
 * and answers HTTP once `listen` is called. It keeps no state but its database.
 */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Random, Time } from '#shared/kernel/ports.ts';
import type { HubConfig } from './config.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { openDatabase } from './db/database.ts';
import { createExchangeRoute } from './exchange-route.ts';
import { ensureIdentity, type HubIdentity } from './identity.ts';
import { addLaptopRoutes, failureBody } from './laptop-routes.ts';
import { createLedger, type Ledger } from './ledger-queries.ts';
import { createLogArchive } from './log-archive.ts';
import { createLogWatch } from './log-watch.ts';
import { createMetrics } from './metrics.ts';
import { addOperatorRoutes } from './operator-routes.ts';

export type HubDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
};

export type Hub = {
  readonly identity: HubIdentity;
  readonly credentials: Credentials;
  readonly ledger: Ledger;
  /** Starts answering; resolves with the address, `http://127.0.0.1:8470`. Throws where the port is taken. */
  listen(): Promise<string>;
  /** Lets those who wait go, finishes what is being answered, closes the database. */
  close(): Promise<void>;
};

export async function createHub(config: HubConfig, deps: HubDeps): Promise<Hub> {
  const { time, random, logger, version } = deps;
  const { db, dialect } = await openDatabase({
    databaseUrl: config.databaseUrl,
    directory: config.directory,
    onBroken: () => logger.warn('hub/database-connection-lost'),
  });
  const identity = await ensureIdentity(db, config.name, { time, random });
  const credentials = createCredentials({ db, identity, time, random });
  const ledger = createLedger({ db, time, random });
  const watch = createLogWatch(db);
  const archive = createLogArchive({ db, time, quotaBytes: config.quotaBytes, onMoved: watch.moved });
  const exchange = createExchangeRoute({ archive, credentials, ledger, watch, identity, time });
  const metrics = createMetrics();

  const server: FastifyInstance = Fastify({
    trustProxy: config.behindProxy,
    // Longer than a wait is held open; a request's head and body must arrive within two minutes.
    connectionTimeout: 0,
    requestTimeout: 120_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
  });
  let answering = 0;
  server.addHook('onRequest', async (_request, reply) => {
    answering += 1;
    // Also when the asker went away, where onResponse may never come.
    reply.raw.once('close', () => {
      answering -= 1;
    });
  });
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const reason = error.statusCode === 413 ? 'too-large' : (error.statusCode ?? 500) < 500 ? 'garbage' : 'trouble';
    metrics.countRefused(reason);
    return reply
      .code(error.statusCode ?? 500)
      .type('application/json')
      .send(Buffer.from(failureBody({ code: `hub/${reason}` })));
  });
  addLaptopRoutes(server, {
    identity,
    credentials,
    exchange,
    ledger,
    metrics,
    time,
    logger,
    requestsPerMinute: config.requestsPerMinute,
    enrolmentsPerMinute: config.enrolmentsPerMinute,
  });
  addOperatorRoutes(server, { db, dialect, identity, credentials, ledger, metrics, watch, time, version, config });

  let pruning: NodeJS.Timeout | null = null;
  return {
    identity,
    credentials,
    ledger,
    async listen() {
      const address = await server.listen({ host: config.host, port: config.port });
      pruning = setInterval(() => void ledger.prune().catch(() => logger.warn('hub/prune-failed')), 6 * 3_600_000);
      pruning.unref();
      logger.info({ address, database: dialect, version }, 'hub/started');
      return address;
    },
    async close() {
      if (pruning !== null) clearInterval(pruning);
      watch.close();
      // What is being answered is finished; connections that carry nothing would keep the server up.
      const sweep = setInterval(() => {
        if (answering === 0) server.server.closeAllConnections();
      }, 100);
      await server.close();
      clearInterval(sweep);
      await db.destroy();
      logger.info('hub/stopped');
    },
  };
}
