/** Small things about the view that a laptop remembers (sort order, hidden letter rows). Never personal data: it lies outside the store. */
import { useCallback, useSyncExternalStore } from 'react';

const prefix = 'komissiya.view.';
const eventName = 'komissiya:view-setting';

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

function listen(onChange: () => void): () => void {
  window.addEventListener(eventName, onChange);
  return () => window.removeEventListener(eventName, onChange);
}

/** A remembered word under `key`, else `initial`; and how to change it. */
export function useViewSetting<const T extends string>(key: string, initial: T): [T, (value: T) => void] {
  // Only this hook writes the key, so what is read is a T or absent; callers compare it with the words they know.
  const value = useSyncExternalStore(listen, () => (read(key) as T | null) ?? initial);
  const set = useCallback(
    (next: T) => {
      try {
        window.localStorage.setItem(prefix + key, next);
      } catch {
        // A full or forbidden storage costs only the memory of a view.
      }
      window.dispatchEvent(new Event(eventName));
    },
    [key],
  );
  return [value, set];
}
