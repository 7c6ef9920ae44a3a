/** More laptops than one message may name: what is known of their credentials is said by a digest, and page by page where it differs. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { credentialBytes } from '#shared/sync/credential.ts';
import { type Credential, SyncRequest, unframe } from '#shared/sync/messages.ts';
import { exchange } from '#shared/sync/exchange.ts';
import { type Office, officePartition, openLaptop, openOffice } from '#tests/lib/office.ts';

let office: Office;
afterEach(() => office.close());

/** Puts so many laptops into the hub's database as if they had been enrolled. */
async function crowd(count: number, from = 0): Promise<void> {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = bytesToHex(pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
  for (let at = from; at < from + count; at += 200) {
    const some = Array.from({ length: Math.min(200, from + count - at) }, (_, index): Credential => {
      const number = String(at + index).padStart(10, '0');
      const unsigned = {
        serial: `c${number}`,
        replica: `00000000-0000-7000-8000-00${number}`,
        publicKey,
        laptop: `SAMPLE-${number}`,
        roles: ['chair' as const],
        partitions: [officePartition],
        validFrom: 1,
        validUntil: 2 ** 45,
      };
      return { ...unsigned, signature: bytesToHex(office.identity.sign(credentialBytes(unsigned))) };
    });
    const replicas = some.map(({ replica, laptop }) => ({
      id: replica,
      public_key: publicKey,
      laptop,
      commission: null,
      partition: officePartition,
      role: 'chair',
      enrolled_at: 1,
      last_contact_at: null,
      app_version: null,
      summary: null,
    }));
    await office.db.insertInto('replica').values(replicas).execute();
    const rows = some.map((each) => ({
      serial: each.serial,
      replica: each.replica,
      body: JSON.stringify(each),
      valid_until: each.validUntil,
      issued_at: 1,
      revoked_at: null,
    }));
    await office.db.insertInto('credential').values(rows).execute();
  }
}

test('2,500 credentials come page by page, and after that cost nothing', async () => {
  office = await openOffice();
  await crowd(2500);
  const laptop = openLaptop(office, 'one');
  await laptop.enrol();
  try {
    const first = await laptop.sync();
    expect(first).toMatchObject({ failure: null, refusedHere: [] });
    expect(laptop.port().credentialSerials([officePartition])).toHaveLength(2501);
    // One more comes: the digest differs, and three pages of serials find out which it is.
    await crowd(1, 2500);
    laptop.write('00000000-0000-7000-8000-000000000001', { name: 'Контакт, пример' });
    const said: SyncRequest['credentials'][] = [];
    const road = office.roadOf(laptop.port().replica);
    const outcome = await exchange(
      laptop.port(),
      {
        send(message) {
          const asked = unframe(message, SyncRequest);
          if (asked.ok) said.push(asked.value.header.credentials);
          return road.send(message);
        },
      },
      { partitions: [officePartition], epoch: null, acknowledged: {} },
    );
    expect(outcome).toMatchObject({ failure: null, sent: 1 });
    expect(said.map((each) => (each !== null && 'serials' in each ? each.serials.length : 'digest'))).toEqual([
      'digest',
      1000,
      1000,
      501,
    ]);
    expect(laptop.port().credentialSerials([officePartition])).toHaveLength(2502);
    expect(await laptop.sync()).toMatchObject({ turns: 1, failure: null });
  } finally {
    laptop.close();
  }
});
