import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type TablerIcon } from './icon.tsx';

export type ButtonLook = {
  /** `filled` is the one next step of a screen or panel; `outline` acts; `default` is a way round or back; `subtle` is least. */
  variant?: 'filled' | 'outline' | 'default' | 'subtle' | 'danger' | 'danger-filled';
  size?: 'small' | 'medium' | 'big';
  icon?: TablerIcon | undefined;
  /** Stands after the words, as the arrow of a step forward. */
  iconAfter?: TablerIcon | undefined;
  wide?: boolean;
};

export type ButtonProps = ButtonLook &
  Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & {
    /** While set the button keeps its width, shows these words and answers to nothing. */
    busy?: string | false | undefined;
  };

/** The class names of a button's look; for links that look like one. */
export function buttonClass({ variant = 'outline', size = 'medium', wide = false }: ButtonLook): string {
  const tone = variant === 'danger-filled' ? 'danger filled' : variant;
  return `btn ${tone}${size === 'medium' ? '' : ` ${size}`}${wide ? ' wide' : ''}`;
}

/** Icon, words, icon. */
export function buttonInside(
  icon: TablerIcon | undefined,
  children: ReactNode,
  after: TablerIcon | undefined,
  size: ButtonLook['size'],
) {
  const pixels = size === 'small' ? 16 : 20;
  return (
    <>
      {icon && <Icon of={icon} size={pixels} />}
      {children}
      {after && <Icon of={after} size={pixels} />}
    </>
  );
}

/** A button whose words are a verb. The reason why it is disabled stands beside it, not inside. */
export function Button({ variant, size, icon, iconAfter, wide, busy, children, disabled, type, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type ?? 'button'}
      className={buttonClass({ ...(variant && { variant }), ...(size && { size }), ...(wide && { wide }) })}
      disabled={disabled === true || typeof busy === 'string'}
      aria-busy={typeof busy === 'string' || undefined}
    >
      {typeof busy === 'string' ? busy : buttonInside(icon, children, iconAfter, size)}
    </button>
  );
}
