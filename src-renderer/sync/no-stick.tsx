import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { FieldError } from '#renderer/ui/form-field.tsx';

/** That a stick is to be put in; louder once somebody has asked for what needs one. */
export function NoStick({ isMissing }: { isMissing: boolean }) {
  const { t } = useTranslation('stick');
  return isMissing ? <FieldError>{t('noStick')}</FieldError> : <p className="sm mut">{t('noStick')}</p>;
}
