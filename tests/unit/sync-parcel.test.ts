/** The parcel: what a finder of the stick may learn, and what becomes of it when a byte of it is wrong. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSealedTo, loadSealKey, sealTo, unseal } from '#core/sync/parcel-seal.ts';
import { wrapForStick } from '#core/sync/stick-files.ts';
import { sha256 } from '#core/store/segment-ports.ts';
import { verifyByKey } from '#core/store/identity.ts';
import { base64ToBytes, bytesToBase64 } from '#shared/kernel/base64.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { crc32 } from '#shared/packs/crc32.ts';
import { protocolVersion } from '#shared/sync/messages.ts';
import { isParcelSigned, makeParcel, readParcel } from '#shared/sync/parcel.ts';
import { parcelName, unwrapParcel } from '#shared/sync/parcel-file.ts';

const pair = generateKeyPairSync('ed25519');
const publicKey = bytesToHex(pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const signAs = (data: Uint8Array): Uint8Array => sign(null, data, pair.privateKey);
const ports = { hash: sha256, verify: verifyByKey };
const laptop = '018f0000-0000-7000-8000-000000000001';

/** A laptop's own place for its seal key. */
function keyHolder() {
  let identity: string | null = null;
  return { sealIdentity: () => identity, setSealIdentity: (made: string) => void (identity = made) };
}

function parcel(segments: readonly Uint8Array[] = [utf8('segment one'), utf8('segment two')]): Uint8Array {
  return makeParcel(
    {
      what: 'exchange',
      hubKey: publicKey,
      writer: 'hub',
      reader: laptop,
      madeAt: 1_700_000_000_000,
      epoch: 'epoch',
      summary: { [`${laptop} kz/kz-19/kz-19-tec_oblast`]: 7 },
      heads: {},
      credentials: [],
      succession: null,
      revoked: ['serial-lost'],
      refusals: [],
      laptops: [{ replica: laptop, name: 'НОУТБУК-01, пример', lastContactAt: null }],
      blobs: [],
      begins: {},
    },
    segments,
    signAs,
  );
}

test('a parcel comes out as it went in, and the signature covers its header', async () => {
  const key = await loadSealKey(keyHolder());
  const file = wrapForStick('parcel.age', await sealTo(key.recipient, parcel()));
  const unwrapped = unwrapParcel(file, ports);
  if (!unwrapped.ok) throw new Error(unwrapped.error.code);
  const message = await unseal(key, unwrapped.value.content);
  const read = readParcel(message ?? new Uint8Array());
  if (!read.ok) throw new Error(read.error.code);
  const { header, segments } = read.value;
  expect(segments.map((segment) => Buffer.from(segment).toString())).toEqual(['segment one', 'segment two']);
  expect(isParcelSigned(header, publicKey, verifyByKey)).toBe(true);
  if (header.what !== 'exchange') throw new Error('another kind of parcel');
  const forged = { ...header, summary: { [`${laptop} kz/kz-19/kz-19-tec_oblast`]: 8 } };
  expect(isParcelSigned(forged, publicKey, verifyByKey)).toBe(false);
});

test('every altered byte and every cut of the file is found before anything is unsealed', async () => {
  const key = await loadSealKey(keyHolder());
  const file = wrapForStick('parcel.age', await sealTo(key.recipient, parcel()));
  for (let at = 0; at < file.length; at += 1) {
    const altered = file.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    const result = unwrapParcel(altered, ports);
    expect(result.ok, `byte ${at}`).toBe(false);
    expect(unwrapParcel(file.subarray(0, at), ports).ok, `cut at ${at}`).toBe(false);
  }
  expect(unwrapParcel(Buffer.concat([file, Buffer.from([0])]), ports)).toMatchObject({
    error: { code: 'packs/damaged' },
  });
  expect(unwrapParcel(file.subarray(0, file.length - 1), ports)).toMatchObject({ error: { code: 'packs/cut-off' } });
  expect(unwrapParcel(utf8('no pack'), ports)).toMatchObject({ error: { code: 'packs/not-a-pack' } });
});

test('a finder reads nothing of it, and two parcels of one laptop look unlike', async () => {
  const key = await loadSealKey(keyHolder());
  const [one, two] = [
    wrapForStick('parcel.age', await sealTo(key.recipient, parcel())),
    wrapForStick('parcel.age', await sealTo(key.recipient, parcel())),
  ];
  for (const word of [laptop, 'НОУТБУК', 'kz-19', publicKey, 'segment', 'serial-lost', '1700000000000', 'epoch']) {
    expect(Buffer.from(one).includes(Buffer.from(word)), word).toBe(false);
  }
  const manifestOf = (file: Uint8Array) => Buffer.from(file).toString('latin1').slice(0, 600);
  expect(manifestOf(one)).not.toBe(manifestOf(two));
  const name = parcelName(laptop, 'hub', 1, sha256);
  expect(name).toMatch(/^[0-9a-f]{16}-1\.kpack$/);
  expect(name).not.toBe(parcelName('hub', laptop, 1, sha256));
});

test('only the reader can unseal it; the first kilobyte tells whose it is', async () => {
  const [mine, other] = [await loadSealKey(keyHolder()), await loadSealKey(keyHolder())];
  const sealed = await sealTo(mine.recipient, parcel());
  expect(await isSealedTo(mine, sealed.subarray(0, 1024))).toBe(true);
  expect(await isSealedTo(other, sealed.subarray(0, 1024))).toBe(false);
  expect(await unseal(other, sealed)).toBeNull();
  for (const at of [0, 30, 120, sealed.length - 1]) {
    const altered = sealed.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(await unseal(mine, altered), `byte ${at}`).toBeNull();
  }
  expect(await unseal(mine, sealed.subarray(0, sealed.length - 1))).toBeNull();
  expect(await isSealedTo(mine, new Uint8Array(1024))).toBe(false);
});

test('a parcel of another version says so, garbage says nothing', () => {
  const message = Buffer.from(parcel([]));
  const newer = Buffer.from(
    message.toString('latin1').replace(`"protocol":${protocolVersion}`, '"protocol":9'),
    'latin1',
  );
  expect(readParcel(newer)).toMatchObject({ error: { code: 'sync/protocol', hub: 9 } });
  for (const bytes of [new Uint8Array(), utf8('garbage'), message.subarray(0, 40)]) {
    expect(readParcel(bytes)).toMatchObject({ error: { code: 'stick/garbage' } });
  }
});

test('base64 and CRC-32 are those of everybody else', () => {
  for (let length = 0; length < 70; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
    const text = bytesToBase64(bytes);
    expect(text).toBe(Buffer.from(bytes).toString('base64'));
    expect(base64ToBytes(text)).toEqual(bytes);
  }
  for (const text of ['A', 'AA=', 'AB==', '####', 'AAAA=']) expect(() => base64ToBytes(text)).toThrow(RangeError);
  // The check value of the CRC catalogue.
  expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
});
