import { type ReactNode, useId } from 'react';
import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from './icon.tsx';

export type FieldFrame = {
  label: ReactNode;
  hint?: ReactNode;
  /** In words: cause and what to enter. */
  error?: ReactNode;
  /** Optional fields say so; required ones do not. */
  optional?: boolean;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
};

export type FieldIds = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true };

/** Label above, control, hint, error. The control takes the ids that tie them together. */
export function FormField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  after,
  children,
}: FieldFrame & { after?: ReactNode; children: (ids: FieldIds) => ReactNode }) {
  const { t } = useTranslation('app');
  const id = useId();
  const hasError = error !== undefined && error !== null && error !== false && error !== '';
  const described = [hint !== undefined && `${id}-hint`, hasError && `${id}-error`]
    .filter((part) => part !== false)
    .join(' ');
  return (
    <div className="form-field">
      <label htmlFor={id} className={hideLabel === true ? 'vh' : 'lb'}>
        {label}
        {optional === true && <span className="opt"> ({t('field.optional')})</span>}
      </label>
      {children({
        id,
        ...(described !== '' && { 'aria-describedby': described }),
        ...(hasError && { 'aria-invalid': true }),
      })}
      {after}
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {hasError && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

/** What to enter or choose, told where it is missing or wrong. */
export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className="field-error" id={id} role="alert">
      <Icon of={IconAlertCircle} size={16} />
      <span>{children}</span>
    </p>
  );
}
