/**
 * The worked example of docs/sync.md, made by the real code from fixed inputs. Made-up persons, keys nobody uses. The bodies are
 * packed as zstd frames of one stored block, so that the bytes do not hang on a version of the compressor.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { credentialBytes } from '#shared/sync/credential.ts';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { requestBytes } from '#shared/sync/hub-http.ts';
import { formatInvitation, keyDigits, makeInvitation } from '#shared/sync/invitation.ts';
import { frame, logKey, protocolVersion, summaryDigest } from '#shared/sync/messages.ts';
import { chainHead, createSalter, emptyHead, type Op, valuesDigest } from '#shared/sync/op.ts';
import { toColumns } from '#shared/sync/op-columns.ts';
import { valuesToText } from '#shared/sync/op-values.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { eraseValues, type SegmentPorts, sealSegment, signedBytes } from '#shared/sync/segment.ts';
import { makeSuccession, successionBytes } from '#shared/sync/succession.ts';
import { msToStampTime } from '#shared/sync/stamp.ts';
import { segmentPorts, sha256 } from '#core/store/segment-ports.ts';

type KeyPair = { readonly publicKey: string; readonly sign: (data: Uint8Array) => Uint8Array };

/** The Ed25519 pair of a seed of 32 equal bytes. */
function pairOf(byte: number): KeyPair {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = bytesToHex(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32));
  return { publicKey, sign: (data) => sign(null, data, key) };
}

/** A zstd frame (RFC 8878) of one raw block: for less than 65,792 bytes. */
function storedFrame(data: Uint8Array): Uint8Array {
  const size = data.length < 256 ? [0x20, data.length] : [0x60, (data.length - 256) & 255, (data.length - 256) >> 8];
  const block = (data.length << 3) | 1;
  const head = [0x28, 0xb5, 0x2f, 0xfd, ...size, block & 255, (block >> 8) & 255, block >> 16];
  return Uint8Array.from([...head, ...data]);
}

export const writer = pairOf(1);
const hub = pairOf(2);
const replica = '01890000-0000-7000-8000-0000000000aa';
const other = '01890000-0000-7000-8000-0000000000bb';
const partition = 'kz/kz-19/sample-one';
/** Of the other laptop's log after its seventh op: made up. */
const otherHead = 'b7'.repeat(32);
/** 2026-01-05 06:00:00 UTC. */
const madeAt = 1_767_592_800_000;
const ports: SegmentPorts = { ...segmentPorts, pack: storedFrame };

const actor = '01890000-0000-7000-8000-000000000001';
const [first, second] = ['01890000-0000-7000-8000-000000000c01', '01890000-0000-7000-8000-000000000c02'];
const time = msToStampTime(madeAt);
const nothing = { replaced: {}, seen: null, digest: null };

/** One action of two ops, then an edit, then a removal. */
export const ops: readonly Op[] = [
  {
    ...nothing,
    seq: 1,
    group: 1,
    time,
    actor,
    kind: 2,
    record: first,
    act: 'set',
    set: { '1': 'Пример', '3': 'member', '13': { add: ['kk', 'ru'], drop: {} } },
  },
  {
    ...nothing,
    seq: 2,
    group: 1,
    time: time + 1,
    actor,
    kind: 2,
    record: second,
    act: 'set',
    set: { '1': 'Образец' },
  },
  {
    ...nothing,
    seq: 3,
    group: 3,
    time: time + 2048,
    actor,
    kind: 2,
    record: first,
    act: 'set',
    set: { '3': null, '13': { add: [], drop: { kk: [`${time}@${replica}`] } } },
    replaced: { '3': { time, replica } },
  },
  {
    ...nothing,
    seq: 4,
    group: 4,
    time: time + 4096,
    actor,
    kind: 2,
    record: second,
    act: 'remove',
    set: {},
    seen: { [replica]: 4, [other]: 7 },
  },
];

/** Written out by hand from the specification: the test works the heads out from them. */
export const linkTexts = {
  'link 1': `1 1 ${actor}\ns2 ${first} ${time}\ns2 ${second} ${time + 1}\n`,
  'link 2': `3 3 ${actor}\ns2 ${first} ${time + 2048} 3:${time}@${replica}\n`,
  'link 3': `4 4 ${actor}\nx2 ${second} ${time + 4096} seen ${replica}=4 ${other}=7\n`,
} as const;

