/** The line of rhombi: navigation head, sign-in, first run, empty states, certificate. Nowhere else. */
export function Weave({ height = 12 }: { height?: number }) {
  return <div className="weave" aria-hidden="true" style={{ height }} />;
}

/** The mark: K with the rhombus. `on` says what it stands on. */
export function Mark({ size = 30, on = 'paper' }: { size?: number; on?: 'paper' | 'ink' }) {
  const ground = on === 'paper' ? 'var(--accent)' : '#ffffff';
  const figure = on === 'paper' ? '#ffffff' : 'var(--heading)';
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" className="icon">
      <rect width="64" height="64" rx="12" fill={ground} />
      <g fill={figure}>
        <path d="M14 12h8v40h-8z" />
        <path d="M26 32 46 12h-11L22 25v14l13 13h11z" />
        <path d="M38 32l7.500-7.500L53 32l-7.500 7.500z" />
      </g>
    </svg>
  );
}

/** One rhombus, the size of a PIN dot: new, not yet received, counted. */
export function Rhombus({
  size = 14,
  tone = 'heading',
  hollow = false,
}: {
  size?: number;
  tone?: 'heading' | 'accent' | 'quiet';
  hollow?: boolean;
}) {
  const colour = tone === 'heading' ? 'var(--heading)' : tone === 'accent' ? 'var(--accent)' : 'var(--control-line)';
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" className="icon">
      <path
        d="M7 1l6 6-6 6-6-6z"
        fill={hollow ? 'var(--sheet)' : colour}
        stroke={colour}
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
    </svg>
  );
}
