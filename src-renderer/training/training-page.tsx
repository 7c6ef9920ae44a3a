import IconFolders from '@tabler/icons-react/dist/esm/icons/IconFolders.mjs';
import type { ImportJob, PackOffer } from '#shared/packs/contract.ts';
import type { CourseRow } from '#shared/training/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { call } from '#renderer/app/bridge.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { EmptyState, Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { CourseTable } from './course-table.tsx';
import { ImportPanel } from './import-panel.tsx';
import { type ImportState, importState, type Source } from './import-state.ts';
import { isImportable, OffersSheet } from './offers-sheet.tsx';
import { ShelfSheet } from './shelf-sheet.tsx';
import './training.css';

const none: { rows: CourseRow[]; jobs: ImportJob[]; offers: PackOffer[]; sources: Source[] } = {
  rows: [],
  jobs: [],
  offers: [],
  sources: [],
};

/** Courses: what lies on sticks and in folders, what is on its way, what is on this laptop. */
export function TrainingPage() {
  const { t } = useTranslation('training');
  const courses = useCall('training.courses', {});
  const packs = useCall('packs.offers', {});
  const imports = useCall('packs.jobs', {});
  const choose = useCommand('shell.chooseFolder');
  const start = useCommand('packs.startImport');

  const { sources, offers } = packs.value ?? none;
  const { jobs } = imports.value ?? none;
  const rows = [...(courses.value ?? none).rows].sort(byInterest);
  const state = importState(jobs);
  const busy = new Set(jobs.filter(({ step }) => !ended.includes(step)).map(({ offer }) => offer));
  const importable = offers.filter((offer) => isImportable(offer) && !busy.has(offer.id));
  const nextIsImport = importable.length > 0 && state?.phase !== 'paused';
  const nextCourse =
    importable.length > 0 || state?.phase === 'paused'
      ? null
      : (rows.find((row) => !row.passed || row.percentDone < 100)?.id ?? null);
  const nothing = courses.value !== undefined && rows.length === 0;

  const onImport = async (wanted: readonly string[]) => {
    // What an earlier import left in the list would be counted with this one.
    if (state !== null && (state.phase === 'done' || state.phase === 'failed')) await call('packs.clearJobs', {});
    await start.run({ offers: [...wanted] });
  };
  const chooseFolder = (
    <Button
      icon={IconFolders}
      variant={nothing && importable.length === 0 && state === null ? 'filled' : 'default'}
      onClick={() => void choose.run({})}
    >
      {t('chooseFolder')}
    </Button>
  );
  const sticks = sources.map((source) => (
    <OffersSheet
      key={source.id}
      source={source}
      offers={offers.filter((offer) => offer.source === source.id)}
      busy={busy}
      isFilled={nextIsImport && source.id === importable[0]?.source}
      onImport={(wanted) => void onImport(wanted)}
    />
  ));
  return (
    <Page>
      <PageTitle title={t('title')} actions={nothing && sources.length === 0 ? undefined : chooseFolder} />
      <div className="col g4 training-page">
        {choose.failure !== null && choose.failure.code !== 'shell/cancelled' && (
          <FailureNote failure={choose.failure} />
        )}
        <FailureNote failure={start.failure ?? packs.failure ?? imports.failure} />
        {state !== null && <ImportPanel state={state} sources={sources} offers={offers} />}
        {importable.length > 0 && sticks}
        {courses.failure !== null && (
          <FailureNote failure={courses.failure} actions={<Button onClick={courses.refresh}>{t('again')}</Button>} />
        )}
        {courses.isLoading && (
          <Sheet>
            <Skeleton lines={5} />
          </Sheet>
        )}
        {nothing && (
          <Sheet title={t('courses.title')}>
            <EmptyState
              title={t('courses.emptyTitle')}
              text={t(emptyText(state, importable.length))}
              action={sources.length === 0 ? chooseFolder : undefined}
            />
          </Sheet>
        )}
        {rows.length > 0 && (
          <Sheet title={t('courses.title')}>
            <CourseTable rows={rows} jobs={jobs} offers={offers} next={nextCourse} />
          </Sheet>
        )}
        {importable.length === 0 && sticks}
        <ShelfSheet />
      </div>
    </Page>
  );
}

const ended: readonly ImportJob['step'][] = ['done', 'failed', 'cancelled'];

/** What a person was last in comes first; what is done comes last. */
function byInterest(left: CourseRow, right: CourseRow): number {
  const isDone = (row: CourseRow): number => (row.passed && row.percentDone === 100 ? 1 : 0);
  return isDone(left) - isDone(right) || (right.lastOpenedAt ?? 0) - (left.lastOpenedAt ?? 0);
}

function emptyText(
  state: ImportState | null,
  importable: number,
): 'courses.emptyImporting' | 'courses.emptyOffered' | 'courses.emptyText' {
  if (state !== null && state.phase !== 'failed') return 'courses.emptyImporting';
  return importable > 0 ? 'courses.emptyOffered' : 'courses.emptyText';
}
