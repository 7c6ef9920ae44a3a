/** What a hub may be sent by mistake or malice, one by one. A table: long, and simple. */
import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import { answerPath, blobPath, hubHeaders, hubPaths, messagePath } from '#shared/sync/hub-http.ts';
import { protocolVersion } from '#shared/sync/messages.ts';
import { type Laptop, newLaptop, sampleMessage, sampleOps, samplePartition, seal, sealBody } from './hub-laptop.ts';

export type BadRequest = {
  readonly method?: 'POST' | 'PUT' | 'GET';
  readonly path?: string;
  /** As it is sent; the signature is of `signed` where that is another one. */
  readonly body?: Uint8Array;
  readonly as?: Laptop;
  readonly signed?: {
    readonly by?: Laptop;
    readonly path?: string;
    readonly hubKey?: string;
    readonly body?: Uint8Array;
  };
  readonly headers?: { readonly [name: string]: string };
};

export const json = (value: unknown): Uint8Array => zstdCompressSync(utf8(JSON.stringify(value)));
export const message = (laptop: Laptop, segments: Uint8Array[] = [], change: object = {}): Uint8Array =>
  zstdCompressSync(sampleMessage(laptop, segments, change));
/** Nothing, ten times as much of it as the longest message may unpack to, in a few kB. */
const bomb = zstdCompressSync(Buffer.alloc(240 * 1024 * 1024));
const altered = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === (at < 0 ? bytes.length + at : at) ? byte ^ 1 : byte));

const elsewhere = 'kz/kz-11/kz-11-tec_oblast';
/** Laptops the hub knows: one whose log holds `sampleOps(1, 4)`, and one that is no more than a member. */
type Known = { readonly own: Laptop; readonly member: Laptop };

const digest = 'ab'.repeat(32);
/** Three bytes of a blob that are put where they may be, but for what is changed. */
export function put(change: {
  sha256?: string;
  offset?: number;
  bytes?: number | null;
  partition?: string;
}): BadRequest {
  const { sha256 = digest, offset = 0, bytes = 3, partition = samplePartition } = change;
  const length = bytes === null ? '' : `&bytes=${bytes}`;
  return {
    method: 'PUT',
    path: `${blobPath(sha256)}?offset=${offset}${length}&partition=${partition}`,
    body: utf8('abc'),
  };
}

/** A message that might have come in several goes, right but for what is changed. */
export function putMessage(
  laptop: Laptop,
  change: { sha256?: string; offset?: string; bytes?: number; body?: Uint8Array },
): BadRequest {
  const { body = message(laptop), offset = '0', bytes = body.length } = change;
  const sha256 = change.sha256 ?? createHash('sha256').update(body).digest('hex');
  return { method: 'PUT', path: `${messagePath(sha256)}?offset=${offset}&bytes=${bytes}`, body };
}

