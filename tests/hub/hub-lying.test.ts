/**
 * A hub that lies to real cores, as its own database makes it, and another laptop that does so by stick: what is not asked for, not signed
 * or not what it says to be is refused, shown on the page and in the list of exchanges, and changes nothing.
 */
import { expect, test } from 'vitest';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { sealTo } from '#core/sync/parcel-seal.ts';
import { wrapForStick, writeStickFile } from '#core/sync/stick-files.ts';
import { sha256 } from '#hub/hub-crypto.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { logKey, protocolVersion, type Summary } from '#shared/sync/messages.ts';
import { makeParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { assembleSegment, readSegmentHeader } from '#shared/sync/segment.ts';
import { startOfTime, type TestCore } from '#tests/lib/core.ts';
import { newLaptop, sampleOps, seal } from '#tests/lib/hub-laptop.ts';
import { newStick, takeFrom, type TestStick } from '#tests/lib/stick.ts';
import { hubAndOffices, partitionOf } from '#tests/lib/stick-offices.ts';

type Offices = Awaited<ReturnType<typeof hubAndOffices>>;

const [own, foreign] = [partitionOf('kz-19-tec_oblast'), partitionOf('kz-15-tec_oblast')];
const elsewhere = { commission: 'kz-15-tec_oblast' };

async function write(core: TestCore, name: string): Promise<void> {
  await core.value('records.save', { kind: 'contact', values: { name } });
}

async function names(core: TestCore): Promise<string[]> {
  const { rows } = await core.value('records.list', { kind: 'contact', locale: 'ru' });
  return rows.map(({ values }) => String(values['name'])).sort();
}

/** The hub holds what is another commission's as if it were of this one. */
async function moveForeign({ hub }: Offices): Promise<void> {
  for (const table of ['log', 'segment', 'snapshot'] as const)
    await hub.db.updateTable(table).set({ partition: own }).where('partition', '=', foreign).execute();
}

/** The same segment, with a signature of nobody. */
function unsigned(bytes: Uint8Array): Uint8Array {
  const read = readSegmentHeader(bytes);
  if (!read.ok) throw new Error(read.error.code);
  const { header, body } = read.value;
  const heads = { before: hexToBytes(header.before), head: hexToBytes(header.head) };
  return assembleSegment({ ...header, ...heads, signature: new Uint8Array(64) }, body, segmentPorts.hash);
}

async function loseSignatures({ hub }: Offices, laptop: string): Promise<void> {
  const id = (await hub.credentials.list()).find((each) => each.laptop === laptop)?.id ?? '';
  for (const { from_seq, bytes } of await hub.db.selectFrom('segment').selectAll().where('replica', '=', id).execute())
    await hub.db
      .updateTable('segment')
      .set({ bytes: Buffer.from(unsigned(bytes)) })
      .where('replica', '=', id)
      .where('from_seq', '=', from_seq)
      .execute();
}

/** What the list of exchanges says, and that the records are what they were. */
async function refusedAndShown(core: TestCore, road: 'hub' | 'stick', reason: string, held: string[]): Promise<void> {
  const problem = { code: 'sync/segment-refused', reason };
  const { items } = await core.value('sync.exchanges', { limit: 1 });
  expect(items).toMatchObject([{ road, problem }]);
  expect(await names(core)).toEqual(held);
}

test('segments of a partition that was not asked for are refused over the line and by stick, and shown', async () => {
  const at = await hubAndOffices();
  const [online, office] = [await at.online('SAMPLE-LINE'), await at.office('SAMPLE-STICK')];
  await write(online, 'Контакт, пример свой');
  await online.value('sync.now', {});
  const neighbour = await at.online('SAMPLE-ELSEWHERE', elsewhere);
  await write(neighbour, 'Контакт, пример чужой');
  await neighbour.value('sync.now', {});
  await moveForeign(at);
  await online.value('sync.now', {});
  await refusedAndShown(online, 'hub', 'segment/not-asked', ['Контакт, пример свой']);
  expect(await online.value('sync.status', {})).toMatchObject({
    state: 'partly',
    problem: { reason: 'segment/not-asked' },
  });

  const stick = newStick();
  await at.stick(stick);
  expect((await takeFrom(office, stick)).problems).toEqual([
    { code: 'sync/segment-refused', reason: 'segment/not-asked' },
  ]);
  // What it is owed of its own commission came all the same.
  expect(await names(office)).toEqual(['Контакт, пример свой']);
  expect((await office.value('sync.exchanges', { limit: 1 })).items).toMatchObject([
    { road: 'stick', problem: { code: 'sync/segment-refused', reason: 'segment/not-asked' } },
  ]);
});

test('segments that their writer has not signed are refused over the line and by stick, and shown', async () => {
  const at = await hubAndOffices();
  const writer = await at.online('SAMPLE-WRITER');
  const [online, office] = [await at.online('SAMPLE-LINE'), await at.office('SAMPLE-STICK')];
  await write(writer, 'Контакт, пример');
  await writer.value('sync.now', {});
  await loseSignatures(at, 'SAMPLE-WRITER');
  await online.value('sync.now', {});
  // The commission's own record, which it had before, is all there is.
  await refusedAndShown(online, 'hub', 'segment/bad-signature', []);
  expect(await online.value('sync.status', {})).toMatchObject({
    state: 'partly',
    problem: { reason: 'segment/bad-signature' },
  });
  const stick = newStick();
  await at.stick(stick);
  expect((await takeFrom(office, stick)).problems).toEqual([
    { code: 'sync/segment-refused', reason: 'segment/bad-signature' },
  ]);
  await refusedAndShown(office, 'stick', 'segment/bad-signature', []);
});

test('a snapshot of a partition that was not asked for is refused by name, and shown', async () => {
  const at = await hubAndOffices();
  const neighbour = await at.online('SAMPLE-ELSEWHERE', elsewhere);
  for (let batch = 0; batch < 5; batch += 1) {
    const items = Array.from({ length: 420 }, (_, index) => ({
      kind: 'contact' as const,
      values: { name: `Контакт, пример ${batch}-${index}` },
    }));
    await neighbour.value('records.saveTogether', { items });
  }
  await neighbour.value('sync.now', {});
  expect(await at.hub.snapshots.sweep()).toBe(1);
  await moveForeign(at);
  const online = await at.online('SAMPLE-LINE');
  expect(await names(online)).toEqual([]);
  const { items } = await online.value('sync.exchanges', { limit: 10 });
  const problems = items.map(({ problem }) => problem);
  expect(problems).toContainEqual({ code: 'sync/snapshot-refused', reason: 'snapshot/not-asked' });
  // Nor do the logs bring it.
  expect(await online.value('sync.status', {})).toMatchObject({
    state: 'partly',
    problem: { code: 'sync/segment-refused', reason: 'segment/not-asked' },
  });
});

/** A laptop of the commission with software of its own, which hands parcels over by stick. */
async function rogue({ hub }: Offices) {
  const laptop = newLaptop();
  const order = { partitions: [own], roles: ['chair' as const], laptop: 'SAMPLE-ROGUE', commission: null };
  const code = await hub.credentials.invite({ ...order, days: 1, validDays: 400 });
  const { replica, publicKey } = laptop;
  const request = { protocol: protocolVersion, code, replica, publicKey, partition: own, role: 'chair' as const };
  const enrolled = await hub.credentials.enrol(request);
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  let number = 0;
  async function hand(to: string, segments: readonly Uint8Array[], summary: Summary = {}): Promise<TestStick> {
    const reader = (await hub.credentials.list()).find((each) => each.laptop === to)?.id ?? '';
    const standing = await hub.credentials.standingOf(reader);
    if (standing.state !== 'valid' || standing.credential.recipient === undefined) throw new Error('no reader');
    number += 1;
    const message = makeParcel(
      {
        what: 'exchange',
        hubKey: hub.identity.publicKey,
        writer: replica,
        reader,
        madeAt: startOfTime + number,
        epoch: hub.identity.epoch,
        summary,
        heads: {},
        credentials: enrolled.ok ? [enrolled.value] : [],
        succession: null,
        revoked: [],
        refusals: [],
        laptops: [],
        blobs: [],
        begins: {},
      },
      segments,
      laptop.sign,
    );
    const stick = newStick();
    const file = wrapForStick('parcel.age', await sealTo(standing.credential.recipient, message));
    const name = parcelName(replica, reader, 1, sha256);
    expect(await writeStickFile({ path: stick.path, isMount: false }, name, file)).toMatchObject({ ok: true });
    return stick;
  }
  return { laptop, hand };
}

test("what another laptop's stick brings unasked, unsigned or unproved is refused by name, and shown", async () => {
  const at = await hubAndOffices();
  const office = await at.office('SAMPLE-STICK');
  // The office's own clock has come to where the credentials of the hub begin.
  office.clock.now = startOfTime + 60_000;
  await write(office, 'Контакт, пример свой');
  const held = await names(office);
  const { laptop, hand } = await rogue(at);
  const good = seal(laptop, sampleOps(1, 1), [], own);
  const lies = [
    { reason: 'segment/not-asked', segment: seal(laptop, sampleOps(1, 1), [], foreign) },
    { reason: 'segment/bad-signature', segment: unsigned(good) },
  ];
  for (const { reason, segment } of lies) {
    const stick = await hand('SAMPLE-STICK', [segment]);
    expect((await takeFrom(office, stick)).problems).toEqual([{ code: 'sync/segment-refused', reason }]);
    await refusedAndShown(office, 'stick', reason, held);
  }
  const me = (await at.hub.credentials.list()).find((each) => each.laptop === 'SAMPLE-STICK')?.id ?? '';
  const claim = await hand('SAMPLE-STICK', [], { [logKey(me, own)]: 1_000_000 });
  expect((await takeFrom(office, claim)).problems).toEqual([{ code: 'stick/unproved-claim' }]);
  expect((await office.value('sync.exchanges', { limit: 1 })).items).toMatchObject([
    { road: 'stick', received: 0, problem: { code: 'stick/unproved-claim' } },
  ]);
  expect(await names(office)).toEqual(held);
  // The same laptop is believed where it tells the truth.
  expect(await takeFrom(office, await hand('SAMPLE-STICK', [good]))).toMatchObject({ received: 1, problems: [] });
  expect(await names(office)).toHaveLength(2);
});