/** What the document shows, by what it is; bytes as hex, texts as they are. */
export function syncExample(): { readonly [what: string]: string } {
  const seed = new Uint8Array(16).fill(0xa5);
  const salts = { seeds: new Map([[0, seed]]), single: new Map() };
  const salt = createSalter(salts, sha256);
  const salted = ops.map((op) => {
    const text = valuesToText(op.set ?? {});
    return { text, salt: salt(op.seq).slice(), digest: valuesDigest(salt(op.seq), utf8(text), sha256) };
  });
  const [one, two] = [
    chainHead(emptyHead, ops.slice(0, 2), salts, sha256),
    chainHead(emptyHead, ops.slice(0, 3), salts, sha256),
  ];
  const columns = toColumns(ops, replica);
  const sealed = sealSegment({ replica, partition, before: emptyHead }, ops, () => seed, writer.sign, ports);
  const head = bytesToHex(sealed.head);
  const erased = eraseValues(sealed.bytes, new Set([1]), ports);
  const summary = { [logKey(replica, partition)]: 4, [logKey(other, partition)]: 7 };
  const unsigned = {
    serial: '00112233aa',
    replica,
    publicKey: writer.publicKey,
    laptop: 'LAPTOP-01',
    roles: ['chair' as const],
    partitions: [partition],
    validFrom: madeAt,
    validUntil: madeAt + 400 * 86_400_000,
  };
  const heads = new Map([
    [logKey(replica, partition), head],
    [logKey(other, partition), otherHead],
  ]);
  const digest = summaryDigest(summary, (log) => heads.get(log) ?? null, unsigned.serial, sha256);
  const brief = frame({ protocol: protocolVersion, replica, partitions: [partition], digest, segments: [] }, []);
  const code = makeInvitation(hub.publicKey, { bytes: (length) => new Uint8Array(length).map((_, at) => at) }, sha256);
  const request = {
    path: '/v1/sync',
    hubKey: hub.publicKey,
    replica,
    nonce: '00112233445566778899aabbccddeeff',
    seal: bytesToBase64(new Uint8Array(32).fill(9)),
    bodyHash: bytesToHex(sha256(storedFrame(brief))),
  };
  // Whoever wants to check the new key takes the hub's.
  const succession = { from: replica, replica: other, publicKey: hub.publicKey };
  return {
    'writer key': writer.publicKey,
    'hub key': hub.publicKey,
    ...Object.fromEntries(
      salted
        .flatMap((each, at) => [
          [`text ${at + 1}`, each.text],
          [`salt ${at + 1}`, bytesToHex(each.salt)],
          [`digest ${at + 1}`, bytesToHex(each.digest)],
        ])
        .filter(([, value]) => value !== ''),
    ),
    ...linkTexts,
    'head after 2': bytesToHex(one),
    'head after 3': bytesToHex(two),
    'head after 4': head,
    columns: bytesToHex(columns.bytes),
    signed: new TextDecoder().decode(signedBytes({ replica, partition, to: 4, head })),
    signature: bytesToHex(writer.sign(signedBytes({ replica, partition, to: 4, head }))),
    segment: bytesToHex(sealed.bytes),
    erased: bytesToHex(erased),
    'summary digest': digest,
    'brief request': bytesToHex(brief),
    'request signed': new TextDecoder().decode(requestBytes(request)),
    'request signature': bytesToBase64(writer.sign(requestBytes(request))),
    credential: new TextDecoder().decode(credentialBytes(unsigned)),
    'credential signature': bytesToHex(hub.sign(credentialBytes(unsigned))),
    succession: new TextDecoder().decode(successionBytes(hub.publicKey, succession)),
    'succession signature': makeSuccession(hub.publicKey, succession, writer.sign).signature,
    'key digits': keyDigits(hub.publicKey, sha256),
    code: formatInvitation(code),
    'parcel name': parcelName(replica, 'hub', 1, sha256),
  };
}
