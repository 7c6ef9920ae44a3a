import { useState } from 'react';
import IconUserPlus from '@tabler/icons-react/dist/esm/icons/IconUserPlus.mjs';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile, useSession } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import type { NewPersonDraft } from '../access/first-run-page.tsx';
import { NewPin } from '../access/new-pin.tsx';
import { usePersonLabel } from '../access/person-label.ts';
import { PersonFields } from '../access/person-step.tsx';
import '../access/access.css';

const blank: NewPersonDraft = { name: '', role: null, show: 'role', initials: '', secret: null };

/** Who may sign in on this laptop; adding somebody, taking somebody off. */
export function PeopleSheet() {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const { state, refresh } = useProfile();
  const session = useSession();
  const labelOf = usePersonLabel(state.rows);
  const add = useCommand('access.addPerson');
  const remove = useCommand('access.removePerson');
  const notify = useNotify();
  const [ask, dialog] = useConfirm();
  const [draft, setDraft] = useState<NewPersonDraft | null>(null);
  const fixedRole = session.commission === null ? session.role : null;
  const takeOff = async (slot: string, who: string) => {
    const isSure = await ask({
      title: t('people.askTitle', { who }),
      text: t('people.askText'),
      confirm: t('people.remove'),
      cancel: t('people.keep'),
      danger: true,
    });
    if (isSure && (await remove.run({ slot })).ok) await refresh();
  };
  const save = async () => {
    const role = fixedRole ?? draft?.role ?? null;
    if (draft === null || draft.secret === null || role === null) return;
    const name = draft.name.trim();
    const label =
      draft.show === 'name'
        ? { show: 'name' as const, name: name.slice(0, 120) }
        : draft.show === 'initials'
          ? { show: 'initials' as const, initials: draft.initials.trim() }
          : { show: 'role' as const };
    const result = await add.run({ name, role, label, pin: draft.secret });
    if (!result.ok) return;
    setDraft(null);
    await refresh();
    notify({ text: 'settings:people.added', values: { name } });
  };
  const isReady =
    draft !== null &&
    draft.secret !== null &&
    draft.name.trim() !== '' &&
    (fixedRole ?? draft.role) !== null &&
    (draft.show !== 'initials' || draft.initials.trim() !== '');
  return (
    <Sheet
      title={t('people.title')}
      side={
        draft === null && (
          <Button size="small" icon={IconUserPlus} onClick={() => setDraft(blank)}>
            {t('people.add')}
          </Button>
        )
      }
    >
      <ul className="rows">
        {state.rows.map((row) => {
          const label = labelOf(row);
          return (
            <li key={row.slot} style={{ alignItems: 'center' }}>
              <span className="initials" aria-hidden="true">
                {label.circle}
              </span>
              <span className="grow">
                <b className="b">{label.words}</b>
                {row.slot === session.slot && <span className="mut"> · {t('people.you')}</span>}
                <span className="sm mut num" style={{ display: 'block' }}>
                  {row.lastSignInAt === null
                    ? t('people.never')
                    : t('people.last', { when: format.recent(row.lastSignInAt) })}
                </span>
              </span>
              {row.slot !== session.slot && (
                <Button variant="subtle" size="small" onClick={() => void takeOff(row.slot, label.words)}>
                  {t('people.remove')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {remove.failure !== null && (
        <div style={{ padding: '0 20px 16px' }}>
          <FailureNote failure={remove.failure} />
        </div>
      )}
      {draft !== null && (
        <form
          className="col g4"
          style={{ padding: '16px 20px', borderTop: '1px solid var(--line)' }}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <PersonFields person={draft} fixedRole={fixedRole} onChange={setDraft} />
          <div style={{ maxWidth: 380 }}>
            <NewPin onChange={(secret) => setDraft((now) => (now === null ? now : { ...now, secret }))} />
          </div>
          <FailureNote failure={add.failure} />
          <div className="row g2 wrap">
            <Button variant="default" onClick={() => setDraft(null)}>
              {t('people.cancel')}
            </Button>
            <Button type="submit" variant="filled" disabled={!isReady} busy={add.isBusy && t('busy')}>
              {t('people.save')}
            </Button>
            {!isReady && <span className="sm mut">{t('people.reason')}</span>}
          </div>
        </form>
      )}
      {dialog}
    </Sheet>
  );
}
