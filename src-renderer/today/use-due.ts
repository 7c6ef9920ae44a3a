/**
 * What is due, gathered from the calls that exist: the recovery code that nobody proved, drafts of decisions, terms of members
 * that end within sixty days, contacts nobody checked for a year. The order is the date; what has none comes last.
 */
import type { LinkProps } from '@tanstack/react-router';
import { addDays, daysBetween } from '#shared/i18n/format.ts';
import { localizedText } from '#shared/records/record-title.ts';
import { roleOf } from '#shared/access/person.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { Failure } from '#shared/kernel/result.ts';
import { keepers } from '#shared/access/roles.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCall } from '#renderer/app/api.ts';
import { useSession } from '#renderer/app/profile.ts';

export type DueItem = {
  readonly key: string;
  /** ISO date, null for what has no date. */
  readonly on: string | null;
  readonly title: string;
  readonly why: string;
  readonly action: string;
  readonly link: Pick<LinkProps, 'to' | 'params' | 'search'>;
};

export type Due = {
  readonly items: readonly DueItem[];
  readonly count: number;
  readonly overdue: number;
  readonly isLoading: boolean;
  readonly isKnown: boolean;
  readonly failure: Failure | null;
  /** What comes next and when, for a day with nothing due. */
  readonly next: string | null;
};

const termDays = 60;
const mostDrafts = 6;

export function useDue(today: string): Due {
  const { t } = useTranslation('today');
  const { t: tApp } = useTranslation('app');
  const format = useFormat();
  const session = useSession();
  const keepsPapers = keepers.includes(session.role);
  const hasCommission = session.commission !== null;
  const drafts = useCall(
    'records.list',
    {
      kind: 'decision',
      where: { state: 'draft' },
      sort: { field: 'changedAt', descending: true },
      locale: format.locale,
      limit: mostDrafts,
    },
    { enabled: keepsPapers },
  );
  const own = useCall('commissions.own', { on: today }, { enabled: hasCommission });
  const groups = useCall('contacts.groups', {});
  const desk = useCall('desk.count', {}, { enabled: keepsPapers });
  const { t: tDesk } = useTranslation('desk');
  const items: DueItem[] = [];

  const waiting = desk.value?.count ?? 0;
  if (waiting > 0) {
    items.push({
      key: 'desk',
      on: today,
      title: tDesk('today.title', { number: waiting }),
      why: tDesk('today.why'),
      action: tDesk('today.action'),
      link: { to: '/records/desk' },
    });
  }
  if (!session.recoveryConfirmed) {
    items.push({
      key: 'code',
      on: null,
      title: t('due.code'),
      why: t('due.codeWhy'),
      action: t('due.codeAction'),
      link: { to: '/settings' },
    });
  }
  for (const { membership, contact } of own.value?.members ?? []) {
    const endsOn = textOf(membership, 'endsOn');
    if (endsOn === null || daysBetween(today, endsOn) > termDays) continue;
    const role = roleOf(membership.values['role']);
    items.push({
      key: membership.id,
      on: endsOn,
      title: t('due.term', { name: textOf(contact, 'name') ?? '' }),
      why: [role === null ? null : tApp(`role.${role}`), format.deadline(endsOn)]
        .filter((part) => part !== null)
        .join(' · '),
      action: t('due.termAction'),
      link: { to: '/commission' },
    });
  }
  for (const draft of drafts.value?.rows ?? []) {
    const number = textOf(draft, 'number');
    const title = localizedText(draft, 'title', format.locale);
    items.push({
      key: draft.id,
      on: textOf(draft, 'decidedOn'),
      title: number === null ? t('due.draftNoNumber') : t('due.draft', { number }),
      why: title?.text ?? t('due.draftWhy'),
      action: t('due.draftAction'),
      link: { to: '/records/decisions/$id', params: { id: draft.id } },
    });
  }
  const unchecked = groups.value?.counts['needs-check'] ?? 0;
  if (unchecked > 0) {
    items.push({
      key: 'check',
      on: null,
      title: t('due.check', { count: unchecked }),
      why: t('due.checkWhy'),
      action: t('due.checkAction'),
      link: { to: '/contacts' },
    });
  }
  items.sort((a, b) => ((a.on ?? '9999') < (b.on ?? '9999') ? -1 : 1));

  const later = (own.value?.members ?? [])
    .map(({ membership }) => textOf(membership, 'endsOn'))
    .filter((day) => day !== null)
    .toSorted()
    .find((day) => day > addDays(today, termDays));
  const answers = [...(keepsPapers ? [drafts, desk] : []), ...(hasCommission ? [own] : []), groups];
  return {
    items,
    count: items.length,
    overdue: items.filter((item) => item.on !== null && item.on < today && item.link.to !== '/records/decisions/$id')
      .length,
    isLoading: answers.some((answer) => answer.isLoading),
    isKnown: answers.every((answer) => answer.value !== undefined || answer.failure !== null),
    failure:
      answers
        .map((answer) => answer.failure)
        .find((failure) => failure !== null && failure.code !== 'records/not-found') ?? null,
    next: later === undefined ? null : t('due.next', { date: format.date(later) }),
  };
}

function textOf(record: RecordView, field: string): string | null {
  const value = record.values[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
