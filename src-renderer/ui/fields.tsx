/** Inputs of one look: text, several lines, choice from a short list, tick, radio rows. Values come and go as plain strings. */
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { useRef } from 'react';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconChevronDown from '@tabler/icons-react/dist/esm/icons/IconChevronDown.mjs';
import type { Locale } from '#shared/i18n/locales.ts';
import { FieldError, type FieldFrame, FormField } from './form-field.tsx';
import { Icon, type TablerIcon } from './icon.tsx';
import { LetterRow } from './letter-row.tsx';
import { RepairOffer } from './repair-offer.tsx';

type Own = 'className' | 'id' | 'value' | 'onChange' | 'children';

export type TextFieldProps = FieldFrame &
  Omit<InputHTMLAttributes<HTMLInputElement>, Own> & {
    value: string;
    onChange: (value: string) => void;
    /** Shows the row of letters that the language's keyboard may lack. */
    letters?: boolean;
    /** Offers to mend what old fonts and wrong code pages left, read in this language. */
    repair?: Locale;
    icon?: TablerIcon;
    /** Stands inside the field at its end. */
    side?: ReactNode;
  };

export function TextField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  value,
  onChange,
  letters,
  repair,
  icon,
  side,
  ...rest
}: TextFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <FormField
      {...frame({ label, hint, error, optional, hideLabel })}
      after={
        <>
          {letters === true && <LetterRow target={input} lang={rest.lang} />}
          {repair !== undefined && <RepairOffer target={input} text={value} locale={repair} />}
        </>
      }
    >
      {(ids) => (
        <div className={fieldClass(ids['aria-invalid'], rest.readOnly)}>
          {icon && <Icon of={icon} />}
          <input
            type="text"
            autoComplete="off"
            spellCheck={false}
            {...rest}
            {...ids}
            ref={input}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          {side}
        </div>
      )}
    </FormField>
  );
}

export type TextAreaProps = FieldFrame &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, Own> & {
    value: string;
    onChange: (value: string) => void;
    letters?: boolean;
    repair?: Locale;
  };

export function TextArea({
  label,
  hint,
  error,
  optional,
  hideLabel,
  value,
  onChange,
  letters,
  repair,
  ...rest
}: TextAreaProps) {
  const input = useRef<HTMLTextAreaElement>(null);
  return (
    <FormField
      {...frame({ label, hint, error, optional, hideLabel })}
      after={
        <>
          {letters === true && <LetterRow target={input} lang={rest.lang} />}
          {repair !== undefined && <RepairOffer target={input} text={value} locale={repair} />}
        </>
      }
    >
      {(ids) => (
        <div className={fieldClass(ids['aria-invalid'], rest.readOnly)}>
          <textarea
            spellCheck={false}
            rows={4}
            {...rest}
            {...ids}
            ref={input}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        </div>
      )}
    </FormField>
  );
}

export type Option = { readonly value: string; readonly label: string };

/** A choice from a short list. `empty` is the words for «nothing chosen»; without it something is always chosen. */
export function SelectField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  value,
  onChange,
  options,
  empty,
  ...rest
}: FieldFrame &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, Own> & {
    value: string | null;
    onChange: (value: string | null) => void;
    options: readonly Option[];
    empty?: string;
  }) {
  return (
    <FormField {...frame({ label, hint, error, optional, hideLabel })}>
      {(ids) => (
        <div className={fieldClass(ids['aria-invalid'], rest.disabled)}>
          <select
            {...rest}
            {...ids}
            value={value ?? ''}
            onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
          >
            {empty !== undefined && <option value="">{empty}</option>}
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon of={IconChevronDown} size={16} />
        </div>
      )}
    </FormField>
  );
}

/** A tick with its sentence. */
export function CheckField({
  checked,
  onChange,
  disabled,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span className="box">
        <Icon of={IconCheck} size={16} />
      </span>
      <span className="grow">{children}</span>
    </label>
  );
}

export type ChoiceOption<T extends string> = {
  readonly value: T;
  readonly label: ReactNode;
  readonly detail?: ReactNode;
};

/** Radio rows or cards; `columns` lays them side by side. Nothing is chosen beforehand when `value` is null. */
export function ChoiceField<T extends string>({
  legend,
  hideLegend,
  name,
  value,
  onChange,
  options,
  columns,
  error,
}: {
  legend: ReactNode;
  hideLegend?: boolean;
  name: string;
  value: T | null;
  onChange: (value: T) => void;
  options: readonly ChoiceOption<T>[];
  columns?: number;
  /** In words: what to choose. */
  error?: string | undefined;
}) {
  return (
    <fieldset>
      <legend className={hideLegend === true ? 'vh' : 'lb'}>{legend}</legend>
      <div
        className="choices"
        style={
          columns === undefined
            ? undefined
            : { gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${Math.floor(880 / columns)}px), 1fr))` }
        }
      >
        {options.map((option) => (
          <label className="choice" key={option.value}>
            <input type="radio" name={name} checked={value === option.value} onChange={() => onChange(option.value)} />
            <span className="dot" />
            <span className="grow">
              {option.label}
              {option.detail !== undefined && (
                <span className="sm mut" style={{ display: 'block', fontWeight: 400 }}>
                  {option.detail}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
      {error !== undefined && <FieldError>{error}</FieldError>}
    </fieldset>
  );
}

function fieldClass(invalid: true | undefined, readOnly: boolean | undefined): string {
  return `field${invalid === true ? ' invalid' : ''}${readOnly === true ? ' read-only' : ''}`;
}

/** Leaves out what was not given, so that exact optional properties stay exact. */
function frame(parts: {
  label: ReactNode;
  hint: ReactNode;
  error: ReactNode;
  optional: boolean | undefined;
  hideLabel: boolean | undefined;
}): FieldFrame {
  return {
    label: parts.label,
    ...(parts.hint !== undefined && { hint: parts.hint }),
    ...(parts.error !== undefined && { error: parts.error }),
    ...(parts.optional !== undefined && { optional: parts.optional }),
    ...(parts.hideLabel !== undefined && { hideLabel: parts.hideLabel }),
  };
}
