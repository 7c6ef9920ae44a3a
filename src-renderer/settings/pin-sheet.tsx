import { useState } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { TextField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { NewPin } from '../access/new-pin.tsx';

/** The old PIN, then the new one twice. */
export function PinSheet() {
  const { t } = useTranslation('settings');
  const change = useCommand('access.changePin');
  const notify = useNotify();
  const [isOpen, setIsOpen] = useState(false);
  const [pin, setPin] = useState('');
  const [next, setNext] = useState<string | null>(null);
  const close = () => {
    setIsOpen(false);
    setPin('');
    setNext(null);
    change.clear();
  };
  return (
    <Sheet
      title={t('pin.title')}
      side={
        !isOpen && (
          <Button size="small" onClick={() => setIsOpen(true)}>
            {t('pin.change')}
          </Button>
        )
      }
      pad={isOpen}
    >
      {isOpen && (
        <form
          className="col g4"
          style={{ maxWidth: 380 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (next === null) return;
            void change.run({ pin, newPin: next }).then((result) => {
              if (!result.ok) return;
              close();
              notify({ text: 'settings:pin.done' });
            });
          }}
        >
          <TextField label={t('pin.old')} type="password" autoFocus value={pin} onChange={setPin} />
          <NewPin onChange={setNext} />
          <FailureNote failure={change.failure} />
          <div className="row g2 wrap">
            <Button variant="default" onClick={close}>
              {t('pin.keep')}
            </Button>
            <Button
              type="submit"
              variant="filled"
              disabled={pin === '' || next === null}
              busy={change.isBusy && t('busy')}
            >
              {t('pin.send')}
            </Button>
          </div>
        </form>
      )}
    </Sheet>
  );
}
