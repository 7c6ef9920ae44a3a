/** The doors for laptops, as #shared/sync/hub-http.ts describes: hello, enrol, succeed, sync, wait, blobs, answers, shelf, snapshots. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Partition } from '#shared/access/partitions.ts';
import { Sha256 } from '#shared/kernel/hex.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import {
  answerPath,
  answerText,
  blobAnswerText,
  blobPath,
  BlobsRequest,
  type BlobsResponse,
  hubPaths,
  maxBlobBytes,
  messagePath,
  ShelfRequest,
  type ShelfResponse,
  SnapshotsRequest,
  type SnapshotsResponse,
  WaitRequest,
} from '#shared/sync/hub-http.ts';
import {
  EnrolRequest,
  type EnrolResponse,
  maxMessageBytes,
  parseMessage,
  protocolVersion,
} from '#shared/sync/messages.ts';
import { SuccessionRequest, type SuccessionResponse } from '#shared/sync/succession.ts';
import type { Blobs } from './blobs.ts';
import { type Ask, createDoors, type DoorDeps, readJson, readPacked, shortBody } from './doors.ts';
import { type Asker, type ExchangeRoute, seenBy } from './exchange-route.ts';
import { type HeldBody, holdBody } from './held-body.ts';
import { createHeldMessages } from './held-messages.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Shelf } from './shelf.ts';
import type { Snapshots } from './snapshots.ts';

const listBody = 1024 * 1024;
const garbage = err({ code: 'hub/garbage' });

/** So often an asker is told how much of what it sends has come. */
const tellEveryMs = 500;
/** `ask`: the asker waits to be told. */
const Offset = z.union([z.literal('ask'), z.coerce.number().int().min(0)]);
const MessageQuery = z.object({ offset: Offset, bytes: z.coerce.number().int().min(1).max(maxMessageBytes) });
const PutQuery = z.object({
  offset: Offset,
  bytes: z.coerce.number().int().min(1).max(maxBlobBytes),
  partition: Partition,
});

