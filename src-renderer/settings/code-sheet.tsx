import { useState } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCall } from '#renderer/app/api.ts';
import { useOwnCommission } from '#renderer/app/layout/navigation.tsx';
import { useProfile, useSession } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { TextField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { type CodeState, RecoveryCode, useCodeReason } from '../access/recovery-code.tsx';

/** A new recovery code in place of the old one: PIN, then the same proof as in first run. */
export function CodeSheet() {
  const { t } = useTranslation('settings');
  const session = useSession();
  const own = useOwnCommission();
  const { refresh } = useProfile();
  const renew = useCommand('access.renewRecoveryCode');
  const confirm = useCommand('access.confirmRecoveryCode');
  // A copy on a stick opens with the code that it was made under.
  const hasCopy = (useCall('copies.state', {}).value?.last ?? null) !== null;
  const notify = useNotify();
  const reasonOf = useCodeReason();
  const [isOpen, setIsOpen] = useState(false);
  const [pin, setPin] = useState('');
  const [groups, setGroups] = useState<readonly string[] | null>(null);
  const [state, setState] = useState<CodeState>({ left: 'write' });
  const close = () => {
    setIsOpen(false);
    setPin('');
    setGroups(null);
    setState({ left: 'write' });
  };
  return (
    <Sheet
      title={t('code.title')}
      side={
        !isOpen && (
          <Button size="small" onClick={() => setIsOpen(true)}>
            {t('code.renew')}
          </Button>
        )
      }
      pad={isOpen}
    >
      {isOpen && groups === null && (
        <form
          className="col g3"
          style={{ maxWidth: 380 }}
          onSubmit={(event) => {
            event.preventDefault();
            void renew.run({ pin }).then((result) => {
              setPin('');
              if (result.ok) setGroups(result.value.recoveryCode.groups);
            });
          }}
        >
          <p className="sm mut">{t('code.renewText')}</p>
          <TextField label={t('code.pin')} type="password" autoFocus value={pin} onChange={setPin} />
          <FailureNote failure={renew.failure} />
          <div className="row g2 wrap">
            <Button variant="default" onClick={close}>
              {t('code.keep')}
            </Button>
            <Button type="submit" variant="filled" disabled={pin === ''} busy={renew.isBusy && t('busy')}>
              {t('code.make')}
            </Button>
          </div>
        </form>
      )}
      {groups !== null && (
        <>
          <RecoveryCode groups={groups} who={session.name} commission={own?.name ?? null} onState={setState} />
          <FailureNote failure={confirm.failure} />
          <div className="row g3 wrap" style={{ marginTop: 16 }}>
            <Button
              variant="filled"
              disabled={state.left !== null}
              busy={confirm.isBusy && t('busy')}
              onClick={() =>
                void confirm.run({}).then(async (result) => {
                  if (!result.ok) return;
                  close();
                  await refresh();
                  notify({ text: hasCopy ? 'settings:code.doneCopies' : 'settings:code.done' });
                })
              }
            >
              {t('code.finish')}
            </Button>
            <span className="sm mut">{reasonOf(state)}</span>
          </div>
        </>
      )}
    </Sheet>
  );
}
