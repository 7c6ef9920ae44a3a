/** The road to the hub when what answers is no hub, a slow one, or a liar: real servers that misbehave. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { hubHeaders, responseBytes } from '#shared/sync/hub-http.ts';
import { newLaptop } from '#tests/lib/hub-laptop.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const laptop = newLaptop();
const hub = newLaptop();
/** `patienceMs`: what counts as silence; more than any answer takes, unless silence is what is looked for. */
const send = async (
  address: string,
  { signal = new AbortController().signal, patienceMs = 60_000 } = {},
): Promise<unknown> => {
  const transport = createHubTransport({
    ...laptop.transportDeps(address),
    hubKey: hub.publicKey,
    signal,
    timing: { idleMs: patienceMs, waitMs: patienceMs },
  });
  const answer = await transport.send(new Uint8Array([1, 2, 3]));
  return answer.ok ? 'ok' : answer.error;
};

test('nobody there, no such name, and a page of somebody else are all: no hub', async () => {
  expect(await send('http://127.0.0.1:9')).toMatchObject({ code: 'sync/hub-unreachable' });
  expect(await send('http://hub.invalid')).toMatchObject({ code: 'sync/hub-unreachable' });
  const portal = await serve((_request, response) => response.end('<h1>Please sign in to the network</h1>'));
  expect(await send(portal)).toEqual({ code: 'sync/hub-unreachable', cause: 'not-a-hub' });
  const redirect = await serve((_request, response) => response.writeHead(302, { location: portal }).end());
  expect(await send(redirect)).toEqual({ code: 'sync/hub-unreachable', cause: 'not-a-hub' });
  const broken = await serve((request) => request.socket.destroy());
  expect(await send(broken)).toMatchObject({ code: 'sync/hub-unreachable' });
});

test('silence is slow, before the answer and in its middle; stopping is neither', async () => {
  const silent = await serve(() => undefined);
  expect(await send(silent, { patienceMs: 400 })).toEqual({ code: 'sync/hub-slow' });
  const halting = await serve((_request, response) => {
    response.writeHead(200);
    response.write('begun');
  });
  expect(await send(halting, { patienceMs: 400 })).toEqual({ code: 'sync/hub-slow' });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  expect(await send(silent, { signal: stop.signal })).toEqual({ code: 'sync/stopped' });
});

test('an answer signed by another key, for another question or not sealed to us is a wrong hub', async () => {
  const answering = (key: typeof hub, nonceOf: (nonce: string) => string, status = 200) =>
    serve((request, response) => {
      const body = Buffer.from(
        status === 200 ? 'not sealed to anybody, but long enough to look so'.repeat(3) : '{"reason":"revoked"}',
      );
      const nonce = nonceOf(String(request.headers[hubHeaders.nonce]));
      const signed = responseBytes({ nonce, status, bodyHash: bytesToHex(sha256(body)) });
      response.writeHead(status, { [hubHeaders.signature]: bytesToBase64(key.sign(signed)) }).end(body);
    });
  const same = (nonce: string): string => nonce;
  expect(await send(await answering(newLaptop(), same))).toEqual({ code: 'sync/wrong-hub-key' });
  expect(await send(await answering(hub, () => '00'.repeat(16)))).toEqual({ code: 'sync/wrong-hub-key' });
  expect(await send(await answering(hub, same))).toEqual({ code: 'sync/wrong-hub-key' });
  // Only the hub itself may say that a laptop is revoked.
  expect(await send(await answering(newLaptop(), same, 403))).toEqual({ code: 'sync/wrong-hub-key' });
  expect(await send(await answering(hub, same, 403))).toEqual({ code: 'sync/revoked' });
});

test('an answer without end is cut off', async () => {
  const endless = await serve((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const more = (): void => {
      while (response.writable && response.write(chunk));
      response.once('drain', more);
    };
    more();
  });
  expect(await send(endless)).toEqual({ code: 'sync/hub-refused', reason: 'too-large' });
});
