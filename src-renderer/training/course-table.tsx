import { Link } from '@tanstack/react-router';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import IconHourglass from '@tabler/icons-react/dist/esm/icons/IconHourglass.mjs';
import type { ImportJob, PackOffer } from '#shared/packs/contract.ts';
import type { CourseRow } from '#shared/training/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { CourseTableFrame } from './course-table-frame.tsx';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { titleIn } from './course-texts.ts';
import { LanguageChips } from './language-chips.tsx';
import { useContinueCourse } from './open-step.ts';

/** The courses on this laptop. `next` is the id of the course whose button is the page's next step. */
export function CourseTable({
  rows,
  jobs,
  offers,
  next,
}: {
  rows: readonly CourseRow[];
  jobs: readonly ImportJob[];
  offers: readonly PackOffer[];
  next: string | null;
}) {
  const { t } = useTranslation('training');
  return (
    <CourseTableFrame
      className="training-courses"
      label={t('courses.title')}
      rows={rows.map((row) => (
        <Row
          key={row.id}
          row={row}
          job={jobs.find(({ packId, step }) => packId === row.pack && !['done', 'failed', 'cancelled'].includes(step))}
          offered={offers.find(({ packId, status }) => packId === row.pack && status === 'update')?.version ?? null}
          isNext={row.id === next}
        />
      ))}
    />
  );
}

function Row({
  row,
  job,
  offered,
  isNext,
}: {
  row: CourseRow;
  job: ImportJob | undefined;
  offered: number | null;
  isNext: boolean;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const title = titleIn(row.titles, format.locale);
  const facts = [
    t('course.lessons', { count: row.lessons }),
    ...(row.tests > 0 ? [t('course.tests', { count: row.tests })] : []),
    format.duration(row.minutes),
  ];
  return (
    <tr className={job === undefined ? undefined : 'training-active'}>
      <td>
        <Link
          className="b training-course-link"
          to="/training/course/$course"
          params={{ course: row.id }}
          lang={title.lang}
        >
          {title.text}
        </Link>
        <span className="sm mut training-facts">{facts.join(' · ')}</span>
      </td>
      <td>
        <LanguageChips locales={row.locales} />
      </td>
      <td className="num right nw">{format.bytes(row.bytes)}</td>
      <td className="num nw" data-label={t('table.version')}>
        {job === undefined || offered === null ? (
          row.version
        ) : (
          <span className="row g1">
            {row.version}
            <Icon of={IconArrowRight} size={16} />
            <span className="vh">{t('offer.replacedBy')}</span>
            {offered}
          </span>
        )}
      </td>
      <td className="sm nw">
        {job === undefined ? (
          <>
            <span className="row g2">
              <Icon of={IconDeviceLaptop} size={16} />
              {t('course.here')}
            </span>
            <span className="mut">
              {row.passed
                ? t('course.passed')
                : row.lastOpenedAt === null
                  ? t('course.notBegun')
                  : t('course.done', { percent: format.percent(row.percentDone / 100) })}
            </span>
          </>
        ) : job.step === 'queued' ? (
          <span className="row g2">
            <Icon of={IconHourglass} size={16} />
            {t('course.waiting')}
          </span>
        ) : (
          <>
            <span className="b inkc">{t(job.step === 'paused' ? 'course.updatePaused' : 'course.updating')}</span>
            <span className="bar training-job" aria-hidden="true">
              <i style={{ width: `${job.bytes === 0 ? 0 : Math.round((job.copied * 100) / job.bytes)}%` }} />
            </span>
          </>
        )}
      </td>
      <td className="right">
        <RowAct row={row} name={title.text} isNext={isNext} />
      </td>
    </tr>
  );
}

function RowAct({ row, name, isNext }: { row: CourseRow; name: string; isNext: boolean }) {
  const { t } = useTranslation('training');
  const continueCourse = useContinueCourse();
  if (row.passed && row.percentDone === 100) {
    return (
      <ButtonLink size="small" to="/training/course/$course" params={{ course: row.id }}>
        {t('course.repeat')}
        <span className="vh">: {name}</span>
      </ButtonLink>
    );
  }
  return (
    <Button size="small" variant={isNext ? 'filled' : 'outline'} onClick={() => void continueCourse(row.id)}>
      {t(row.lastOpenedAt === null ? 'course.start' : 'course.continue')}
      <span className="vh">: {name}</span>
    </Button>
  );
}
