import { useDeferredValue, useMemo, useState } from 'react';
import IconPlus from '@tabler/icons-react/dist/esm/icons/IconPlus.mjs';
import IconSchool from '@tabler/icons-react/dist/esm/icons/IconSchool.mjs';
import type { ChosenCommission } from '#shared/access/contract.ts';
import { createCommissionSearch } from '#shared/commissions/country-search.ts';
import { type Country, type CountryCode, findUnit, nameIn, oblastOf } from '#shared/commissions/country.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCountry } from '#renderer/app/country.ts';
import { Button } from '#renderer/ui/button.tsx';
import { ChoiceField, SelectField, TextField } from '#renderer/ui/fields.tsx';
import { highlightOf } from '#renderer/ui/highlight.tsx';
import { SearchField } from '#renderer/ui/search-field.tsx';

export type CommissionChoice = {
  country: CountryCode | null;
  level: string | null;
  search: string;
  chosen: ChosenCommission | null;
  /** The name as chosen, for the side and the printed sheet. */
  name: string | null;
};

const mostRows = 60;

/** Step 2: country, level, one search over every name; or a commission that is not in the list; or none at all. */
export function CommissionStep({
  choice,
  onChange,
}: {
  choice: CommissionChoice;
  onChange: (choice: CommissionChoice) => void;
}) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const country = useCountry(choice.country);
  const { chosen } = choice;
  const countries = (['kz', 'kg', 'tj', 'uz'] as const)
    .map((code) => ({ value: code, label: format.country(code) ?? code }))
    .toSorted((a, b) => (a.label < b.label ? -1 : 1));
  const pickCountry = (code: CountryCode) =>
    onChange({ country: code, level: null, search: '', chosen: null, name: null });
  const toNone = () => onChange({ ...choice, chosen: { from: 'none', as: 'trainer' }, name: null });

  if (chosen?.from === 'none') {
    return (
      <>
        <h1 tabIndex={-1}>{t('commission.title')}</h1>
        <p className="mut">{t('commission.text')}</p>
        <div style={{ maxWidth: 640 }}>
          <ChoiceField
            legend={t('commission.without')}
            name="as"
            value={chosen.as}
            onChange={(as) => onChange({ ...choice, chosen: { from: 'none', as } })}
            options={[
              { value: 'trainer', label: t('as.trainer'), detail: t('as.trainerText') },
              { value: 'staff', label: t('as.staff'), detail: t('as.staffText') },
            ]}
          />
          <div style={{ marginTop: 12 }}>
            <Button variant="default" size="small" onClick={() => onChange({ ...choice, chosen: null })}>
              {t('commission.backToList')}
            </Button>
          </div>
        </div>
      </>
    );
  }
  return (
    <>
      <h1 tabIndex={-1}>{t('commission.title')}</h1>
      <p className="mut">{t('commission.text')}</p>
      <ChoiceField
        legend={t('commission.country')}
        name="country"
        value={choice.country}
        onChange={pickCountry}
        columns={4}
        options={countries}
      />
      {country !== null && chosen?.from === 'typed' && (
        <TypedCommission country={country} choice={choice} onChange={onChange} />
      )}
      {country !== null && chosen?.from !== 'typed' && (
        <CommissionList country={country} choice={choice} onChange={onChange} />
      )}
      <div className="row g2 wrap" style={{ marginTop: 12 }}>
        {country !== null && chosen?.from !== 'typed' && (
          <Button
            variant="default"
            size="small"
            icon={IconPlus}
            onClick={() =>
              onChange({
                ...choice,
                chosen: { from: 'typed', country: country.code, unit: null, level: null, name: '' },
                name: '',
              })
            }
          >
            {t('commission.notListed')}
          </Button>
        )}
        <Button variant="default" size="small" icon={IconSchool} onClick={toNone}>
          {t('commission.iAmTrainer')}
        </Button>
      </div>
    </>
  );
}

