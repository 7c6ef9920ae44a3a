import { useState } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { initialsOf } from '#renderer/app/initials.ts';
import { useProfile, useSession } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';

/** How the signed-in person is shown before sign-in. */
export function LabelSheet() {
  const { t } = useTranslation('settings');
  const { t: tApp } = useTranslation('app');
  const { state, refresh } = useProfile();
  const session = useSession();
  const setLabel = useCommand('access.setLabel');
  const notify = useNotify();
  const row = state.rows.find(({ slot }) => slot === session.slot);
  const [show, setShow] = useState(row?.label.show ?? 'role');
  const initials = initialsOf(session.name) || '1';
  const choose = async (next: 'role' | 'initials' | 'name') => {
    const before = show;
    setShow(next);
    const label =
      next === 'name'
        ? { show: next, name: session.name.slice(0, 120) }
        : next === 'initials'
          ? { show: next, initials }
          : { show: next };
    const result = await setLabel.run({ label });
    if (!result.ok) setShow(before);
    else {
      await refresh();
      notify({ text: 'settings:label.done' });
    }
  };
  return (
    <Sheet title={session.name} pad>
      <p className="sm mut" style={{ margin: '-8px 0 12px' }}>
        {tApp(`role.${session.role}`)}
      </p>
      <ChoiceField
        legend={t('label.title')}
        name="label"
        value={show}
        columns={3}
        onChange={(next) => void choose(next)}
        options={[
          { value: 'role', label: t('label.role'), detail: tApp(`role.${session.role}`) },
          { value: 'initials', label: t('label.initials'), detail: initials },
          { value: 'name', label: t('label.name'), detail: session.name },
        ]}
      />
      <FailureNote failure={setLabel.failure} />
    </Sheet>
  );
}
