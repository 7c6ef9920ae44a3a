import { useEffect } from 'react';
import { call } from '#renderer/app/bridge.ts';

/** A network has come: exchange now instead of at the next turn. Where there is no hub the core says so and nothing happens. */
export function useExchangeOnNetwork(): void {
  useEffect(() => {
    const onOnline = (): void => void call('sync.now', {});
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, []);
}
