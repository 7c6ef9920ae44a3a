import { useEffect } from 'react';
import { call } from './bridge.ts';

const checkEveryMs = 5_000;

/** Locks after so many minutes without a key, a press or a scroll. A laptop that slept past the limit locks as it wakes. */
export function useAutoLock(minutes: number): void {
  useEffect(() => {
    let lastSeen = Date.now();
    const seen = () => {
      lastSeen = Date.now();
    };
    const kinds = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
    for (const kind of kinds) window.addEventListener(kind, seen, { passive: true, capture: true });
    const timer = setInterval(() => {
      // A playing lesson is not idleness.
      if (
        [...document.querySelectorAll('video,audio')].some(
          (media) => media instanceof HTMLMediaElement && !media.paused,
        )
      )
        seen();
      if (Date.now() - lastSeen > minutes * 60_000) {
        seen();
        void call('access.lock', {});
      }
    }, checkEveryMs);
    return () => {
      clearInterval(timer);
      for (const kind of kinds) window.removeEventListener(kind, seen, { capture: true });
    };
  }, [minutes]);
}
