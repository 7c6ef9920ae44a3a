import type { ReactNode } from 'react';

/** The fixed foot of a form: what is safe on the left, then the reason, the way out and the step forward. */
export function FootBar({ left, children }: { left?: ReactNode; children: ReactNode }) {
  return (
    <footer className="foot-bar">
      <div className="grow row g3 wrap sm" aria-live="polite">
        {left}
      </div>
      {children}
    </footer>
  );
}
