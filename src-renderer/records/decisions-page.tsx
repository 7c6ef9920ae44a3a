import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import IconPlus from '@tabler/icons-react/dist/esm/icons/IconPlus.mjs';
import { keepers } from '#shared/access/roles.ts';
import { localeFacts } from '#shared/i18n/locales.ts';
import { completeLanguages } from '#shared/records/decision-rules.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useAnswered, useCall } from '#renderer/app/api.ts';
import type { Input } from '#renderer/app/bridge.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useViewSetting } from '#renderer/app/view-setting.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { Chip } from '#renderer/ui/chip.tsx';
import { type Column, DataTable } from '#renderer/ui/data-table.tsx';
import { EmptyState, Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { highlightOf } from '#renderer/ui/highlight.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { Road, RoadLegend } from '#renderer/ui/road.tsx';
import { SearchField } from '#renderer/ui/search-field.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { Tabs } from '#renderer/ui/tabs.tsx';
import { DeskLink } from '../desk/desk-note.tsx';
import { titleIn } from './decision-words.ts';
import { numberOf, textOrNull } from './record-values.ts';
import './records.css';

type State = 'draft' | 'signed' | 'all';
const states = ['draft', 'signed', 'all'] as const;
const pageSize = 200;

/** The register of decisions: states as tabs, newest first. */
export function DecisionsPage() {
  const { t } = useTranslation('records');
  const format = useFormat();
  const session = useSession();
  const navigate = useNavigate();
  const [state, setState] = useViewSetting<State>('decisions.state', 'all');
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(pageSize);
  const mayWrite = keepers.includes(session.role);
  const inputOf = (which: State, limit: number, words: string): Input<'records.list'> => ({
    kind: 'decision',
    locale: format.locale,
    sort: { field: 'decidedOn', descending: true },
    limit,
    ...(which !== 'all' && { where: { state: which } }),
    ...(words !== '' && { search: words }),
  });
  // One row is enough to learn how many there are.
  const counts: Record<State, number | undefined> = {
    draft: useCall('records.list', inputOf('draft', 1, '')).value?.total,
    signed: useCall('records.list', inputOf('signed', 1, '')).value?.total,
    all: useCall('records.list', inputOf('all', 1, '')).value?.total,
  };
  const list = useCall('records.list', inputOf(state, Math.min(shown, 500), search.trim()), { keepPrevious: true });
  const answered = useAnswered(list, search.trim());
  const rows = list.value?.rows ?? [];
  const total = list.value?.total ?? 0;
  const columns = useColumns(answered);
  const create = () => void navigate({ to: '/records/decisions/new' });
  useShortcut('new', () => {
    if (mayWrite) create();
  });
  const add = mayWrite && (
    <ButtonLink to="/records/decisions/new" variant="filled" icon={IconPlus}>
      {t('list.add')}
    </ButtonLink>
  );
  return (
    <Page>
      <PageTitle
        title={t('list.title')}
        crumb={
          <>
            <span>{t('crumb')}</span>
            <Icon of={IconChevronRight} size={16} />
            <span>{t('list.crumb')}</span>
          </>
        }
        actions={add}
      />
      <DeskLink />
      {counts.all === 0 ? (
        <Sheet>
          <EmptyState
            title={t('list.empty.title')}
            text={t('list.empty.text')}
            action={
              mayWrite && (
                <Button icon={IconPlus} onClick={create}>
                  {t('list.add')}
                </Button>
              )
            }
          />
        </Sheet>
      ) : (
        <div className="records-list">
          <Tabs
            label={t('list.states')}
            value={state}
            onChange={(value) => {
              setShown(pageSize);
              setState(value);
            }}
            tabs={states.map((value) => ({
              value,
              label: t(`tab.${value}`),
              ...(counts[value] !== undefined && { count: format.number(counts[value]) }),
            }))}
          />
          <div className="records-search">
            <SearchField
              label={t('list.search')}
              value={search}
              onChange={setSearch}
              side={answered === '' ? undefined : t('list.found', { count: total })}
            />
          </div>
          <FailureNote failure={list.failure} />
          {list.isLoading && <Skeleton lines={5} />}
          {list.value !== undefined && rows.length === 0 && (
            <Sheet>
              <EmptyState
                title={t(answered === '' ? 'list.noneInState.title' : 'list.none.title')}
                text={t(answered === '' ? 'list.noneInState.text' : 'list.none.text')}
                action={
                  <Button
                    onClick={() => {
                      setSearch('');
                      setState('all');
                    }}
                  >
                    {t('list.showAll')}
                  </Button>
                }
              />
            </Sheet>
          )}
          {rows.length > 0 && (
            <DataTable<RecordView>
              label={t('list.title')}
              columns={columns}
              count={rows.length}
              rowAt={(index) => rows[index]}
              rowKey={(row) => row.id}
              onOpen={(row) => void navigate({ to: '/records/decisions/$id', params: { id: row.id } })}
              foot={
                <>
                  <span className="grow">
                    {t('list.total', { count: total })}
                    {total > rows.length && (
                      <Button variant="subtle" size="small" onClick={() => setShown(Math.min(500, shown + pageSize))}>
                        {t('list.more')}
                      </Button>
                    )}
                  </span>
                  <RoadLegend />
                </>
              }
            />
          )}
        </div>
      )}
    </Page>
  );
}

function useColumns(search: string): Column<RecordView>[] {
  const { t } = useTranslation('records');
  const format = useFormat();
  const marked = highlightOf(search);
  return [
    {
      key: 'number',
      head: t('field.number'),
      width: '120px',
      cell: (row) => {
        const number = textOrNull(row, 'number');
        const decidedOn = textOrNull(row, 'decidedOn');
        return (
          <>
            <Link className="b nw num" to="/records/decisions/$id" params={{ id: row.id }}>
              {number === null ? t('list.noNumber') : marked(number)}
            </Link>
            <div className="sm mut num nw">{decidedOn === null ? '' : format.date(decidedOn)}</div>
          </>
        );
      },
    },
    {
      key: 'title',
      head: t('field.title'),
      cell: (row) => {
        const title = titleIn(row, format.locale);
        if (title === null) return <span className="mut">{t('list.noTitle')}</span>;
        return <span lang={title.lang}>{marked(title.text)}</span>;
      },
    },
    {
      key: 'languages',
      head: t('list.column.languages'),
      width: '190px',
      cell: (row) => (
        <span className="row g1 wrap">
          {completeLanguages(row.values).map((locale) => (
            <Chip key={locale} tone="outline" lang={localeFacts[locale].htmlLang}>
              {localeFacts[locale].ownName}
            </Chip>
          ))}
        </span>
      ),
    },
    {
      key: 'votes',
      head: t('list.column.votes'),
      width: '110px',
      cell: (row) => {
        const votes = (['votesFor', 'votesAgainst', 'votesAbstained'] as const).map((field) => numberOf(row, field));
        if (votes[0] === null) return null;
        return (
          <span
            className="num nw"
            role="img"
            aria-label={t('list.votesFull', { for: votes[0] ?? 0, against: votes[1] ?? 0, abstained: votes[2] ?? 0 })}
            title={t('list.votesFull', { for: votes[0] ?? 0, against: votes[1] ?? 0, abstained: votes[2] ?? 0 })}
          >
            {votes.map((count) => count ?? 0).join(' – ')}
          </span>
        );
      },
    },
    {
      key: 'state',
      head: t('field.state'),
      width: '140px',
      cell: (row) =>
        row.values['state'] === 'signed' ? (
          <Chip tone="ink" icon={IconLock}>
            {t('state.signed')}
          </Chip>
        ) : (
          <Chip>{t('state.draft')}</Chip>
        ),
    },
    { key: 'road', head: t('list.column.road'), width: '74px', cell: (row) => <Road road={row.road} /> },
  ];
}
