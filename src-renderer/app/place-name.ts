import { sharedPartition } from '#shared/access/partitions.ts';
import { type Locale, pickContentLocale } from '#shared/i18n/locales.ts';
import type { ScopeView } from '#shared/sync/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

/** What a partition is called; `path`, to tell the hub, only where it has no name here. */
export type PlaceName = { readonly name: string; readonly path: string | null };

/** A commission by its name; what lies above commissions by who shares it; what has no name here as such, with its path. */
export function usePlaceName(): (of: ScopeView) => PlaceName {
  const { t } = useTranslation('scopes');
  const { locale } = useFormat();
  return ({ names, partition }) => {
    if (partition === sharedPartition) return { name: t('place.everyone'), path: null };
    const known = names === null ? null : pickContentLocale(locale, Object.keys(names) as Locale[]); // the contract's keys
    const name = known === null ? undefined : names?.[known];
    if (name === undefined) return { name: t('place.unnamed'), path: partition };
    return { name: partition.split('/').length < 3 ? t('place.shared', { name }) : name, path: null };
  };
}
