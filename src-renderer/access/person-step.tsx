import type { Role } from '#shared/access/roles.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { initialsOf } from '#renderer/app/initials.ts';
import { ChoiceField, TextField } from '#renderer/ui/fields.tsx';
import type { NewPersonDraft } from './first-run-page.tsx';
import { NewPin } from './new-pin.tsx';

const commissionRoles = ['chair', 'deputy', 'secretary', 'member'] as const satisfies readonly Role[];

/** Step 3: who works here, how they are shown before sign-in, and the PIN twice. */
export function PersonStep({
  person,
  fixedRole,
  onChange,
}: {
  person: NewPersonDraft;
  fixedRole: Role | null;
  onChange: (person: NewPersonDraft) => void;
}) {
  const { t } = useTranslation('access');
  return (
    <>
      <h1 tabIndex={-1}>{t('person.title')}</h1>
      <p className="mut">{t('person.text')}</p>
      <div className="person-form">
        <PersonFields person={person} fixedRole={fixedRole} onChange={onChange} />
        <section className="sheet">
          <h3 style={{ marginBottom: 12 }}>{t('pin.title')}</h3>
          <NewPin onChange={(secret) => onChange({ ...person, secret })} />
        </section>
      </div>
    </>
  );
}

/** Name, role, how shown before sign-in: also for a person added later. */
export function PersonFields({
  person,
  fixedRole,
  onChange,
}: {
  person: NewPersonDraft;
  fixedRole: Role | null;
  onChange: (person: NewPersonDraft) => void;
}) {
  const { t } = useTranslation('access');
  const { t: tApp } = useTranslation('app');
  const role = fixedRole ?? person.role;
  return (
    <div className="col g4">
      <TextField
        label={t('person.name')}
        hint={t('person.nameHint')}
        value={person.name}
        maxLength={300}
        letters
        autoFocus
        onChange={(name) =>
          onChange({
            ...person,
            name,
            initials:
              person.initials === '' || person.initials === initialsOf(person.name)
                ? initialsOf(name)
                : person.initials,
          })
        }
      />
      {fixedRole === null && (
        <ChoiceField
          legend={t('person.role')}
          name="role"
          value={person.role}
          columns={4}
          onChange={(next) => onChange({ ...person, role: next })}
          options={commissionRoles.map((value) => ({ value, label: tApp(`role.${value}`) }))}
        />
      )}
      <ChoiceField
        legend={t('person.shown')}
        name="show"
        value={person.show}
        onChange={(show) => onChange({ ...person, show })}
        columns={3}
        options={[
          { value: 'role', label: t('person.showRole'), detail: role === null ? undefined : tApp(`role.${role}`) },
          { value: 'initials', label: t('person.showInitials'), detail: initialsOf(person.name) || undefined },
          { value: 'name', label: t('person.showName'), detail: person.name.trim() || undefined },
        ]}
      />
      {person.show === 'initials' && (
        <div style={{ width: 160 }}>
          <TextField
            label={t('person.initials')}
            value={person.initials}
            maxLength={4}
            onChange={(initials) => onChange({ ...person, initials })}
          />
        </div>
      )}
    </div>
  );
}
