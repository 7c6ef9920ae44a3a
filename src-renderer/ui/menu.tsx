/** Small floating things: a menu under its button, and the rule that closes any of them (Esc, a click beside, focus gone). */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Icon, type TablerIcon } from './icon.tsx';

/** Calls `close` on Esc, on a press outside `area` and when the focus leaves it. */
export function useDismiss(area: RefObject<HTMLElement | null>, isOpen: boolean, close: () => void): void {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!isOpen) return undefined;
    const outside = (event: Event) => {
      // The letters offered for a field inside lie elsewhere in the page.
      if (event.target instanceof Element && event.target.closest('[data-letters]') !== null) return;
      if (event.target instanceof Node && area.current?.contains(event.target) === false) latest.current();
    };
    const escape = (event: KeyboardEvent) => {
      if (event.code !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('focusin', outside, true);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('focusin', outside, true);
      document.removeEventListener('keydown', escape, true);
    };
  }, [area, isOpen]);
}

export type MenuEntry = {
  readonly key: string;
  readonly label: ReactNode;
  readonly icon?: TablerIcon;
  readonly onPick: () => void;
  /** Marks the one in force, as of languages. */
  readonly isChosen?: boolean;
  readonly lang?: string;
  /** The shortcut, shown at the end. */
  readonly keys?: string;
  /** A line before this entry. */
  readonly apart?: boolean;
};

/** A button that opens a menu. Arrows, Home, End and Enter work in it, Esc closes it and the button has the focus again. */
export function MenuButton({
  label,
  className,
  entries,
  align = 'right',
  children,
}: {
  /** The button's accessible name, where its children are not it. */
  label?: string;
  className?: string;
  entries: readonly MenuEntry[];
  align?: 'left' | 'right';
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const area = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => setIsOpen(false);
  useDismiss(area, isOpen, () => {
    if (area.current?.contains(document.activeElement) === true) button.current?.focus();
    close();
  });
  const items = () => [...(area.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  const isRadio = entries.some((entry) => entry.isChosen !== undefined);
  return (
    <div ref={area} className="pop-anchor">
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        onClick={() => setIsOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.code === 'ArrowDown') {
            event.preventDefault();
            setIsOpen(true);
          }
        }}
      >
        {children}
      </button>
      {isOpen && (
        <div
          className={align === 'left' ? 'pop menu' : 'pop menu to-left'}
          role="menu"
          ref={(menu) => {
            if (menu?.contains(document.activeElement) === false) {
              (
                menu.querySelector<HTMLElement>('[aria-checked=true]') ??
                menu.querySelector<HTMLElement>('[role^=menuitem]')
              )?.focus();
            }
          }}
          onKeyDown={(event) => {
            const all = items();
            const now = all.findIndex((item) => item === document.activeElement);
            const next = { ArrowDown: now + 1, ArrowUp: now - 1 + all.length, Home: 0, End: all.length - 1 }[
              event.code
            ];
            if (next === undefined) return;
            event.preventDefault();
            all[next % all.length]?.focus();
          }}
        >
          {entries.map((entry) => (
            <div key={entry.key} role="none">
              {entry.apart === true && <div className="sep" role="separator" />}
              <button
                type="button"
                role={isRadio ? 'menuitemradio' : 'menuitem'}
                aria-checked={isRadio ? entry.isChosen === true : undefined}
                lang={entry.lang}
                onClick={() => {
                  button.current?.focus();
                  close();
                  entry.onPick();
                }}
              >
                {entry.icon && <Icon of={entry.icon} />}
                <span className="grow">{entry.label}</span>
                {entry.isChosen === true && <Chosen />}
                {entry.keys !== undefined && <span className="kbd">{entry.keys}</span>}
              </button>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Chosen() {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      className="icon"
      aria-hidden="true"
    >
      <path d="M5 12l5 5l10 -10" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
