import type { ReactNode } from 'react';

/** Tabs over one panel: states of a list with counts, or faces of a record. Arrows move. */
export function Tabs<T extends string>({
  label,
  value,
  onChange,
  tabs,
}: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  tabs: readonly { value: T; label: ReactNode; count?: string }[];
}) {
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
        if (step === undefined) return;
        event.preventDefault();
        const now = tabs.findIndex((tab) => tab.value === value);
        const next = tabs[(now + step + tabs.length) % tabs.length];
        if (next === undefined) return;
        onChange(next.value);
        event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[tabs.indexOf(next)]?.focus();
      }}
    >
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          className="t"
          aria-selected={tab.value === value}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
        >
          {tab.label}
          {tab.count !== undefined && <span className="mut num">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}

/** How far something is, in steps without stripes. */
export function ProgressBar({ percent, label }: { percent: number; label: string }) {
  return (
    <div
      className="bar grow"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}
