/**
 * One port, two ways in. From anywhere: TLS. From this machine itself also plain HTTP, for the operator's browser and for a
 * proxy that ends TLS: told apart by the first byte. Plain HTTP from elsewhere is answered with one line and closed.
 *
 * Slow lines are welcome, idle ones are not: a connection must say something within 20 seconds, send its head within 20,
 * and then move at least 4 kB in each half minute until its request has arrived. Whose answer is not taken for five minutes is let go.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** First byte of a TLS record that opens a handshake (RFC 8446, 5.1). */
const tlsHandshake = 0x16;
const firstByteMs = 20_000;

/**
 * The most bytes in one record of TLS, of the 16 kB it allows. A laptop can use a record only once it is whole: over a line that breaks before
 * 16 kB are through it would never have one. The frame of each costs 22 bytes.
 */
const tlsRecordBytes = 4096;

/** Lets a TLS server's answers come in small records. */
export function sendInSmallRecords(tls: TlsServer): void {
  tls.on('secureConnection', (socket: TLSSocket) => socket.setMaxSendFragment(tlsRecordBytes));
}

export type Limits = {
  readonly headMs: number;
  readonly paceMs: number;
  readonly paceBytes: number;
  /** How long nothing at all may move. */
  readonly stillMs: number;
};
const usualLimits: Limits = { headMs: 20_000, paceMs: 30_000, paceBytes: 4096, stillMs: 300_000 };

const useTls =
  'HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\nThis hub speaks TLS: https://\n';

/** Also answers plain HTTP of this machine on a TLS server's port. Returns the plain server, to be closed with the other. */
export function answerPlainLocally(
  tls: TlsServer,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const plain = createServer(handle);
  // Its connections come from the other's port; this starts its own clock over them.
  plain.emit('listening');
  const encrypted = tls.listeners('connection');
  tls.removeAllListeners('connection');
  tls.on('connection', (socket: Socket) => {
    socket.setTimeout(firstByteMs, () => socket.destroy());
    // A peer that is gone before it said anything is nobody's loss.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    socket.once('readable', () => {
      const first: unknown = socket.read(1);
      if (!Buffer.isBuffer(first)) return void socket.destroy();
      socket.unshift(first);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.off('error', ignore);
      // The TLS server's own listeners, taken off above.
      if (first[0] === tlsHandshake) for (const listener of encrypted) listener.call(tls, socket);
      else if (isLoopback(socket.remoteAddress ?? '')) plain.emit('connection', socket);
      else socket.end(useTls);
    });
  });
  return plain;
}

/** Sets how long a server waits for a request. A request as such may last: a scan over a bad line takes many minutes. */
export function limitWaiting(server: Server | TlsServer, limits: Limits = usualLimits): void {
  server.headersTimeout = limits.headMs;
  server.requestTimeout = 0;
  server.timeout = limits.stillMs;
  // Longer than laptops keep a line they do not use.
  server.keepAliveTimeout = 72_000;
}

/** Ends a connection whose request stops coming. Call it when a request's head has arrived. */
export function keepPace(request: IncomingMessage, limits: Limits = usualLimits): void {
  let seen = request.socket.bytesRead;
  const timer = setInterval(() => {
    const moved = request.socket.bytesRead - seen;
    seen = request.socket.bytesRead;
    if (request.complete) clearInterval(timer);
    else if (moved < limits.paceBytes) request.socket.destroy();
  }, limits.paceMs);
  timer.unref();
  request.once('close', () => clearInterval(timer));
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
