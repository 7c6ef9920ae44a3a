/** TLS to the hub: its own certificate, proved by the hub's key; a public one; a proxy; and somebody in between. */
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { newOwnCertificate, type TlsPair, tlsKeyOf } from '#hub/certificate.ts';
import { strongRandom } from '#hub/hub-crypto.ts';
import { keepPace, limitWaiting } from '#hub/listener.ts';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { startHub, type TestHub, type TestHubOptions } from '#tests/lib/hub.ts';
import { enrol, newLaptop, sampleMessage } from '#tests/lib/hub-laptop.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
async function start(options: TestHubOptions = {}): Promise<TestHub> {
  const hub = await startHub(options);
  ends.push(() => hub.close());
  return hub;
}
async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Somebody on the line with a certificate of his own, who hands everything on to the real hub. */
async function inBetween(hub: TestHub): Promise<{ address: string; heard: () => string }> {
  const pair = newOwnCertificate(['localhost'], strongRandom);
  let heard = '';
  const server = createTlsServer({ cert: pair.certificate, key: pair.privateKey });
  server.removeAllListeners('request');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    const real = connectTls({ port: Number(new URL(hub.address).port), rejectUnauthorized: false });
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      real.write(chunk);
    });
    real.pipe(socket);
    socket.on('error', () => real.destroy());
    real.on('error', () => socket.destroy());
    socket.on('close', () => real.destroy());
  });
  return { address: `https://127.0.0.1:${await listen(server)}`, heard: () => heard };
}

test('a laptop enrols over the hub’s own certificate and remembers its key', async () => {
  const hub = await start();
  const laptop = newLaptop();
  expect(hub.address).toMatch(/^https:/);
  const enrolled = await enrol(laptop, hub.address, await hub.invite());
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  expect(enrolled.value.tlsKey).toMatch(/^[0-9a-f]{64}$/);
  const told: (string | null)[] = [];
  const transport = createHubTransport({
    ...laptop.transportDeps(hub.address),
    hubKey: enrolled.value.hubKey,
    tlsKey: enrolled.value.tlsKey,
    onTlsKey: (key) => told.push(key),
  });
  for (let turn = 0; turn < 3; turn += 1) expect((await transport.send(sampleMessage(laptop))).ok).toBe(true);
  transport.close();
  expect(told, 'nothing new to tell').toEqual([]);
});

test('somebody in between is refused by name, before the code or a record is sent', async () => {
  const hub = await start();
  const thief = await inBetween(hub);
  const laptop = newLaptop();
  const code = await hub.invite();
  expect(await enrol(laptop, thief.address, code)).toEqual({ ok: false, error: { code: 'sync/wrong-certificate' } });
  expect(thief.heard()).toContain('/v1/hello');
  expect(thief.heard()).not.toContain('/v1/enrol');

  const enrolled = await enrol(laptop, hub.address, code);
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  const { hubKey, tlsKey } = enrolled.value;
  for (const remembered of [tlsKey, undefined]) {
    const transport = createHubTransport({ ...laptop.transportDeps(thief.address), hubKey, tlsKey: remembered });
    expect(await transport.send(sampleMessage(laptop))).toEqual({
      ok: false,
      error: { code: 'sync/wrong-certificate' },
    });
  }
  expect(thief.heard()).not.toContain('/v1/sync');
  // A hub of his own does not help him either.
  const other = await start();
  const transport = createHubTransport({ ...laptop.transportDeps(other.address), hubKey, tlsKey });
  expect(await transport.send(sampleMessage(laptop))).toEqual({ ok: false, error: { code: 'sync/wrong-hub-key' } });
});

test('a hub that shows another certificate is believed when its own key signs for it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'хаб № '));
  ends.push(() => rmSync(directory, { recursive: true, force: true }));
  const first = await startHub({ directory });
  const laptop = newLaptop();
  const enrolled = await enrol(laptop, first.address, await first.invite());
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  await first.close();

  const pair = newOwnCertificate(['hub.example.org'], strongRandom);
  const files = { HUB_TLS_CERT: join(directory, 'chain.pem'), HUB_TLS_KEY: join(directory, 'key.pem') };
  writeFileSync(files.HUB_TLS_CERT, pair.certificate);
  writeFileSync(files.HUB_TLS_KEY, pair.privateKey, { mode: 0o600 });
  const hub = await start({ directory, env: files });
  const told: (string | null)[] = [];
  const { hubKey, tlsKey } = enrolled.value;
  const transport = createHubTransport({
    ...laptop.transportDeps(hub.address),
    hubKey,
    tlsKey,
    onTlsKey: (key) => told.push(key),
  });
  expect((await transport.send(sampleMessage(laptop))).ok).toBe(true);
  expect(told).toEqual([tlsKeyOf(pair)]);
  transport.close();
});

