import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { buttonClass, buttonInside, type ButtonLook } from './button.tsx';

/** A link that looks like a button: it leads to another page. */
export function ButtonLink({
  variant,
  size,
  icon,
  iconAfter,
  wide,
  children,
  ...link
}: ButtonLook & Pick<LinkProps, 'to' | 'params' | 'search'> & { children: ReactNode }) {
  return (
    <Link
      {...link}
      className={buttonClass({ ...(variant && { variant }), ...(size && { size }), ...(wide && { wide }) })}
    >
      {buttonInside(icon, children, iconAfter, size)}
    </Link>
  );
}
