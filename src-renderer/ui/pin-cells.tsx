import { useRef } from 'react';
import IconBackspace from '@tabler/icons-react/dist/esm/icons/IconBackspace.mjs';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from './icon.tsx';
import { Rhombus } from './weave.tsx';

const shortest = 6;
const longest = 12;

function digitsOf(typed: string): string {
  return typed.replace(/\D/g, '').slice(0, longest);
}

/** Six cells, one rhombus for each digit; more cells appear for a longer PIN. Behind them is a real input, so every keyboard works. */
export function PinCells({
  label,
  value,
  onChange,
  onEnter,
  disabled,
  autoFocus,
  describedBy,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** With what stands in the field at that moment: a quick hand presses Enter before the last digit is drawn. */
  onEnter?: (value: string) => void;
  disabled?: boolean;
  autoFocus?: boolean;
  describedBy?: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  const cells = Math.min(longest, Math.max(shortest, value.length + (value.length >= shortest ? 1 : 0)));
  return (
    <div className="pin-cells pin-input">
      <input
        ref={input}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        aria-label={label}
        aria-describedby={describedBy}
        maxLength={longest}
        // Not disabled: that would take the focus away while the PIN is checked.
        readOnly={disabled}
        // The one thing to do on its screen.
        autoFocus={autoFocus}
        value={value}
        onChange={(event) => onChange(digitsOf(event.currentTarget.value))}
        onKeyDown={(event) => {
          if (event.code === 'Enter' || event.code === 'NumpadEnter') {
            event.preventDefault();
            onEnter?.(digitsOf(event.currentTarget.value));
          }
        }}
      />
      {Array.from({ length: cells }, (_, index) => (
        <span key={index} className={index === value.length ? 'next' : ''}>
          {index < value.length && <Rhombus />}
        </span>
      ))}
    </div>
  );
}

/** Digits for a mouse or a finger, with «I forgot it» and backspace in the corners. */
export function PinPad({
  value,
  onChange,
  disabled,
  forgotten,
}: {
  value: string;
  onChange: (value: string) => void;
  disabled?: boolean;
  forgotten?: { label: string; onPick: () => void };
}) {
  const { t } = useTranslation('app');
  const digit = (figure: string) => (
    <button
      key={figure}
      type="button"
      disabled={disabled}
      onClick={() => onChange(`${value}${figure}`.slice(0, longest))}
    >
      {figure}
    </button>
  );
  return (
    <div className="pad">
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(digit)}
      {forgotten === undefined ? (
        <span />
      ) : (
        <button type="button" className="text" onClick={forgotten.onPick}>
          {forgotten.label}
        </button>
      )}
      {digit('0')}
      <button
        type="button"
        className="text"
        aria-label={t('pin.backspace')}
        disabled={disabled}
        onClick={() => onChange(value.slice(0, -1))}
      >
        <Icon of={IconBackspace} />
      </button>
    </div>
  );
}