export function addLaptopRoutes(
  server: FastifyInstance,
  deps: DoorDeps & {
    /** Where parcels for the hub are sealed to. */
    hubRecipient: string;
    exchange: ExchangeRoute;
    blobs: Blobs;
    shelf: Shelf;
    snapshots: Snapshots;
    /** SHA-256 of the certificate's public key, hex; null where a proxy ends TLS. */
    tlsKey: string | null;
    enrolmentsPerMinute: number;
  },
): void {
  const { identity, credentials, exchange, blobs, shelf, snapshots, metrics, logger } = deps;
  const enrolments = createRateLimit(deps.enrolmentsPerMinute, deps.time);
  const doors = createDoors(server, deps);
  const messages = createHeldMessages(deps.time);

  doors.hello(deps.tlsKey);

  doors.message(hubPaths.enrol, shortBody, async (ask) => {
    if (!enrolments.take(ask.request.ip)) return err({ code: 'hub/too-many-requests' });
    const message = readMessage(ask.body, EnrolRequest);
    if (!message.ok) return message;
    const ownsKey = doors.isSigned(ask, message.value.publicKey, '');
    if (message.value.replica !== ask.envelope.replica || !ownsKey) return err({ code: 'hub/bad-signature' });
    const credential = await credentials.enrol(message.value);
    if (!credential.ok) return credential;
    logger.info({ replica: message.value.replica, serial: credential.value.serial }, 'hub/enrolled');
    const response: EnrolResponse = {
      protocol: protocolVersion,
      hubName: identity.name,
      hubKey: identity.publicKey,
      hubRecipient: deps.hubRecipient,
      epoch: identity.epoch,
      credential: credential.value,
    };
    return ok(utf8(JSON.stringify(response)));
  });

  doors.message(hubPaths.succeed, shortBody, async (ask) => {
    if (!enrolments.take(ask.request.ip)) return err({ code: 'hub/too-many-requests' });
    const message = readMessage(ask.body, SuccessionRequest);
    if (!message.ok) return message;
    const { succession } = message.value;
    const ownsKey = doors.isSigned(ask, succession.publicKey, identity.publicKey);
    if (succession.replica !== ask.envelope.replica || !ownsKey) return err({ code: 'hub/bad-signature' });
    const credential = await credentials.succeed(succession);
    if (!credential.ok) return credential;
    logger.info(
      { replica: succession.replica, succeeds: succession.from, serial: credential.value.serial },
      'hub/succeeded',
    );
    const response: SuccessionResponse = {
      protocol: protocolVersion,
      epoch: identity.epoch,
      credential: credential.value,
    };
    return ok(utf8(JSON.stringify(response)));
  });

  /** One turn of the exchange with a message as it came. */
  async function turn(asker: Asker, packed: Uint8Array): Promise<Result<Uint8Array>> {
    const message = readPacked(packed, maxMessageBytes);
    if (message === null) return garbage;
    const startedAt = performance.now();
    const answer = await exchange.turn(asker, message);
    if (!answer.ok) return answer;
    const ms = Math.round(performance.now() - startedAt);
    metrics.count('exchanges');
    logger.info({ replica: asker.replica, bytesIn: packed.length, bytesOut: answer.value.length, ms }, 'hub/exchange');
    return answer;
  }

  doors.message(hubPaths.sync, maxMessageBytes, async (ask) => {
    const asker = await doors.authenticate(ask);
    return asker.ok ? turn(asker.value, ask.body) : asker;
  });

  /** A door for those who are let in: a message of ours, and what is answered to it. */
  function question<T>(
    path: string,
    bodyLimit: number,
    schema: z.ZodType<T>,
    respond: (asker: Asker, message: T, ask: Ask) => Promise<object>,
  ): void {
    doors.message(path, bodyLimit, async (ask) => {
      const asker = await doors.authenticate(ask);
      if (!asker.ok) return asker;
      const message = readMessage(ask.body, schema);
      if (!message.ok) return message;
      return ok(utf8(JSON.stringify(await respond(asker.value, message.value, ask))));
    });
  }

  question(hubPaths.wait, listBody, WaitRequest, async (asker, message, { request }) => {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    const { socket } = request.raw;
    socket.once('close', leave);
    const answer = await exchange.wait(asker, message, gone.signal);
    socket.off('close', leave);
    return answer;
  });

  question(hubPaths.blobs, listBody, BlobsRequest, async (asker, message) => {
    const response: BlobsResponse = { protocol: protocolVersion, blobs: [] };
    for (const offer of message.blobs) response.blobs.push(await blobs.stateOf(asker, offer));
    return response;
  });

  question(hubPaths.shelf, shortBody, ShelfRequest, async () => {
    const response: ShelfResponse = { protocol: protocolVersion, packs: await shelf.list() };
    return response;
  });

  question(hubPaths.snapshots, shortBody, SnapshotsRequest, async (asker, message) => {
    const partitions = seenBy(asker, message.partitions);
    const response: SnapshotsResponse = { protocol: protocolVersion, snapshots: await snapshots.list(partitions) };
    return response;
  });

  doors.streams((route) => {
    /** A door for what may come in several goes, from where it is said to or, where the asker waits, is told to. */
    function upload<Q extends { readonly offset: number | 'ask' }>(
      path: string,
      Query: z.ZodType<Q>,
      take: (asker: Asker, asked: Q & { readonly sha256: string }, body: HeldBody) => Promise<Result<Uint8Array>>,
    ): void {
      route('PUT', path, async (ask) => {
        if (!(ask.request.body instanceof Readable)) return garbage;
        const sha256 = Sha256.safeParse(param(ask.request.params, 'sha256'));
        const query = Query.safeParse(ask.request.query);
        const offset = query.data?.offset;
        const body = holdBody(ask.request.body, (wanted) => (offset === 'ask' ? ask.wants(wanted) : offset === wanted));
        if (offset === 'ask') tellHowFar(ask, ask.request.body, body);
        try {
          const asker = await doors.authenticate(ask);
          if (!asker.ok) return asker;
          if (!sha256.success || !query.success) return garbage;
          return await take(asker.value, { ...query.data, sha256: sha256.data }, body);
        } finally {
          body.release();
        }
      });
    }
    /** Now and then: what a laptop has handed to its own system may be long under way. */
    function tellHowFar({ has }: Pick<Ask, 'has'>, content: Readable, body: HeldBody): void {
      let bytes = 0;
      let toldAt = deps.time.now();
      // A request's body gives Buffers.
      content.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        const from = body.from();
        if (from === null || deps.time.now() - toldAt < tellEveryMs) return;
        toldAt = deps.time.now();
        has(from + bytes);
      });
    }
    const countUpTo = (end: number, body: HeldBody): void => metrics.count('bytesIn', end - (body.from() ?? end));

    upload(messagePath(':sha256'), MessageQuery, async (asker, { sha256, bytes }, body) => {
      const taken = await messages.take(asker.replica, { sha256, bytes }, body);
      if (!taken.ok) return taken;
      countUpTo(bytes, body);
      return turn(asker, taken.value);
    });

    upload(blobPath(':sha256'), PutQuery, async (asker, { sha256, bytes, partition }, body) => {
      const taken = await blobs.take(asker, { sha256, bytes, partition }, body);
      if (!taken.ok) return taken;
      countUpTo(taken.value.offset, body);
      return ok(utf8(JSON.stringify(taken.value)));
    });

    route('GET', blobPath(':sha256'), async (ask) => {
      const asker = await doors.authenticate(ask);
      if (!asker.ok) return asker;
      const sha256 = Sha256.safeParse(param(ask.request.params, 'sha256'));
      const range = readRange(ask.request.headers.range);
      if (!sha256.success || range === null) return garbage;
      const opened = await blobs.open(asker.value.credential, sha256.data, range);
      if (!opened.ok) return opened;
      const { from, length, bytes, content } = opened.value;
      const isWhole = ask.request.headers.range === undefined;
      return ok({
        status: isWhole ? 200 : 206,
        content,
        length,
        headers: isWhole ? {} : { 'content-range': `bytes ${from}-${from + length - 1}/${bytes}` },
        signedText: (seal) => blobAnswerText({ sha256: sha256.data, from, length, seal }),
      });
    });

    route('GET', answerPath(':nonce'), async (ask) => {
      const asker = await doors.authenticate(ask);
      if (!asker.ok) return asker;
      const nonce = String(param(ask.request.params, 'nonce'));
      const range = readRange(ask.request.headers.range);
      if (range === null) return garbage;
      const { from } = range;
      const rest = doors.restOfAnswer(asker.value.replica, nonce, from);
      if (!rest.ok) return rest;
      const { length } = rest.value;
      return ok({
        status: 206,
        content: Readable.from(rest.value, { objectMode: false }),
        length,
        headers: { 'content-range': `bytes ${from}-${from + length - 1}/${from + length}` },
        signedText: (seal) => answerText({ nonce, from, length, seal }),
      });
    });
  });
}

/** A packed JSON message of our version. Failures: `hub/protocol`, `hub/garbage`. */
function readMessage<T>(body: Uint8Array, schema: z.ZodType<T>): Result<T> {
  const message = parseMessage(readJson(body), schema);
  return message.ok ? message : err({ code: message.error.code.replace(/^sync/, 'hub') });
}

/** Fastify's parameters are untyped here; what is none fails the schema, or is no nonce of an answer. */
function param(params: unknown, name: 'sha256' | 'nonce'): unknown {
  return (params as { readonly [given: string]: unknown })[name];
}

/** `bytes=N-` or `bytes=N-M`; the whole without a header; null for any other. */
function readRange(header: string | undefined): { from: number; to: number | null } | null {
  if (header === undefined) return { from: 0, to: null };
  const [, from = '', to = ''] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header) ?? [];
  return from === '' ? null : { from: Number(from), to: to === '' ? null : Number(to) };
}
