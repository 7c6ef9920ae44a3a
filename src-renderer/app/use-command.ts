import { useCallback, useRef, useState } from 'react';
import type { Failure, Result } from '#shared/kernel/result.ts';
import { call, type CommandName, type Input, type Output } from './bridge.ts';

export type Command<N extends CommandName> = {
  /** Makes the call once and answers its Result; a failure is also kept in `failure`. */
  readonly run: (input: Input<N>) => Promise<Result<Output<N>>>;
  readonly isBusy: boolean;
  /** Of the last run, for a `FailureNote`; null while one is under way. */
  readonly failure: Failure | null;
  readonly clear: () => void;
};

/** A command of the core or the shell: changes something, once. */
export function useCommand<N extends CommandName>(name: N): Command<N> {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const runs = useRef(0);
  const run = useCallback(
    async (input: Input<N>) => {
      runs.current += 1;
      const turn = runs.current;
      setIsBusy(true);
      setFailure(null);
      const result = await call(name, input);
      if (turn === runs.current) {
        setIsBusy(false);
        setFailure(result.ok ? null : result.error);
      }
      return result;
    },
    [name],
  );
  const clear = useCallback(() => setFailure(null), []);
  return { run, isBusy, failure, clear };
}
