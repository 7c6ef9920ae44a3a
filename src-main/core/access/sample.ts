/**
 * The practice profile: a store of its own, filled with sample data that says so, opened without a secret because there is
 * nothing to protect. It sends nothing (sync-service asks `isSample`).
 */
import type { Session } from '#shared/access/contract.ts';
import { commissionPartition } from '#shared/access/partitions.ts';
import type { Slot } from '#shared/access/vault-file.ts';
import { roleOf } from '#shared/access/person.ts';
import type { CountryCode } from '#shared/commissions/country.ts';
import { Sample, sampleRecords } from '#shared/commissions/sample.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { type Id, newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, type Result } from '#shared/kernel/result.ts';
import { kindsByName } from '#shared/kinds/all-kinds.ts';
import type { Values } from '#shared/kinds/define-kind.ts';
import { countryDocument } from '../commissions/country-documents.ts';
import type { Change } from '../store/change.ts';
import { commissionRecordId } from './first-run.ts';
import type { Profile } from './profile.ts';
import { wrapKey } from './vault.ts';

/** The practice profile's whole protection: published, because it guards nothing. */
export const samplePassphrase = 'sample data, no secret';

/** Makes the practice profile and signs its chair in. */
export async function buildSample(
  profile: Profile,
  wanted: { locale: Locale; country: CountryCode },
  deps: { time: Time; random: Random },
): Promise<Result<Session>> {
  const country = await countryDocument(wanted.country);
  const document = await import('#assets/country/sample.json', { with: { type: 'json' } });
  const partition = commissionPartition(wanted.country, 'sample', 'sample');
  const sample = Sample.parse(document.default);
  const records = sampleRecords(sample, country, wanted.locale, partition);

  const ids = new Map<string, Id>();
  for (const { key } of records) ids.set(key, key === 'commission' ? commissionRecordId(partition) : newId(deps));
  const changes: Change[] = records.map(({ kind, key, values }) => {
    const declared = kindsByName.get(kind);
    const id = ids.get(key);
    if (declared === undefined || id === undefined) throw new Error(`sample data: ${kind} ${key}`);
    return { kind: declared, id, act: 'set', values: withIds(values, ids) };
  });

  const key = deps.random.bytes(32);
  const wrapped = await wrapKey(key, samplePassphrase, null, deps.random);
  const slots: Slot[] = changes.flatMap((change) => {
    const role = change.kind.name === 'person' ? roleOf(change.values.role) : null;
    if (role === null) return [];
    return [
      {
        slot: newId(deps),
        person: change.id as Id, // taken from `ids` above
        role,
        ordinal: 1,
        label: { show: 'role' as const },
        wrapped,
        lastSignInAt: null,
        misses: 0,
        waitFrom: null,
      },
    ];
  });
  const chair = slots[0];
  if (chair === undefined) return err({ code: 'access/unknown-person' });
  profile.saveVault({
    format: 1,
    locale: wanted.locale,
    partition,
    commissionNames: sample.countries[wanted.country]?.names ?? null,
    slots,
    recovery: null,
    recoveryMisses: 0,
    recoveryWaitFrom: null,
    waiting: 0,
    autoLockMinutes: 60,
    restored: false,
  });
  const opened = await profile.open(key, chair, null, true);
  const open = profile.current();
  if (!opened.ok || open === null) return opened;
  open.store.commit(changes, chair.person);
  open.store.meta.set('own-commission', commissionRecordId(partition));
  open.store.meta.set('recovery-confirmed', 'yes');
  await profile.close();
  return await profile.open(key, chair, null, false);
}

/** Replaces `@key` references by the ids just made. */
function withIds(values: Values, ids: ReadonlyMap<string, Id>): Values {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [
      field,
      typeof value === 'string' && value.startsWith('@') ? (ids.get(value.slice(1)) ?? value) : value,
    ]),
  );
}
