import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconCloud from '@tabler/icons-react/dist/esm/icons/IconCloud.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import IconDeviceUsb from '@tabler/icons-react/dist/esm/icons/IconDeviceUsb.mjs';
import type { SyncExchange, SyncStatus } from '#shared/sync/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFailureText } from '#renderer/app/failure-text.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { kindIcon } from '#renderer/app/record-address.ts';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon, type TablerIcon } from '#renderer/ui/icon.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Note, Sheet } from '#renderer/ui/sheet.tsx';
import { ClockNote } from './clock-note.tsx';
import { HubPanel } from './hub-panel.tsx';
import { stickAct } from './last-stick.ts';
import { ScopesSheet } from './scopes-sheet.tsx';
import { StickPanel } from './stick-panel.tsx';
import { SuccessionNote } from './succession-note.tsx';
import { useSyncWords } from './sync-words.ts';
import './sync.css';

/** Where our records are: three stops with numbers, the hub, what waits, past exchanges, other laptops. */
export function SyncPage() {
  const { t } = useTranslation('sync');
  const { state } = useProfile();
  const words = useSyncWords();
  const { t: tFiles } = useTranslation('files');
  const { value, failure, isLoading } = useCall('sync.status', {});
  const files = useCall('files.traffic', {});
  if (value === undefined) {
    return (
      <Page>
        <PageTitle title={t('title')} />
        {isLoading && <Skeleton />}
        <FailureNote failure={failure} />
      </Page>
    );
  }
  const said = words(value, state.sample);
  const { text } = said;
  // Records come first; their files may take longer.
  const recordsOnly = files.value?.moving?.way === 'up' ? 'traffic.recordsOnly' : 'traffic.filesWait';
  const title = value.state === 'up-to-date' && (files.value?.toSend.files ?? 0) > 0 ? tFiles(recordsOnly) : said.title;
  return (
    <Page>
      <PageTitle title={title} under={text} documentTitle={t('title')} />
      <Path status={value} />
      <ClockNote />
      <SuccessionNote status={value} />
      {state.sample ? (
        <div className="sync-two">
          <Note tone="paper">{t('sampleNote')}</Note>
        </div>
      ) : (
        <div className="sync-two">
          <StickPanel status={value} />
          <HubPanel status={value} />
        </div>
      )}
      <div className="sync-two">
        <div className="col g4">
          <Waiting status={value} />
          {value.laptops.length > 0 && <Laptops status={value} />}
        </div>
        <div className="col g4">
          <ScopesSheet status={value} />
          <Past />
        </div>
      </div>
    </Page>
  );
}

function Path({ status }: { status: SyncStatus }) {
  const { t } = useTranslation('sync');
  const format = useFormat();
  return (
    <section className="sheet sync-path" aria-label={t('path.label')}>
      <Stop
        icon={IconDeviceLaptop}
        figure={format.number(status.saved)}
        name={t('path.saved')}
        detail={
          status.waitingSince === null || status.saved === 0
            ? t('path.nothing')
            : [
                t('path.since', { when: format.date(format.dayOf(status.waitingSince)) }),
                ...(status.refused > 0 ? [t('path.refused', { number: format.number(status.refused) })] : []),
              ].join(', ')
        }
      />
      <Stop
        icon={IconArrowRight}
        figure={format.number(status.sent)}
        name={t('path.sent')}
        detail={status.sent === 0 ? t('path.nothing') : t('path.sentText')}
      />
      <Stop
        icon={IconCheck}
        figure={format.number(status.received)}
        name={t('path.received')}
        detail={
          status.lastContactAt === null || status.received === 0
            ? t('path.never')
            : t('path.confirmed', { when: format.recent(status.lastContactAt) })
        }
      />
    </section>
  );
}

function Stop({ icon, figure, name, detail }: { icon: TablerIcon; figure: string; name: string; detail: string }) {
  return (
    <div>
      <span
        style={{
          position: 'relative',
          width: 42,
          height: 42,
          display: 'grid',
          placeItems: 'center',
          color: 'var(--on-accent)',
        }}
      >
        <svg width="42" height="42" viewBox="0 0 42 42" aria-hidden="true" style={{ position: 'absolute', inset: 0 }}>
          <path d="M21 1l20 20-20 20L1 21z" fill="var(--accent)" strokeLinejoin="round" />
        </svg>
        <span style={{ position: 'relative' }}>
          <Icon of={icon} />
        </span>
      </span>
      <span className="figure num">{figure}</span>
      <span className="b">{name}</span>
      <span className="sm mut num">{detail}</span>
    </div>
  );
}

function Waiting({ status }: { status: SyncStatus }) {
  const { t } = useTranslation('sync');
  const { t: tApp } = useTranslation('app');
  const format = useFormat();
  return (
    <Sheet title={t('kinds.title')}>
      <ul className="rows sync-kinds">
        {status.waitingByKind.map(({ kind, count }) => (
          <li key={kind}>
            <Icon of={kindIcon(kind)} />
            <span className="grow">{tApp(`kinds.${kind}`)}</span>
            <b>{format.number(count)}</b>
          </li>
        ))}
        {status.waitingByKind.length === 0 && <li className="mut">{t('kinds.none')}</li>}
      </ul>
    </Sheet>
  );
}

/** A stick goes one way at a time. */
const stickDone = (item: SyncExchange) => (item.road === 'stick' ? stickAct(item) : null);

function Past() {
  const { t } = useTranslation('sync');
  const format = useFormat();
  const textOf = useFailureText();
  const { value } = useCall('sync.exchanges', { limit: 6 });
  return (
    <Sheet title={t('past.title')}>
      <ul className="rows">
        {value?.items.map((item, index) => (
          <li key={`${item.startedAt}-${value.items.length - index}`}>
            <Icon of={item.road === 'hub' ? IconCloud : IconDeviceUsb} />
            <span className="grow">
              <b className="b">{t(`past.${stickDone(item) ?? item.road}`)}</b>
              <span className="mut num"> · {format.dateTime(item.startedAt)}</span>
              <br />
              {(item.problem === null || item.sent + item.received > 0) && (
                <>
                  {stickDone(item) === null
                    ? t('past.counts', { sent: format.number(item.sent), received: format.number(item.received) })
                    : t('past.number', { number: format.number(item.sent + item.received) })}
                  <br />
                </>
              )}
              {item.problem !== null && textOf(item.problem).title}
            </span>
          </li>
        ))}
        {value?.items.length === 0 && <li className="mut">{t('past.none')}</li>}
      </ul>
    </Sheet>
  );
}

function Laptops({ status }: { status: SyncStatus }) {
  const { t } = useTranslation('sync');
  const format = useFormat();
  return (
    <Sheet title={t('laptops.title')}>
      <ul className="rows">
        {status.laptops.map((laptop) => (
          <li key={laptop.replica}>
            <Icon of={IconDeviceLaptop} />
            <span className="grow">
              <b className="b">{laptop.name}</b>
              {laptop.isThis && <span className="mut"> · {t('laptops.this')}</span>}
            </span>
            <span className="sm mut num nw">
              {laptop.lastContactAt === null ? t('laptops.never') : format.recent(laptop.lastContactAt)}
            </span>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
