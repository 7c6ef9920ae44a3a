import { useState } from 'react';
import { TextField, type TextFieldProps } from '#renderer/ui/fields.tsx';

/**
 * A text field of a form that saves itself. While a person is in it, it shows what they type: the store tidies texts (outer spaces,
 * apostrophes), and a tidied or newer value must not change under the hands.
 */
export function HeldTextField({
  value,
  onChange,
  onBlur,
  ...rest
}: Omit<TextFieldProps, 'onBlur' | 'onFocus'> & { onBlur: () => void }) {
  const [held, setHeld] = useState<string | null>(null);
  return (
    <TextField
      {...rest}
      value={held ?? value}
      onFocus={() => setHeld(value)}
      onChange={(text) => {
        setHeld(text);
        onChange(text);
      }}
      onBlur={() => {
        setHeld(null);
        onBlur();
      }}
    />
  );
}
