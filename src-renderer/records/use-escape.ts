import { useEffect, useRef } from 'react';

/** Esc leads back, unless something nearer wanted it: an open dialog, a menu, or a field in which a person types. */
export function useEscape(goBack: () => void): void {
  const latest = useRef(goBack);
  useEffect(() => {
    latest.current = goBack;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.code !== 'Escape' || event.defaultPrevented) return;
      if (document.querySelector('dialog[open], .pop') !== null) return;
      if (
        event.target instanceof Element &&
        event.target.closest('input:not([type=checkbox],[type=radio]), textarea, select') !== null
      )
        return;
      latest.current();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
