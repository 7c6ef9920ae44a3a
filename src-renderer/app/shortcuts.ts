/**
 * Keyboard commands by physical key (`event.code`), so that they work in every layout. The frame owns one listener; a page
 * registers its own meaning of Ctrl N, S, P, F with `useShortcut`, the innermost page wins.
 */
import { useEffect, useRef } from 'react';

export type Shortcut = 'new' | 'save' | 'print' | 'filter';

const keys: Readonly<Record<string, Shortcut>> = { KeyN: 'new', KeyS: 'save', KeyP: 'print', KeyF: 'filter' };
const eventName = 'komissiya:shortcut';

/** Runs `handler` when the person presses the shortcut, or picks it from the menu, while this component is on screen. */
export function useShortcut(shortcut: Shortcut, handler: () => void): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    const listen = (event: Event) => {
      if (!(event instanceof CustomEvent) || event.detail !== shortcut || event.defaultPrevented) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener(eventName, listen);
    return () => window.removeEventListener(eventName, listen);
  }, [shortcut]);
}

/** Tells whoever registered for it; answers whether somebody did. */
export function sendShortcut(shortcut: Shortcut): boolean {
  return !window.dispatchEvent(new CustomEvent(eventName, { detail: shortcut, cancelable: true }));
}

/** Ctrl + a letter that pages own, as a shortcut; null for any other key. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return null;
  return keys[event.code] ?? null;
}
