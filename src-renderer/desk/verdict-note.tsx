import type { DeskVerdict } from '#shared/desk/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Note } from '#renderer/ui/sheet.tsx';
import { useAuthorWords } from './desk-words.ts';

/** Two people decided without knowing of each other: who, where and when. Nothing where nobody did. */
export function VerdictNote({ verdicts, text }: { verdicts: readonly DeskVerdict[]; text: string }) {
  const { t } = useTranslation('desk');
  const authorOf = useAuthorWords();
  // One decision may have settled several fields.
  const each = new Map(verdicts.map((verdict) => [verdict.stamp, verdict]));
  if (each.size === 0) return null;
  return (
    <div className="desk-note">
      <Note tone="ochre">
        <p className="b">{t('verdict.title')}</p>
        <p>{text}</p>
        <ul className="desk-who">
          {[...each.values()].map((verdict) => {
            const { who, where, when } = authorOf(verdict);
            return (
              <li key={verdict.stamp} className="num">
                {[who, where, when].join(' · ')}
              </li>
            );
          })}
        </ul>
      </Note>
    </div>
  );
}
