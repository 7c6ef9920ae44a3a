import { useEffect, useState } from 'react';
import { formatNumber, parseNumberInput } from '#shared/i18n/format.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { TextField, type TextFieldProps } from './fields.tsx';

export type NumberFieldProps = Omit<TextFieldProps, 'value' | 'onChange' | 'onBlur' | 'inputMode' | 'min' | 'max'> & {
  /** Null for none. */
  value: number | null;
  /** Called with a whole number within the bounds, or null when the field was emptied; never with half a number. */
  onChange: (value: number | null) => void;
  onBlur?: () => void;
  min?: number;
  max: number;
};

/** A whole number, typed in any layout with or without grouping. Says between which bounds it must be. */
export function NumberField({ value, onChange, onBlur, min = 0, max, error, ...rest }: NumberFieldProps) {
  const { t } = useTranslation('app');
  const { locale } = useFormat();
  const shown = value === null ? '' : String(value);
  const [typed, setTyped] = useState(shown);
  useEffect(() => {
    // A value that changed elsewhere replaces what is shown, unless the person is in the middle of typing it.
    setTyped((now) => (parseNumberInput(now) === value ? now : shown));
  }, [shown, value]);
  const number = parseNumberInput(typed);
  const isRight = number !== null && Number.isInteger(number) && number >= min && number <= max;
  const isWrong = typed.trim() !== '' && !isRight;
  return (
    <TextField
      {...rest}
      inputMode="numeric"
      value={typed}
      error={isWrong ? t('number.wrong', { from: formatNumber(locale, min), to: formatNumber(locale, max) }) : error}
      onChange={(text) => {
        setTyped(text);
        const next = parseNumberInput(text);
        if (text.trim() === '') onChange(null);
        else if (next !== null && Number.isInteger(next) && next >= min && next <= max) onChange(next);
      }}
      onBlur={() => {
        if (isRight) setTyped(String(number));
        onBlur?.();
      }}
    />
  );
}
