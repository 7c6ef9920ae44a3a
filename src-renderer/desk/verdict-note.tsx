import type { DeskVerdict } from '#shared/desk/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Note } from '#renderer/ui/sheet.tsx';
import { useAuthorWords } from './desk-words.ts';

const answers = {
  kept: 'removal.keep',
  removed: 'removal.remove',
  different: 'clash.different',
  both: 'join',
} as const;

/**
 * Two people decided without knowing of each other: what, who, where and when. Nothing where nobody did. `other`: words for an answer that is no
 * word but a record or a version.
 */
export function VerdictNote({
  verdicts,
  text,
  other = null,
}: {
  verdicts: readonly DeskVerdict[];
  text: string;
  other?: string | null;
}) {
  const { t } = useTranslation('desk');
  const authorOf = useAuthorWords();
  const answerOf = (stands: string): string | null =>
    stands === 'kept' || stands === 'removed' || stands === 'different' || stands === 'both'
      ? t(answers[stands])
      : other;
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
            const answer = answerOf(verdict.stands);
            return (
              <li key={verdict.stamp} className="num">
                {answer !== null && <b className="b">{answer} · </b>}
                {[who, where, when].join(' · ')}
              </li>
            );
          })}
        </ul>
      </Note>
    </div>
  );
}