/** Whole requests, by what is wrong with them; the status and the reason they get. */
export function badRequests({ own, member }: Known): readonly [string, () => BadRequest, number, string][] {
  /** A succession that `own` asks for in the place of `member`, unsigned. */
  const inName = (more: object = {}) =>
    json({
      protocol: protocolVersion,
      succession: {
        from: member.replica,
        replica: own.replica,
        publicKey: own.publicKey,
        signature: '00'.repeat(64),
        ...more,
      },
    });
  const enrolment = (code: string) => ({
    protocol: protocolVersion,
    code,
    replica: own.replica,
    publicKey: own.publicKey,
    partition: samplePartition,
    role: 'chair',
  });
  return [
    ['garbage in the place of zstd', () => ({ body: randomBytes(500) }), 400, 'garbage'],
    ['nothing at all', () => ({}), 400, 'garbage'],
    ['zstd of garbage', () => ({ body: zstdCompressSync(randomBytes(500)) }), 400, 'garbage'],
    ['a truncated frame', () => ({ body: message(own, [seal(own, sampleOps(5, 5))]).subarray(0, -9) }), 400, 'garbage'],
    [
      'a message that ends in its segments',
      () => ({ body: zstdCompressSync(sampleMessage(own, [new Uint8Array(9)]).subarray(0, -4)) }),
      400,
      'garbage',
    ],
    [
      'a message with bytes left over',
      () => ({ body: zstdCompressSync(Buffer.concat([sampleMessage(own), Buffer.from('more')])) }),
      400,
      'garbage',
    ],
    [
      'a header longer than the message',
      () => ({ body: zstdCompressSync(Buffer.from('ffffffff7b7d', 'hex')) }),
      400,
      'garbage',
    ],
    ['an unknown member', () => ({ body: message(own, [], { more: 1 }) }), 400, 'garbage'],
    [
      'more segments than there may be',
      () => ({
        body: message(
          own,
          Array.from({ length: 1001 }, () => new Uint8Array(1)),
        ),
      }),
      400,
      'garbage',
    ],
    ['a partition of the wrong form', () => ({ body: message(own, [], { partitions: ['../..'] }) }), 400, 'garbage'],
    [
      'a deeply nested header',
      () => ({
        body: zstdCompressSync(Buffer.concat([Buffer.from([0, 0x1b, 0xb7, 0]), utf8('['.repeat(12_000_000))])),
      }),
      400,
      'garbage',
    ],
    [
      'a deeply nested list',
      () => ({ path: hubPaths.wait, body: zstdCompressSync(utf8('['.repeat(3_000_000))) }),
      400,
      'garbage',
    ],
    ['a bomb for a message', () => ({ body: bomb }), 400, 'garbage'],
    ['a bomb for a list', () => ({ path: hubPaths.blobs, body: bomb }), 400, 'garbage'],
    ['a bomb for an enrolment', () => ({ path: hubPaths.enrol, body: bomb, signed: { hubKey: '' } }), 400, 'garbage'],
    ['garbage for a snapshot', () => ({ path: hubPaths.snapshots, body: randomBytes(100) }), 400, 'garbage'],
    ['garbage for the shelf', () => ({ path: hubPaths.shelf, body: json({}) }), 400, 'garbage'],
    [
      'garbage for a succession',
      () => ({ path: hubPaths.succeed, body: json({ protocol: protocolVersion }) }),
      400,
      'garbage',
    ],
    ['an oversized message', () => ({ body: new Uint8Array(24 * 1024 * 1024 + 1) }), 413, 'too-large'],
    ['an oversized enrolment', () => ({ path: hubPaths.enrol, body: new Uint8Array(70_000) }), 413, 'too-large'],
    ['an oversized list', () => ({ path: hubPaths.wait, body: new Uint8Array(1_100_000) }), 413, 'too-large'],
    ['another content type', () => ({ body: utf8('{}'), headers: { 'content-type': 'text/csv' } }), 400, 'garbage'],
    [
      'what a server of its own accord would parse for anybody',
      () => ({ body: utf8('{}'), as: newLaptop(), headers: { 'content-type': 'application/json' } }),
      400,
      'garbage',
    ],
    ['no signature', () => ({ body: message(own), headers: { [hubHeaders.signature]: '' } }), 400, 'garbage'],
    [
      'a nonce of the wrong form',
      () => ({ body: message(own), headers: { [hubHeaders.nonce]: 'zz' } }),
      400,
      'garbage',
    ],
    [
      'a seal that is no key',
      () => ({ body: message(own), headers: { [hubHeaders.seal]: bytesToBase64(new Uint8Array(32)) } }),
      401,
      'bad-signature',
    ],
    ['signed by somebody else', () => ({ body: message(own), signed: { by: newLaptop() } }), 401, 'bad-signature'],
    [
      'another body than the signed one',
      () => ({ body: message(own), signed: { body: message(own, [], { epoch: 'x' }) } }),
      401,
      'bad-signature',
    ],
    ['signed for another door', () => ({ body: message(own), signed: { path: hubPaths.wait } }), 401, 'bad-signature'],
    [
      'replayed from another hub',
      () => ({ body: message(own), signed: { hubKey: newLaptop().publicKey } }),
      401,
      'bad-signature',
    ],
    ['from nobody known', () => ({ body: message(own), as: newLaptop() }), 401, 'unknown-laptop'],
    [
      'an id of the wrong form',
      () => ({ body: message(own), headers: { [hubHeaders.replica]: "' or 1=1" } }),
      400,
      'garbage',
    ],
    ['in the name of another', () => ({ body: message(member) }), 400, 'garbage'],
    [
      'a version of tomorrow',
      () => ({ body: message(own, [], { protocol: protocolVersion + 1, what: 'else' }) }),
      409,
      'protocol',
    ],
    ['a version of tomorrow in a list', () => ({ path: hubPaths.wait, body: json({ protocol: 99 }) }), 409, 'protocol'],
    [
      'a code that is none',
      () => ({ path: hubPaths.enrol, body: json(enrolment('12')), signed: { hubKey: '' } }),
      404,
      'bad-code',
    ],
    [
      'a code nobody gave out',
      () => ({ path: hubPaths.enrol, body: json(enrolment('0123 4567 8901 5673 3212')), signed: { hubKey: '' } }),
      404,
      'bad-code',
    ],
    [
      'an enrolment for another’s key',
      () => ({
        path: hubPaths.enrol,
        body: json({ ...enrolment('12'), publicKey: member.publicKey }),
        signed: { hubKey: '' },
      }),
      401,
      'bad-signature',
    ],
    [
      'an enrolment under an id that is none',
      () => {
        const odd = { ...newLaptop(), replica: 'abc' };
        const body = { ...enrolment('12'), replica: odd.replica, publicKey: odd.publicKey };
        return { path: hubPaths.enrol, body: json(body), as: odd, signed: { hubKey: '' } };
      },
      400,
      'garbage',
    ],
    [
      'an enrolment with a recipient nothing can be sealed to',
      () => ({
        path: hubPaths.enrol,
        body: json({ ...enrolment('12'), recipient: `age1${'q'.repeat(58)}` }),
        signed: { hubKey: '' },
      }),
      400,
      'garbage',
    ],
    [
      'a succession with such a recipient',
      () => ({ path: hubPaths.succeed, body: inName({ recipient: `age1${'q'.repeat(58)}` }) }),
      400,
      'garbage',
    ],
    ['a succession in another’s name', () => ({ path: hubPaths.succeed, body: inName() }), 401, 'bad-signature'],
    ['a blob’s name that is none', () => put({ sha256: 'zz' }), 400, 'garbage'],
    ['a blob without its length', () => put({ bytes: null }), 400, 'garbage'],
    ['a blob from before its beginning', () => put({ offset: -1 }), 400, 'garbage'],
    ['a blob longer than any', () => put({ bytes: 2 ** 40 }), 400, 'garbage'],
    ['a blob elsewhere', () => put({ partition: elsewhere }), 403, 'wrong-partition'],
    ['a blob from its middle', () => put({ offset: 2 }), 409, 'wrong-offset'],
    ['a blob of another digest', () => put({}), 422, 'bad-hash'],
    ['more of a blob than was said', () => put({ bytes: 2 }), 413, 'too-large'],
    ['a blob beyond the quota', () => put({ bytes: 2_000_000 }), 507, 'over-quota'],
    ['a message in parts that is not what it is named by', () => putMessage(own, { sha256: digest }), 422, 'bad-hash'],
    ['more of a message than was said', () => putMessage(own, { bytes: 20 }), 413, 'too-large'],
    ['a message from where it is not wanted', () => putMessage(own, { offset: '7' }), 409, 'wrong-offset'],
    ['a message from nowhere', () => putMessage(own, { offset: '-1' }), 400, 'garbage'],
    ['a message longer than any', () => putMessage(own, { bytes: 30_000_000 }), 400, 'garbage'],
    ['a message under no digest', () => putMessage(own, { sha256: 'x' }), 400, 'garbage'],
    ['parts that are no message', () => putMessage(own, { body: utf8('not packed') }), 400, 'garbage'],
    ['parts that unpack without end', () => putMessage(own, { body: bomb }), 400, 'garbage'],
    ['another’s message in parts', () => putMessage(own, { body: message(member) }), 400, 'garbage'],
    [
      'a message whose place was altered on its way',
      () => ({ ...putMessage(own, {}), signed: { path: `${messagePath(digest)}?offset=0&bytes=1` } }),
      401,
      'bad-signature',
    ],
    ['an answer nobody was given', () => ({ method: 'GET', path: answerPath('00'.repeat(16)) }), 404, 'no-answer'],
    [
      'the rest of an answer from nowhere',
      () => ({ method: 'GET', path: answerPath('00'.repeat(16)), headers: { range: 'bytes=-1' } }),
      400,
      'garbage',
    ],
    ['a blob that is not there', () => ({ method: 'GET', path: blobPath(digest) }), 404, 'no-blob'],
    [
      'a range that is none',
      () => ({ method: 'GET', path: blobPath(digest), headers: { range: 'bytes=x' } }),
      400,
      'garbage',
    ],
  ];
}

