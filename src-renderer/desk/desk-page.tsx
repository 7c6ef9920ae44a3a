import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import { useCall } from '#renderer/app/api.ts';
import { kindIcon } from '#renderer/app/record-address.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { EmptyState, Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { Tabs } from '#renderer/ui/tabs.tsx';
import { DecideAll } from './decide-all.tsx';
import { DeskItem } from './desk-item.tsx';
import { DeskList, type Row } from './desk-list.tsx';
import { useFieldWords, useRecordName } from './desk-words.ts';
import './desk.css';

const pageSize = 100;
const decidedShown = 50;

/** What clashed: the list left, one place right; what has been decided may be decided again. */
export function DeskPage() {
  const { t } = useTranslation('desk');
  const { t: tRecords } = useTranslation('records');
  const format = useFormat();
  const [face, setFace] = useState<'waiting' | 'decided'>('waiting');
  const [picked, setPicked] = useState<string | null>(null);
  const [from, setFrom] = useState(0);
  const sheet = useRef<HTMLElement>(null);
  const list = useCall('desk.list', { offset: from, limit: pageSize, locale: format.locale }, { keepPrevious: true });
  const decided = useCall('desk.decided', { limit: decidedShown, locale: format.locale });
  const rows = useRows(face, list.value?.lines ?? [], decided.value?.rows ?? []);
  const total = list.value?.total ?? 0;
  useEffect(() => {
    // What was on the last page has been decided.
    if (list.value !== undefined && from > 0 && from >= total) setFrom(Math.max(0, from - pageSize));
  }, [list.value, from, total]);
  const chosen = rows.find((row) => row.item === picked) ?? rows[0];
  const turn = (start: number) => {
    setFrom(start);
    setPicked(null);
    sheet.current?.scrollIntoView({ block: 'start' });
  };
  const next = () => {
    const following = rows[rows.findIndex((row) => row === chosen) + 1];
    if (following !== undefined) setPicked(following.item);
    // Behind the last of a page the next page begins, behind the last page the first.
    else turn(face === 'waiting' && from + pageSize < total ? from + pageSize : 0);
  };
  const isEmpty = list.value !== undefined && total === 0 && (decided.value?.rows.length ?? 0) === 0;
  return (
    <Page>
      <PageTitle
        title={total === 0 ? t('title.none') : t('title.choose')}
        under={total === 0 ? t('under.none') : t('under.choose')}
        documentTitle={t('crumb')}
        crumb={
          <>
            <Link to="/records">{tRecords('crumb')}</Link>
            <Icon of={IconChevronRight} size={16} />
            <span>{t('crumb')}</span>
          </>
        }
      />
      <FailureNote failure={list.failure} />
      {isEmpty && (
        <Sheet>
          <EmptyState title={t('empty.title')} text={t('empty.text')} />
        </Sheet>
      )}
      {list.value === undefined && list.isLoading && <Skeleton lines={5} />}
      {list.value !== undefined && !isEmpty && (
        <div className="desk-columns">
          <div className="col g4">
            <section ref={sheet} className="sheet desk-list" aria-label={t('list.label')}>
              <Tabs
                label={t('list.label')}
                value={face}
                onChange={(value) => {
                  setFace(value);
                  setPicked(null);
                }}
                tabs={[
                  { value: 'waiting', label: t('list.waiting'), count: format.number(total) },
                  { value: 'decided', label: t('list.decided') },
                ]}
              />
              {rows.length === 0 ? (
                <p className="sm mut desk-quiet">{t(face === 'waiting' ? 'list.noneWaiting' : 'list.noneDecided')}</p>
              ) : (
                <DeskList key={from} rows={rows} chosen={chosen?.item ?? null} onChoose={setPicked} />
              )}
              {face === 'waiting' && total > pageSize && <DeskPages from={from} total={total} onTurn={turn} />}
            </section>
            {face === 'waiting' && <DecideAll bySort={list.value.bySort} />}
          </div>
          {chosen === undefined ? (
            <Sheet>
              <EmptyState title={t('empty.title')} text={t('empty.text')} />
            </Sheet>
          ) : (
            <DeskItem
              key={`${face} ${chosen.item}`}
              item={chosen.item}
              name={chosen.name}
              detail={chosen.detail}
              lang={chosen.lang}
              again={face === 'decided'}
              onLater={(face === 'waiting' ? total : rows.length) > 1 ? next : null}
              onAgain={(item) => {
                setFace('decided');
                setPicked(item);
              }}
            />
          )}
        </div>
      )}
    </Page>
  );
}

/** Which of all places are listed, and the way to those before and after. */
function DeskPages({ from, total, onTurn }: { from: number; total: number; onTurn: (from: number) => void }) {
  const { t } = useTranslation('desk');
  const format = useFormat();
  const to = Math.min(total, from + pageSize);
  const range = { from: format.number(from + 1), to: format.number(to), total: format.number(total) };
  const isOne = to === from + 1;
  return (
    <div className="row g3 wrap sm desk-pages">
      <span className="grow mut num nw">
        {isOne ? t('list.rangeOne', { at: range.to, total: range.total }) : t('list.range', range)}
      </span>
      {from > 0 && (
        <button type="button" className="linklike" onClick={() => onTurn(from - pageSize)}>
          {t('list.previous')}
        </button>
      )}
      {to < total && (
        <button type="button" className="linklike" onClick={() => onTurn(from + pageSize)}>
          {t('list.next')}
        </button>
      )}
    </div>
  );
}

type Lines = NonNullable<ReturnType<typeof useCall<'desk.list'>>['value']>['lines'];
type Decided = NonNullable<ReturnType<typeof useCall<'desk.decided'>>['value']>['rows'];

/** One row for each place; of what has been decided the latest decision about it. */
function useRows(face: 'waiting' | 'decided', lines: Lines, decided: Decided): Row[] {
  const { t } = useTranslation('desk');
  const format = useFormat();
  const nameOf = useRecordName();
  const wordsOf = useFieldWords();
  if (face === 'waiting')
    return lines.map((line) => {
      const fields = line.fields.filter((field) => !field.startsWith('signed')).map(wordsOf(line.kind).labelOf);
      const what = [...(line.isRemoval ? [t('list.removal')] : []), ...fields];
      return {
        ...nameOf(line),
        item: line.item,
        icon: kindIcon(line.kind),
        under: line.what === 'clash' ? t('list.clash') : what.length === 0 ? t('list.signatures') : what.join(' · '),
      };
    });
  const rows = new Map<string, Row>();
  for (const row of decided) {
    if (rows.has(row.item)) continue;
    const what =
      row.about === 'field' && row.field !== null
        ? wordsOf(row.kind).labelOf(row.field)
        : t(row.about === 'removal' ? 'list.removal' : row.stands === 'different' ? 'list.different' : 'list.merged');
    const who = [row.byName, format.recent(row.at)].filter((part) => part !== null).join(', ');
    rows.set(row.item, { ...nameOf(row), item: row.item, icon: kindIcon(row.kind), under: what, who });
  }
  return [...rows.values()];
}
