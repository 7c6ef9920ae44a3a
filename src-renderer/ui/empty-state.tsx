import type { ReactNode } from 'react';

/** What will be here and one button: weave, a name, a line. */
export function EmptyState({ title, text, action }: { title: string; text: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <div className="weave" aria-hidden="true" />
      <p className="b">{title}</p>
      <p className="sm mut">{text}</p>
      {action}
    </div>
  );
}

/** Grey lines in the shape of what comes; show it only when `isLoading` of a query says so (after 400 ms). */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} style={{ width: `${[62, 100, 84, 91, 74][index % 5]}%` }} />
      ))}
    </div>
  );
}
