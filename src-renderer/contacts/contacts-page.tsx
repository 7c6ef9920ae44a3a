import { useNavigate } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import IconUserPlus from '@tabler/icons-react/dist/esm/icons/IconUserPlus.mjs';
import { daysBetween } from '#shared/i18n/dates.ts';
import { needsCheckBefore } from '#shared/contacts/contact-rules.ts';
import type { ContactGroup } from '#shared/contacts/contract.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { type Formats, useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { type Column, DataTable } from '#renderer/ui/data-table.tsx';
import { EmptyState, Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { SelectField } from '#renderer/ui/fields.tsx';
import { highlightOf } from '#renderer/ui/highlight.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { Road, RoadLegend } from '#renderer/ui/road.tsx';
import { SearchField } from '#renderer/ui/search-field.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { textOf, textOrNull } from '../records/record-values.ts';
import { ContactGroups } from './contact-groups.tsx';
import { useContactPages } from './contact-pages.ts';
import { type ContactWords, countries, useContactWords } from './contact-words.ts';
import './contacts.css';

type Country = (typeof countries)[number];

/** The list of contacts: groups, search in any script, the language's own alphabet. */
export function ContactsPage() {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const navigate = useNavigate();
  const [group, setGroup] = useState<ContactGroup>('all');
  const [search, setSearch] = useState('');
  const [country, setCountry] = useState<Country | null>(null);
  const pages = useContactPages({ group, search: search.trim(), country, locale: format.locale });
  const groups = useCall('contacts.groups', {}, { keepPrevious: true });
  const columns = useColumns(pages.search);
  useShortcut('new', () => void navigate({ to: '/contacts/new' }));

  const count = format.number(pages.total);
  const everybody = groups.value?.counts.all;
  const isEmptyBook = pages.isKnown && everybody === 0;
  const found = t(pages.capped ? 'list.moreThan' : 'list.found', { count: pages.total });
  const reset = () => {
    setGroup('all');
    setSearch('');
    setCountry(null);
  };
  return (
    <Page>
      <PageTitle
        title={t('list.title')}
        actions={
          <ButtonLink to="/contacts/new" variant="filled" icon={IconUserPlus}>
            {t('list.add')}
          </ButtonLink>
        }
      />
      {isEmptyBook ? (
        <Sheet>
          <EmptyState
            title={t('list.empty.title')}
            text={t('list.empty.text')}
            action={
              <ButtonLink to="/contacts/new" icon={IconUserPlus}>
                {t('list.add')}
              </ButtonLink>
            }
          />
        </Sheet>
      ) : (
        <div className="contacts-two">
          <ContactGroups group={group} counts={groups.value?.counts ?? null} onPick={setGroup} />
          <div className="contacts-list">
            <div className="contacts-filters">
              <SearchField
                label={t('list.search')}
                value={search}
                onChange={setSearch}
                // Of the answered search: before its answer is there, the number would be another list's.
                side={pages.search === '' ? undefined : found}
              />
              <SelectField
                hideLabel
                label={t('field.country')}
                empty={t('list.allCountries')}
                value={country}
                onChange={(value) => setCountry(countries.find((code) => code === value) ?? null)}
                options={countries.map((code) => ({ value: code, label: format.country(code) ?? code }))}
              />
            </div>
            <FailureNote failure={pages.failure} />
            {pages.isLoading && <Skeleton lines={6} />}
            {pages.isKnown && pages.total === 0 && (
              <Sheet>
                <EmptyState
                  title={t('list.none.title')}
                  text={t('list.none.text')}
                  action={<Button onClick={reset}>{t('list.none.reset')}</Button>}
                />
              </Sheet>
            )}
            {pages.total > 0 && (
              <DataTable<RecordView>
                // The scroll position belongs to one filter.
                key={`${group} ${country ?? ''}`}
                label={t('list.title')}
                columns={columns}
                count={pages.total}
                rowAt={pages.rowAt}
                rowKey={(row) => row.id}
                onOpen={(row) => void navigate({ to: '/contacts/$id', params: { id: row.id } })}
                onRange={pages.onRange}
                rowHeight={57}
                foot={
                  <>
                    <span className="grow">
                      {everybody === undefined || (everybody === pages.total && !pages.capped)
                        ? t('list.total', { count: pages.total })
                        : t(pages.capped ? 'list.cappedOf' : 'list.shownOf', {
                            shown: count,
                            all: format.number(everybody),
                          })}
                      {pages.search !== '' && ` ${t('list.bothScripts')}`}
                    </span>
                    <RoadLegend />
                  </>
                }
              />
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

/** The same columns until what their cells say changes: the search, the language or the day. */
function useColumns(search: string): Column<RecordView>[] {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const words = useContactWords();
  const { country } = useSession();
  const today = format.today();
  return useMemo(
    () => contactColumns(search, { t, format, words, country, today }),
    [search, t, format, words, country, today],
  );
}

type ColumnWords = {
  readonly t: TFunction<'contacts'>;
  readonly format: Formats;
  readonly words: ContactWords;
  /** The person's own country: only another one is named. */
  readonly country: string | null;
  readonly today: string;
};

function contactColumns(search: string, { t, format, words, country: own, today }: ColumnWords): Column<RecordView>[] {
  const marked = highlightOf(search);
  return [
    {
      key: 'name',
      head: t('list.column.name'),
      width: '27%',
      cell: (row) => (
        <>
          <Link className="b contacts-name" to="/contacts/$id" params={{ id: row.id }}>
            {marked(textOf(row, 'name'))}
          </Link>
          <div className="sm mut">
            {textOrNull(row, 'position') === null ? words.role(row.values['role']) : marked(textOf(row, 'position'))}
          </div>
        </>
      ),
    },
    {
      key: 'organisation',
      head: t('list.column.organisation'),
      cell: (row) => {
        const country = textOrNull(row, 'country');
        return (
          <>
            <div className="sm contacts-text">{marked(textOf(row, 'organisation'))}</div>
            {country !== null && country !== own && <div className="sm mut">{format.country(country)}</div>}
          </>
        );
      },
    },
    {
      key: 'phone',
      head: t('field.phone'),
      width: '170px',
      cell: (row) => (
        <>
          <div className="num nw">{marked(textOf(row, 'phone'))}</div>
          <div className="sm mut">{words.messenger(row.values['messenger'])}</div>
        </>
      ),
    },
    {
      key: 'checkedOn',
      head: t('field.checkedOn'),
      width: '128px',
      cell: (row) => {
        const checkedOn = textOrNull(row, 'checkedOn');
        if (checkedOn === null) return <span className="sm ochre b">{t('list.neverChecked')}</span>;
        const isOld = checkedOn < needsCheckBefore(today);
        return (
          <>
            <div className="num nw sm">{format.date(checkedOn)}</div>
            {isOld && (
              <div className="sm ochre b nw">
                {t('list.monthsAgo', { count: Math.floor(daysBetween(checkedOn, today) / 30.44) })}
              </div>
            )}
          </>
        );
      },
    },
    { key: 'road', head: t('list.column.road'), width: '74px', cell: (row) => <Road road={row.road} /> },
  ];
}