/** Segments in an honest message, by what is wrong with them; the reason they get. */
export function badSegments({ own, member }: Known): readonly [string, () => Uint8Array, string][] {
  return [
    ['no segment', () => utf8('KSEG, or so it says'), 'garbage'],
    ['a segment of tomorrow', () => altered(seal(own, sampleOps(5, 5), sampleOps(1, 4)), 4), 'garbage'],
    ['a truncated segment', () => seal(own, sampleOps(5, 5), sampleOps(1, 4)).subarray(0, -3), 'altered'],
    ['a segment that ends in its header', () => seal(own, sampleOps(5, 5), sampleOps(1, 4)).subarray(0, 90), 'garbage'],
    ['an altered segment', () => altered(seal(own, sampleOps(5, 5), sampleOps(1, 4)), -1), 'altered'],
    [
      'a forged segment',
      () => seal({ ...newLaptop(), replica: own.replica }, sampleOps(5, 5), sampleOps(1, 4)),
      'bad-signature',
    ],
    ['a bomb in a segment', () => sealBody(own, segmentPorts.pack(Buffer.alloc(40_000_000))), 'garbage'],
    [
      'a body that is not what was signed',
      () => sealBody(own, segmentPorts.pack(utf8('nothing of the kind'))),
      'garbage',
    ],
    ['a segment of nobody known', () => seal(newLaptop(), sampleOps(1, 1)), 'no-credential'],
    ['another partition', () => seal(own, sampleOps(1, 1), [], elsewhere), 'wrong-partition'],
    ['what a role forbids', () => seal(member, sampleOps(1, 1, 'x', { kind: 5 })), 'wrong-role'],
    [
      'a time that no edit could beat',
      () => seal(own, sampleOps(5, 5, 'x', { time: Number.MAX_SAFE_INTEGER }), sampleOps(1, 4)),
      'garbage',
    ],
    ['ops from beyond a gap', () => seal(own, sampleOps(9, 9), sampleOps(1, 8)), 'gap'],
    ['another past', () => seal(own, sampleOps(5, 5, 'b'), sampleOps(1, 4, 'b')), 'forked'],
    ['the past told anew', () => seal(own, sampleOps(1, 4, 'b')), 'forked'],
    [
      'a segment too large',
      () => Buffer.concat([seal(own, sampleOps(5, 5), sampleOps(1, 4)), Buffer.alloc(9_000_000)]),
      'too-large',
    ],
  ];
}
