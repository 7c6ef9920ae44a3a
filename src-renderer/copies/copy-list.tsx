import type { FoundCopy } from '#shared/copies/contract.ts';
import type { StickPlace } from '#shared/sync/stick-contract.ts';
import { pickContentLocale, type Locale } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { ChoiceField } from '#renderer/ui/fields.tsx';

/** Names a copy among those of all sticks. */
export function copyKey({ place, copy }: Pick<FoundCopy, 'place' | 'copy'>): string {
  return `${place} ${copy}`;
}

/** A copy as its owner knows it: the commission; the laptop, when, how large, on which stick. */
export function useCopyWords(places: readonly StickPlace[]) {
  const { t } = useTranslation('copies');
  const { t: tStick } = useTranslation('stick');
  const format = useFormat();
  return ({ place: id, commissionNames, laptop, madeAt, bytes }: FoundCopy) => {
    // Object.keys of a record keyed by locales gives locales.
    const locales = commissionNames === null ? [] : (Object.keys(commissionNames) as Locale[]);
    const lang = commissionNames === null ? null : pickContentLocale(format.locale, locales);
    const place = places.find((each) => each.id === id);
    const facts = [
      laptop === null ? null : t('copy.laptop', { name: laptop }),
      madeAt === null ? null : format.recent(madeAt),
      bytes === null ? null : format.bytes(bytes),
      place === undefined
        ? null
        : tStick(place.type === 'stick' ? 'place.stick' : 'place.folder', { name: place.name }),
    ];
    return {
      lang,
      title: (lang === null ? undefined : commissionNames?.[lang]) ?? t('copy.noCommission'),
      facts: facts.filter((fact) => fact !== null).join(' · '),
    };
  };
}

/** Copies to choose one from; below them those that cannot be used, and why. */
export function CopyList({
  copies,
  places,
  chosen,
  onChoose,
}: {
  copies: readonly FoundCopy[];
  places: readonly StickPlace[];
  chosen: string | null;
  onChoose: (key: string) => void;
}) {
  const { t } = useTranslation('copies');
  const wordsOf = useCopyWords(places);
  const usable = copies.filter(({ problem }) => problem === null);
  return (
    <div className="col g3">
      {usable.length > 0 && (
        <ChoiceField
          legend={t('find.list')}
          hideLegend
          name="copy"
          value={chosen}
          onChange={onChoose}
          options={usable.map((copy) => {
            const { lang, title, facts } = wordsOf(copy);
            return {
              value: copyKey(copy),
              label: <span lang={lang ?? undefined}>{title}</span>,
              detail: (
                <>
                  <span className="num">{facts}</span>
                  {copy.isNewest && <span className="b copy-note">{t('copy.newest')}</span>}
                </>
              ),
            };
          })}
        />
      )}
      {copies.map((copy) => {
        if (copy.problem === null) return null;
        const { lang, title, facts } = wordsOf(copy);
        return (
          <div key={copyKey(copy)} className="copy-unusable">
            {copy.laptop !== null && <p lang={lang ?? undefined}>{title}</p>}
            <p className="sm mut num">{facts}</p>
            <p className="sm b brick">{t(`copy.${copy.problem}`)}</p>
          </div>
        );
      })}
    </div>
  );
}
