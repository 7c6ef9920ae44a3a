import type { ReactNode } from 'react';
import { Rhombus } from './weave.tsx';

/** A line of rhombi: `filled` for what the hub has not yet received. Newest first. */
export function HistoryLine({ steps }: { steps: readonly { key: string; filled: boolean; content: ReactNode }[] }) {
  return (
    <ol className="history">
      {steps.map((step) => (
        <li key={step.key}>
          <Rhombus size={18} tone="accent" hollow={!step.filled} />
          <div>{step.content}</div>
        </li>
      ))}
    </ol>
  );
}
