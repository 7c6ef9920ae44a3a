import type { ReactNode } from 'react';
import { Icon, type TablerIcon } from './icon.tsx';

/** A word on a tint: brick overdue, ochre soon due, petrol verified, ink signed, paper draft, outline language. */
export function Chip({
  tone = 'paper',
  icon,
  lang,
  children,
}: {
  tone?: 'brick' | 'ochre' | 'petrol' | 'ink' | 'paper' | 'outline';
  icon?: TablerIcon;
  lang?: string;
  children: ReactNode;
}) {
  return (
    <span className={`chip${tone === 'paper' ? '' : ` ${tone}`}`} lang={lang}>
      {icon && <Icon of={icon} size={16} />}
      {children}
    </span>
  );
}
