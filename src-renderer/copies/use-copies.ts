import { useEffect, useState } from 'react';
import type { CopiesState } from '#shared/copies/contract.ts';
import { call, subscribe } from '#renderer/app/bridge.ts';

/** Copies on sticks and what is under way with them, kept current where nobody is signed in; null until the core has answered. */
export function useCopies(): CopiesState | null {
  const [state, setState] = useState<CopiesState | null>(null);
  useEffect(() => {
    let isWanted = true;
    let turn = 0;
    const look = async (): Promise<void> => {
      turn += 1;
      const mine = turn;
      const answer = await call('copies.state', {});
      if (isWanted && mine === turn && answer.ok) setState(answer.value);
    };
    void look();
    const stop = subscribe((event) => {
      const isAbout = event.event === 'changed' && event.topics.includes('copies');
      if (isAbout || event.event === 'core-restarted') void look();
    });
    return () => {
      isWanted = false;
      stop();
    };
  }, []);
  return state;
}
