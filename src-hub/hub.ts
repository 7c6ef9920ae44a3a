/**
 * The hub, put together: `createHub(config, deps)` opens the database, migrates it, makes the identity at the first start
 * and answers HTTP once `listen` is called. It keeps no state but its database.
 */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Random, Time } from '#shared/kernel/ports.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { knownPublishers } from '#shared/packs/publishers.ts';
import { type BlobStore, createFolderBlobStore } from './blob-store.ts';
import { createS3BlobStore } from './blob-store-s3.ts';
import { type Blobs, createBlobs } from './blobs.ts';
import { type TlsPair, tlsKeyOf } from './certificate.ts';
import type { HubConfig } from './config.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { type Dialect, type HubDb, openDatabase } from './db/database.ts';
import { createExchangeRoute } from './exchange-route.ts';
import { ensureIdentity, ensureOwnCertificate, type HubIdentity } from './identity.ts';
import { addLaptopRoutes } from './laptop-routes.ts';
import { createLedger, type Ledger } from './ledger-queries.ts';
import { createLogArchive } from './log-archive.ts';
import { createLogWatch } from './log-watch.ts';
import { createMetrics } from './metrics.ts';
import { addOperatorRoutes } from './operator-routes.ts';
import { ensureSealKey } from './seal-key.ts';
import { createServer, type HubServer, readTls } from './server.ts';
import { createShelf, type Shelf } from './shelf.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createStick, type Stick } from './stick.ts';
import { createVisits } from './visits.ts';

export type HubDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** The kinds this version knows. */
  readonly kinds: readonly Kind[];
};

export type Hub = {
  readonly identity: HubIdentity;
  readonly credentials: Credentials;
  readonly ledger: Ledger;
  readonly stick: Stick;
  /** What parcels for this hub are sealed to. */
  readonly recipient: string;
  readonly blobs: Blobs;
  readonly shelf: Shelf;
  readonly snapshots: Snapshots;
  readonly db: HubDb;
  readonly dialect: Dialect;
  readonly store: BlobStore;
  /** SHA-256 of the certificate's public key, hex; null where a proxy ends TLS. Throws as `listen` does. */
  tlsKey(): Promise<string | null>;
  /** Adds the doors for laptops to a server, as `listen` does to its own. `tlsKey`: null where its TLS does not end there. */
  addLaptopDoors(routes: FastifyInstance, tlsKey: string | null): void;
  /** Resolves when the visits that were noted are written, or cannot be. */
  writeVisits(): Promise<void>;
  /**
   * Starts answering; resolves with the address, `https://127.0.0.1:8470`. Throws where the port is taken or the
   * certificate's files are no good.
   */
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
  const visits = createVisits({ ledger, onTrouble: () => logger.warn('hub/visits-unwritten') });
  const watch = createLogWatch(db);
  const archive = createLogArchive({ db, time, quotaBytes: config.quotaBytes, onMoved: watch.moved });
  const metrics = createMetrics();
  const exchange = createExchangeRoute({ archive, credentials, ledger, visits, watch, metrics, identity, time });
  const store =
    config.s3 === null ? createFolderBlobStore(config.directory, random) : createS3BlobStore(config.s3, time);
  const blobs = createBlobs({ db, store, time, random, quotaBytes: config.blobQuotaBytes });
  const shelf = createShelf({ db, store, time, publishers: knownPublishers(config) });
  const snapshots = createSnapshots({
    db,
    dialect,
    store,
    credentials,
    identity,
    time,
    logger,
    kinds: deps.kinds,
    leastOps: config.snapshotOps,
  });
  const sealKey = await ensureSealKey(db);
  const stick = createStick({ db, archive, blobs, credentials, ledger, identity, sealKey, time, logger });

  const ownCertificate = (): Promise<TlsPair> => ensureOwnCertificate(db, random);

  const addLaptopDoors = (routes: FastifyInstance, tlsKey: string | null): void =>
    addLaptopRoutes(routes, {
      identity,
      hubRecipient: sealKey.recipient,
      credentials,
      exchange,
      blobs,
      shelf,
      snapshots,
      ledger,
      metrics,
      time,
      logger,
      tlsKey,
      requestsPerMinute: config.requestsPerMinute,
      enrolmentsPerMinute: config.enrolmentsPerMinute,
    });

  let server: HubServer | null = null;
  let pruning: NodeJS.Timeout | null = null;
  return {
    identity,
    credentials,
    ledger,
    stick,
    recipient: sealKey.recipient,
    blobs,
    shelf,
    snapshots,
    db,
    dialect,
    store,
    async tlsKey() {
      const tls = await readTls(config.tls, ownCertificate);
      return tls === null ? null : tlsKeyOf(tls);
    },
    addLaptopDoors,
    writeVisits: () => visits.close(),
    async listen() {
      server = await createServer({
        config,
        metrics,
        ownCertificate,
        addRoutes(routes, tlsKey) {
          addLaptopDoors(routes, tlsKey);
          addOperatorRoutes(routes, {
            db,
            dialect,
            identity,
            credentials,
            ledger,
            blobs,
            metrics,
            watch,
            time,
            version,
            config,
          });
        },
      });
      const address = await server.listen();
      const prune = (): void => {
        Promise.all([ledger.prune(), blobs.prune()]).catch(() => logger.warn('hub/prune-failed'));
      };
      pruning = setInterval(prune, 6 * 3_600_000);
      pruning.unref();
      snapshots.start();
      logger.info({ address, database: dialect, version }, 'hub/started');
      return address;
    },
    async close() {
      if (pruning !== null) clearInterval(pruning);
      watch.close();
      await snapshots.close();
      await server?.close();
      await visits.close();
      await db.destroy();
      logger.info('hub/stopped');
    },
  };
}
