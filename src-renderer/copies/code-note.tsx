import type { CopiesState } from '#shared/copies/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Note } from '#renderer/ui/sheet.tsx';

/** What stands between a copy and its recovery code, in ochre; nothing where all is well. */
export function CodeNote({ code }: { code: CopiesState['code'] }) {
  const { t } = useTranslation('copies');
  if (code === 'ready') return null;
  return (
    <Note tone="ochre">
      <p className="b">{t(`code.${code}.title`)}</p>
      <p className="sm">{t(`code.${code}.text`)}</p>
    </Note>
  );
}
