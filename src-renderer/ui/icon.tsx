import type { ComponentType, SVGProps } from 'react';

/** What `@tabler/icons-react/dist/esm/icons/Icon….mjs` exports by default. */
export type TablerIcon = ComponentType<Omit<SVGProps<SVGSVGElement>, 'stroke'> & { size?: number; stroke?: number }>;

/** A decorative icon: 20 px, or 16 px in chips and small buttons, or 24 px. Words always stand beside it. */
export function Icon({ of: Shape, size = 20 }: { of: TablerIcon; size?: 16 | 20 | 24 }) {
  return <Shape size={size} stroke={size === 16 ? 2 : 1.75} className="icon" aria-hidden="true" />;
}