function CommissionList({
  country,
  choice,
  onChange,
}: {
  country: Country;
  choice: CommissionChoice;
  onChange: (choice: CommissionChoice) => void;
}) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const { locale } = format;
  const [shown, setShown] = useState(mostRows);
  const search = useMemo(() => createCommissionSearch(country), [country]);
  const text = useDeferredValue(choice.search);
  const options = choice.level === null ? {} : { level: choice.level };
  const all = useMemo(
    () => search('', choice.level === null ? {} : { level: choice.level }).length,
    [search, choice.level],
  );
  const matches = search(text, options);
  const levels = country.levels.filter((level) =>
    country.commissions.some((commission) => commission.level === level.id),
  );
  const selected = choice.chosen?.from === 'country' ? choice.chosen.id : null;
  const tinted = highlightOf(text);
  return (
    <>
      <div className="commission-search">
        <SelectField
          label={t('commission.level')}
          value={choice.level}
          empty={t('commission.anyLevel')}
          onChange={(level) => onChange({ ...choice, level, chosen: null, name: null })}
          options={levels.map((level) => ({ value: level.id, label: nameIn(level.shortNames, locale).text }))}
        />
        <div>
          <span className="lb">{t('commission.search')}</span>
          <SearchField
            label={t('commission.search')}
            value={choice.search}
            letters={false}
            autoFocus
            onChange={(value) => {
              setShown(mostRows);
              onChange({ ...choice, search: value, chosen: null, name: null });
            }}
            side={t('commission.found', {
              count: matches.length,
              all: format.number(all),
              found: format.number(matches.length),
            })}
          />
        </div>
      </div>
      <p className="sm mut" style={{ marginBottom: 10 }}>
        {t('commission.searchHint', { date: format.date(country.asOf) })}
      </p>
      {matches.length === 0 ? (
        <p className="note paper">{t('commission.nothing')}</p>
      ) : (
        <ul className="commission-list" role="radiogroup" aria-label={t('commission.list')}>
          {matches.slice(0, shown).map(({ commission, unit, formerName }) => {
            const name = nameIn(commission.names, locale);
            const oblast = oblastOf(country, unit.id);
            const place =
              oblast === null || oblast.id === unit.id
                ? nameIn(unit.names, locale).text
                : nameIn(oblast.names, locale).text;
            return (
              <li key={commission.id}>
                <label className="choice">
                  <input
                    type="radio"
                    name="commission"
                    checked={selected === commission.id}
                    onChange={() =>
                      onChange({
                        ...choice,
                        chosen: { from: 'country', country: country.code, id: commission.id },
                        name: name.text,
                      })
                    }
                  />
                  <span className="dot" />
                  <span className="grow" lang={name.locale}>
                    {tinted(name.text)}
                  </span>
                  <span className="place">{tinted(place)}</span>
                  {formerName !== null && (
                    <span className="former">
                      {tinted(
                        formerName.until === null
                          ? t('commission.former', { name: nameIn(formerName.names, locale).text })
                          : t('commission.formerUntil', {
                              name: nameIn(formerName.names, locale).text,
                              year: formerName.until.slice(0, 4),
                            }),
                      )}
                    </span>
                  )}
                </label>
              </li>
            );
          })}
          {matches.length > shown && (
            <li style={{ padding: '8px 14px' }}>
              <Button variant="subtle" size="small" onClick={() => setShown(shown + 200)}>
                {t('commission.more', { count: matches.length - shown })}
              </Button>
            </li>
          )}
        </ul>
      )}
    </>
  );
}

function TypedCommission({
  country,
  choice,
  onChange,
}: {
  country: Country;
  choice: CommissionChoice;
  onChange: (choice: CommissionChoice) => void;
}) {
  const { t } = useTranslation('access');
  const { locale } = useFormat();
  const typed = choice.chosen;
  if (typed?.from !== 'typed') return null;
  const set = (changes: Partial<typeof typed>) =>
    onChange({ ...choice, chosen: { ...typed, ...changes }, name: changes.name ?? typed.name });
  const oblasts = country.units.filter(
    (unit) =>
      unit.validTo === null && unit.kind !== 'country' && findUnit(country, unit.parent ?? '')?.kind === 'country',
  );
  return (
    <div className="col g4" style={{ maxWidth: 640, marginTop: 16 }}>
      <TextField
        label={t('typed.name')}
        hint={t('typed.nameHint')}
        value={typed.name}
        maxLength={300}
        letters
        autoFocus
        onChange={(name) => set({ name })}
      />
      <div className="row g4 top wrap">
        <div className="grow" style={{ minWidth: 240 }}>
          <SelectField
            label={t('typed.unit')}
            optional
            value={typed.unit}
            empty={t('typed.notSaid')}
            onChange={(unit) => set({ unit })}
            options={oblasts.map((unit) => ({ value: unit.id, label: nameIn(unit.names, locale).text }))}
          />
        </div>
        <div className="grow" style={{ minWidth: 240 }}>
          <SelectField
            label={t('commission.level')}
            optional
            value={typed.level}
            empty={t('typed.notSaid')}
            onChange={(level) => set({ level })}
            options={country.levels.map((level) => ({ value: level.id, label: nameIn(level.shortNames, locale).text }))}
          />
        </div>
      </div>
      <div>
        <Button variant="default" size="small" onClick={() => onChange({ ...choice, chosen: null, name: null })}>
          {t('commission.backToList')}
        </Button>
      </div>
    </div>
  );
}
