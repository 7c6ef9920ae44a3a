/** What first run writes: the partition a choice stands for, the commission's own record, the first person. */
import type { ChosenCommission } from '#shared/access/contract.ts';
import { commissionPartition, type Partition } from '#shared/access/partitions.ts';
import { Person } from '#shared/access/person.ts';
import type { Role } from '#shared/access/roles.ts';
import { Commission } from '#shared/commissions/commission.ts';
import { findCommission, findLevel, oblastOf } from '#shared/commissions/country.ts';
import { type Locale, locales } from '#shared/i18n/locales.ts';
import { bytesToHex, type Id } from '#shared/kernel/ids.ts';
import { localizedField, type Values } from '#shared/kinds/define-kind.ts';
import { normalizeText } from '#shared/text/normalize.ts';
import { searchKey } from '#shared/text/search-key.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { countryDocument } from '../commissions/country-documents.ts';
import type { Change } from '../store/change.ts';
import { derivedId } from '../store/derived-id.ts';
import { sha256 } from '../store/segment-ports.ts';

export type Founding = {
  readonly partition: Partition;
  /** Null for trainers and hub staff, who keep no commission's papers. */
  readonly commission: Change | null;
  readonly names: Partial<Record<Locale, string>> | null;
};

/** The own commission's record id: the same on every laptop of the commission. */
export function commissionRecordId(partition: string): Id {
  return derivedId(`commission|${partition}`);
}

/** Works out partition and commission record of a choice. Null when the country document has no such commission. */
export async function foundingOf(choice: ChosenCommission, locale: Locale, person: Id): Promise<Founding | null> {
  if (choice.from === 'none')
    return { partition: `region/${choice.as}-${person.slice(-12)}`, commission: null, names: null };
  const country = await countryDocument(choice.country);
  if (choice.from === 'country') {
    const found = findCommission(country, choice.id);
    if (found === null) return null;
    const unit = oblastOf(country, found.unit)?.id ?? 'centre';
    const partition = commissionPartition(choice.country, unit, found.id);
    const level = findLevel(country, found.level);
    return founding(partition, found.names, {
      country: choice.country,
      level: found.level,
      seats: level?.seats ?? null,
      quorum: quorumOf(level?.seats ?? null, level?.quorum ?? null),
    });
  }
  // Two laptops on which the same name was typed meet in one partition.
  const own = `own-${bytesToHex(sha256(utf8(searchKey(choice.name)))).slice(0, 12)}`;
  const unit = choice.unit === null ? 'centre' : (oblastOf(country, choice.unit)?.id ?? 'centre');
  return founding(
    commissionPartition(choice.country, unit, own),
    { [locale]: normalizeText(choice.name, locale) },
    {
      country: choice.country,
      level: choice.level,
    },
  );
}

function founding(partition: Partition, names: Partial<Record<Locale, string>>, values: Values): Founding {
  const all: { [field: string]: Values[string] } = { ...values, partitionPath: partition };
  for (const locale of locales) {
    const name = names[locale];
    if (name !== undefined) all[localizedField('name', locale)] = name;
  }
  const commission: Change = { kind: Commission, id: commissionRecordId(partition), act: 'set', values: all };
  return { partition, commission, names };
}

/** The smallest whole number of members that satisfies the country's rule, e.g. 2/3 of 7 → 5. */
function quorumOf(seats: number | null, rule: { num: number; den: number } | null): number | null {
  return seats === null || rule === null ? null : Math.ceil((seats * rule.num) / rule.den);
}

/** The record of somebody who signs in. */
export function personChange(id: Id, name: string, role: Role): Change {
  return { kind: Person, id, act: 'set', values: { name, role } };
}
