import { useState } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { type CodeState, RecoveryCode, useCodeReason } from './recovery-code.tsx';

/** Step 4. The profile exists already, so there is no way back from here, only forward. */
export function CodeStep({
  groups,
  who,
  commission,
  onDone,
}: {
  groups: readonly string[];
  who: string;
  commission: string | null;
  onDone: () => void;
}) {
  const { t } = useTranslation('access');
  const confirm = useCommand('access.confirmRecoveryCode');
  const reasonOf = useCodeReason();
  const [state, setState] = useState<CodeState>({ left: 'write' });
  return (
    <div className="gate-pane">
      <main className="gate-page" data-screen="first-run-4">
        <h1 tabIndex={-1}>{t('code.title')}</h1>
        <p className="mut">{t('code.text')}</p>
        <RecoveryCode groups={groups} who={who} commission={commission} onState={setState} />
        <FailureNote failure={confirm.failure} />
      </main>
      <footer className="gate-foot">
        <span className="grow sm mut" aria-live="polite">
          {reasonOf(state)}
        </span>
        <Button
          variant="filled"
          size="big"
          disabled={state.left !== null}
          busy={confirm.isBusy && t('signIn.opening')}
          onClick={() =>
            void confirm.run({}).then((result) => {
              if (result.ok) onDone();
            })
          }
        >
          {t('code.open')}
        </Button>
      </footer>
    </div>
  );
}
