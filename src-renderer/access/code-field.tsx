import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { TextArea } from '#renderer/ui/fields.tsx';

const codeDigits = 32;

/** The recovery code as it is read from paper: digits in fours. Only digits come out. */
export function CodeField({ digits, onChange }: { digits: string; onChange: (digits: string) => void }) {
  const { t } = useTranslation('access');
  return (
    <div className="code-input">
      <TextArea
        rows={2}
        label={t('recover.code')}
        hint={isWholeCode(digits) ? undefined : t('recover.left', { count: digitsLeft(digits) })}
        inputMode="numeric"
        autoFocus
        value={inGroups(digits)}
        onChange={(value) => onChange(value.replace(/\D/g, '').slice(0, codeDigits))}
      />
    </div>
  );
}

export function isWholeCode(digits: string): boolean {
  return digitsLeft(digits) === 0;
}

/** How many are still to be typed. */
export function digitsLeft(digits: string): number {
  return codeDigits - digits.length;
}

/** Digits as they stand on the paper: in fours. */
function inGroups(digits: string): string {
  return (digits.match(/.{1,4}/g) ?? []).join(' ');
}
