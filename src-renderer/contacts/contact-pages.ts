/** The list as it is scrolled: pages of rows fetched where the eye is, 100,000 rows or ten. */
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import type { RecordView } from '#shared/records/contract.ts';
import { useAnswered, useCall } from '#renderer/app/api.ts';
import { call, type Input } from '#renderer/app/bridge.ts';
import { virtualFrom } from '#renderer/ui/data-table.tsx';
import type { Failure } from '#shared/kernel/result.ts';

/** Rows asked for at once: some two screens. A table that is not virtual tells no range: its rows are all on the first page. */
const pageSize = Math.max(24, virtualFrom);

export type ContactPages = {
  readonly total: number;
  /** There are more than `total`. */
  readonly capped: boolean;
  /** Undefined until its page is there. */
  readonly rowAt: (index: number) => RecordView | undefined;
  /** The search that the rows answer: behind the one asked for while that is on its way. */
  readonly search: string;
  readonly onRange: (first: number, last: number) => void;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
  /** False until the first answer. */
  readonly isKnown: boolean;
};

/** Rows of one filter. While a new filter is on its way the rows of the former one stay. */
export function useContactPages(filter: Omit<Input<'contacts.list'>, 'offset' | 'limit'>): ContactPages {
  const [range, setRange] = useState({ first: 0, last: 0 });
  const inputOf = (page: number): Input<'contacts.list'> => ({ ...filter, offset: page * pageSize, limit: pageSize });
  const first = useCall('contacts.list', inputOf(0), { keepPrevious: true });
  const answered = useAnswered(first, filter.search);
  const pages: number[] = [];
  if (!first.isStale) {
    const lastPage = Math.floor(Math.max(0, range.last - 1) / pageSize);
    for (let page = Math.max(1, Math.floor(range.first / pageSize)); page <= lastPage; page += 1) pages.push(page);
  }
  const rest = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['contacts.list', inputOf(page)],
      queryFn: () => call('contacts.list', inputOf(page)),
    })),
  });
  const rowAt = (index: number): RecordView | undefined => {
    const page = Math.floor(index / pageSize);
    if (page === 0) return first.value?.rows[index];
    const answer = rest[pages.indexOf(page)]?.data;
    return answer?.ok === true ? answer.value.rows[index % pageSize] : undefined;
  };
  return {
    total: first.value?.total ?? 0,
    capped: first.value?.capped ?? false,
    rowAt,
    search: answered,
    onRange: (from, to) => {
      if (from !== range.first || to !== range.last) setRange({ first: from, last: to });
    },
    failure: first.failure,
    isLoading: first.isLoading,
    isKnown: first.value !== undefined,
  };
}