/** A proxy before a hub without TLS, with this certificate; answers its address. */
async function proxyBefore(hub: TestHub, pair: TlsPair): Promise<string> {
  const proxy = createTlsServer({ cert: pair.certificate, key: pair.privateKey });
  proxy.removeAllListeners('secureConnection');
  proxy.on('secureConnection', (socket) => {
    const inner = connect(Number(new URL(hub.address).port), '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
  });
  return `https://127.0.0.1:${await listen(proxy)}`;
}

test('behind a proxy only a publicly valid certificate will do', async () => {
  const hub = await start({ env: { HUB_TLS: 'off' } });
  expect(hub.address).toMatch(/^http:/);
  const address = await proxyBefore(hub, newOwnCertificate(['127.0.0.1'], strongRandom));
  expect(await enrol(newLaptop(), address, await hub.invite())).toEqual({
    ok: false,
    error: { code: 'sync/wrong-certificate' },
  });
  // On this machine itself it may be reached without TLS.
  expect((await enrol(newLaptop(), hub.address, await hub.invite())).ok).toBe(true);
});

/** The same certificate as one that ended in 2025: what a right one looks like to a laptop whose clock is years ahead. */
function endedLongAgo({ certificate, privateKey }: TlsPair): TlsPair {
  const sized = (tag: number, value: Buffer): Buffer =>
    Buffer.concat([Buffer.of(tag, 0x82, value.length >> 8, value.length & 0xff), value]);
  const whole = new X509Certificate(certificate).raw;
  // Behind four bytes of tag and length: what is signed, then the algorithm of 12 bytes, then the signature.
  const signed = Buffer.from(whole.subarray(4, 8 + whole.readUInt16BE(6)));
  const algorithm = whole.subarray(4 + signed.length, 4 + signed.length + 12);
  signed.write('20250101000000Z', signed.indexOf('99991231235959Z'), 'latin1');
  // The year is before 2050, and RFC 5280 wants two digits then; OpenSSL takes four as well.
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', signed, privateKey)]);
  const bits = Buffer.concat([Buffer.of(3, signature.length), signature]);
  const der = sized(0x30, Buffer.concat([signed, algorithm, bits])).toString('base64');
  return { certificate: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`, privateKey };
}

test('a certificate that is good on another day than this laptop’s clock shows is no sign of somebody in between', async () => {
  const hub = await start({ env: { HUB_TLS: 'off' } });
  const good = newOwnCertificate(['127.0.0.1'], strongRandom);
  const ended = endedLongAgo(good);
  const vouchedFor = getCACertificates('default');
  ends.push(() => setDefaultCACertificates(vouchedFor));
  setDefaultCACertificates([...vouchedFor, good.certificate, ended.certificate]);
  const code = await hub.invite();
  const laptop = newLaptop();
  expect(await enrol(laptop, await proxyBefore(hub, ended), code)).toEqual({
    ok: false,
    error: { code: 'sync/certificate-date' },
  });
  expect((await enrol(laptop, await proxyBefore(hub, good), code)).ok).toBe(true);
});

test('settings that cannot be meant are refused with the reason', async () => {
  await expect(startHub({ env: { HUB_TLS: 'off', KOMISSIYA_HUB_HOST: '0.0.0.0' } })).rejects.toThrow(/HUB_TLS: off/);
  await expect(startHub({ env: { HUB_TLS_CERT: '/no/such.pem' } })).rejects.toThrow(/HUB_TLS_KEY/);
  await expect(startHub({ env: { HUB_TLS_CERT: '/no/such.pem', HUB_TLS_KEY: '/no/such.key' } })).rejects.toThrow(
    /such\.(pem|key)/,
  );
});

test('plain HTTP is for this machine; garbage is let go and others are served', async () => {
  const hub = await start({ env: { KOMISSIYA_HUB_HOST: '0.0.0.0' } });
  const port = Number(new URL(hub.address).port);
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok\n');
  const garbage = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('\0\x01garbage\r\n\r\n'));
    let said = '';
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.on('close', () => resolve(said));
    socket.on('error', () => resolve('reset'));
  });
  expect(garbage).toMatch(/400|reset/);
  expect((await fetch(`${hub.page}/readyz`)).status, 'others are served').toBe(200);
});

test('whoever does not take an answer is let go', async () => {
  const { promise: closed, resolve: close } = Promise.withResolvers<boolean>();
  const server = createPlainServer((_request, response) => {
    response.once('close', () => close(response.writableFinished));
    response.end(Buffer.alloc(64 * 1024 * 1024));
  });
  limitWaiting(server, { headMs: 10_000, paceMs: 1000, paceBytes: 100, stillMs: 500 });
  const socket = connect(await listen(server), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await closed).toBe(false);
});

test('a request that dribbles is let go, a slow one is waited for', async () => {
  const server = createPlainServer((request, response) => {
    keepPace(request, { headMs: 10_000, paceMs: 1000, paceBytes: 100, stillMs: 10_000 });
    request.resume().once('end', () => response.end('all of it'));
  });
  const port = await listen(server);
  const send = (bytes: number): Promise<string> =>
    new Promise((resolve) => {
      let said = '';
      const socket = connect(port, '127.0.0.1');
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 6000\r\nconnection: close\r\n\r\n');
      let left = 6000;
      const timer = setInterval(() => {
        socket.write('x'.repeat(Math.min(bytes, left)));
        left -= bytes;
        if (left <= 0) clearInterval(timer);
      }, 100);
      socket.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(timer);
        resolve(said);
      });
    });
  const [slow, dribbling] = await Promise.all([send(240), send(1)]);
  expect(slow).toContain('all of it');
  expect(dribbling).toBe('');
});

test('the certificate is what its key says, and a stranger’s key does not fit it', () => {
  const pair = newOwnCertificate(['localhost', '127.0.0.1', 'a'.repeat(63)], strongRandom);
  expect(tlsKeyOf(pair)).toMatch(/^[0-9a-f]{64}$/);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const stranger = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  expect(() => tlsKeyOf({ ...pair, privateKey: stranger })).toThrow(/do not belong/);
});
