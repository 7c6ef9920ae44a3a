import { useEffect, useState } from 'react';
import type { Failure } from '#shared/kernel/result.ts';

/** Counts down the wait that a failure orders; 0 when one may try again. */
export function useWait(failure: Failure | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const seconds = failure?.['waitSeconds'];
    const until = Date.now() + (typeof seconds === 'number' ? seconds * 1000 : 0);
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [failure]);
  return left;
}
