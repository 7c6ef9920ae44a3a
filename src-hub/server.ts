/** The hub's HTTP server: TLS, the doors, and an end that lets nobody hang. */
import { readFile } from 'node:fs/promises';
import { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { type TlsPair, tlsKeyOf } from './certificate.ts';
import type { HubConfig } from './config.ts';
import { failureBody } from './doors.ts';
import { answerPlainLocally, keepPace, limitWaiting, sendInSmallRecords } from './listener.ts';
import type { Metrics } from './metrics.ts';

export type HubServer = {
  /** Resolves with the address, `https://127.0.0.1:8470`. Throws where the port is taken. */
  listen(): Promise<string>;
  /** Finishes what is being answered, then closes every connection. */
  close(): Promise<void>;
};

/**
 * Makes the server; `addRoutes` is told the SHA-256 of the certificate's public key, null where a proxy ends TLS. Throws
 * where the certificate's files cannot be read or do not fit.
 */
export async function createServer(deps: {
  config: HubConfig;
  metrics: Metrics;
  ownCertificate: () => Promise<TlsPair>;
  addRoutes: (server: FastifyInstance, tlsKey: string | null) => void;
}): Promise<HubServer> {
  const { config, metrics } = deps;
  const tls = await readTls(config.tls, deps.ownCertificate);
  const common = { trustProxy: config.behindProxy, forceCloseConnections: 'idle' } as const;
  // Fastify's type names the kind of server; nothing here depends on it.
  const server = (
    tls === null
      ? Fastify(common)
      : Fastify({
          ...common,
          https: {
            cert: tls.certificate,
            key: tls.privateKey,
            minVersion: 'TLSv1.2',
            // How often heads that do not come are looked for, ms.
            connectionsCheckingInterval: 5000,
          },
        })
  ) as FastifyInstance;
  limitWaiting(server.server);
  if (server.server instanceof TlsServer) sendInSmallRecords(server.server);
  const plain =
    server.server instanceof TlsServer
      ? answerPlainLocally(server.server, (request, response) => server.routing(request, response))
      : null;
  if (plain !== null) limitWaiting(plain);

  let answering = 0;
  server.addHook('onRequest', async (request, reply) => {
    keepPace(request.raw);
    answering += 1;
    // Also when the asker went away, where onResponse may never come.
    reply.raw.once('close', () => {
      answering -= 1;
    });
  });
  // Of streams the door itself knows: it keeps what has come.
  server.addHook('onRequestAbort', async (request) => {
    if (!request.raw.complete && request.method === 'POST') metrics.count('cutOff');
  });
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const reason = error.statusCode === 413 ? 'too-large' : (error.statusCode ?? 500) < 500 ? 'garbage' : 'trouble';
    metrics.countRefused(reason);
    return reply
      .code(error.statusCode ?? 500)
      .type('application/json')
      .send(Buffer.from(failureBody({ code: `hub/${reason}` })));
  });
  server.setNotFoundHandler((request, reply) => {
    if (request.url.startsWith('/v1/')) metrics.countRefused('garbage');
    return reply.code(404).type('text/plain').send('There is nothing here.\n');
  });
  const countGarbage = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    // What follows on a line that is being closed says nothing new.
    if (error.code !== 'ECONNRESET' && socket.writable) metrics.countRefused('garbage');
  };
  // Fastify answers on its own server; on the other one whoever listens has to.
  server.server.prependListener('clientError', countGarbage);
  plain?.on('clientError', (error, socket) => {
    countGarbage(error, socket);
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    else socket.destroy();
  });
  deps.addRoutes(server, tls === null ? null : tlsKeyOf(tls));

  return {
    listen: () => server.listen({ host: config.host, port: config.port }),
    async close() {
      // Connections that carry nothing would keep the server up.
      const sweep = setInterval(() => {
        if (answering > 0) return;
        server.server.closeAllConnections();
        plain?.closeAllConnections();
      }, 100);
      await server.close();
      clearInterval(sweep);
      plain?.closeAllConnections();
      plain?.emit('close');
    },
  };
}

/** The certificate to show; null where a proxy ends TLS. Throws where its files cannot be read. */
export async function readTls(tls: HubConfig['tls'], own: () => Promise<TlsPair>): Promise<TlsPair | null> {
  if (tls === 'off') return null;
  if (tls === null) return own();
  const [certificate, privateKey] = await Promise.all([
    readFile(tls.certificateFile, 'utf8'),
    readFile(tls.keyFile, 'utf8'),
  ]);
  return { certificate, privateKey };
}
