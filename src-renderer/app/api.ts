/**
 * Data for screens. `useCall` asks and stays current: the core's `changed(topics)` makes every query of that domain ask again.
 * Expected failures are values; nothing here throws. Commands: use-command.ts.
 */
import { keepPreviousData, QueryClient, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Failure, Result } from '#shared/kernel/result.ts';
import { call, type Input, type Output, type QueryName, subscribe } from './bridge.ts';

/** What a query knows now. After a failed refresh `value` is undefined and `failure` says why. */
export type Answer<T> = {
  readonly value: T | undefined;
  readonly failure: Failure | null;
  /** True only when there is nothing to show after 400 ms: then grey lines may appear. */
  readonly isLoading: boolean;
  /** A newer answer is on its way while the old one is shown. */
  readonly isStale: boolean;
  readonly refresh: () => void;
};

export type CallOptions = {
  /** Ask only when true. */
  enabled?: boolean;
  /** While the input changes (search as typed, next page) keep showing the answer to the former input. */
  keepPrevious?: boolean;
};

/** Asks a query of the core or the shell; the input is part of the key, so equal questions are asked once. */
export function useCall<N extends QueryName>(name: N, input: Input<N>, options: CallOptions = {}): Answer<Output<N>> {
  const enabled = options.enabled ?? true;
  const query = useQuery({
    queryKey: [name, input],
    queryFn: () => call(name, input),
    enabled,
    ...(options.keepPrevious === true && { placeholderData: keepPreviousData<Result<Output<N>>> }),
  });
  const waiting = enabled && query.data === undefined;
  const isLoading = useAfter(400, waiting);
  const result = query.data;
  return {
    value: result?.ok === true ? result.value : undefined,
    failure: result?.ok === false ? result.error : null,
    isLoading,
    isStale: query.isPlaceholderData,
    refresh: () => void query.refetch(),
  };
}

/**
 * What was asked when the value that is shown was answered: behind `asked` while the next answer is on its way. Words about the value
 * (how many were found, what of them is marked) are about this.
 */
export function useAnswered<T extends string | undefined>(
  { value, isStale }: Pick<Answer<unknown>, 'value' | 'isStale'>,
  asked: T,
): T {
  const [answered, setAnswered] = useState(asked);
  if (!isStale && value !== undefined && answered !== asked) setAnswered(asked);
  return answered;
}

/** The client behind the hooks: no retries (the answer is a value), no network guessing, nothing is stale by time. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        refetchOnWindowFocus: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Keeps the client's answers current with what core and shell tell; answers a function that stops it. */
export function keepLive(client: QueryClient): () => void {
  return subscribe((event) => {
    if (event.event === 'changed') refreshTopics(client, event.topics);
    else if (event.event === 'core-restarted') void client.invalidateQueries();
  });
}

function refreshTopics(client: QueryClient, topics: readonly string[]): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [name] }) => typeof name === 'string' && topics.includes(name.slice(0, name.indexOf('.'))),
  });
}

/** True once `condition` has held for `ms` milliseconds. */
function useAfter(ms: number, condition: boolean): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    if (!condition) return undefined;
    const timer = setTimeout(() => setIsOver(true), ms);
    return () => {
      clearTimeout(timer);
      setIsOver(false);
    };
  }, [ms, condition]);
  return condition && isOver;
}
