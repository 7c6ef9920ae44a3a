/** One line at the bottom left for what was done, with a way to undo it. At most one; six seconds; an error never comes here. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';

export type Notice = { text: string; undo?: { label: string; onUndo: () => void } };

const Notify = createContext<(notice: Notice) => void>(() => undefined);

/** Gives `useNotify` to everything inside. */
export function NotificationProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice | null>(null);
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    if (notice === null || isHeld) return undefined;
    const timer = setTimeout(() => setNotice(null), 6000);
    return () => clearTimeout(timer);
  }, [notice, isHeld]);
  const notify = useCallback((next: Notice) => setNotice(next), []);
  return (
    <Notify value={notify}>
      {children}
      <div aria-live="polite">
        {notice !== null && (
          <div
            className="notification"
            onMouseEnter={() => setIsHeld(true)}
            onMouseLeave={() => setIsHeld(false)}
            onFocus={() => setIsHeld(true)}
            onBlur={() => setIsHeld(false)}
          >
            <span className="grow">{notice.text}</span>
            {notice.undo && (
              <button
                type="button"
                className="linklike"
                onClick={() => {
                  setNotice(null);
                  notice.undo?.onUndo();
                }}
              >
                {notice.undo.label}
              </button>
            )}
          </div>
        )}
      </div>
    </Notify>
  );
}

/** `notify({ text, undo })`. */
export function useNotify(): (notice: Notice) => void {
  return useContext(Notify);
}
