import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import type { DeskRecord, DeskVersion } from '#shared/desk/contract.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import type { PanelProps } from './desk-item.tsx';
import { PanelFoot } from './panel-foot.tsx';
import { useAuthorWords, useFieldWords } from './desk-words.ts';
import { VerdictNote } from './verdict-note.tsx';
import { VersionValue } from './version-value.tsx';

/** What the signature itself writes: told by the line of each signature. */
const signatureFields = ['signedAt', 'signedBy'];

/** A signed paper that met another edit or another signature: what was signed stands, the rest may become a correction. */
export function SignedPanel({ value, again, onLater, onAgain }: PanelProps<DeskRecord>) {
  const { t } = useTranslation('desk');
  const navigate = useNavigate();
  const notify = useNotify();
  const authorOf = useAuthorWords();
  const words = useFieldWords()(value.record.kind);
  const decide = useCommand('desk.decideSigned');
  const [choice, setChoice] = useState<string | null>(null);
  const { signings } = value;
  const fields = value.fields.filter(({ field }) => !signatureFields.includes(field));
  const isReady = choice !== null && value.mayDecide && !decide.isBusy;

  async function save() {
    if (choice === null || !isReady) return;
    const [signing = '', way] = choice.split(' ');
    const seen = value.fields.flatMap((field) => [...field.versions, ...field.verdicts].map(({ stamp }) => stamp));
    const result = await decide.run({ item: value.item, again, seen, signing, correct: way === 'correct' });
    if (!result.ok) return;
    if (result.value.correction === null)
      notify({ text: 'desk:done', undo: { label: 'desk:again', onUndo: () => onAgain(value.item) } });
    else void navigate({ to: '/records/decisions/$id', params: { id: result.value.correction } });
  }
  useShortcut('save', () => void save());

  const options = signings.flatMap((signing) => {
    const { who, when } = authorOf(signing);
    const detail = t('signed.by', { who, when });
    const one = { value: `${signing.stamp} keep`, label: t('signed.keep'), detail };
    const other = { value: `${signing.stamp} correct`, label: t('signed.correct'), detail };
    return fields.length === 0 ? [one] : [one, other];
  });
  return (
    <>
      <div className="desk-note">
        <Note icon={<Icon of={IconLock} />}>
          <p className="b">{t(signings.length > 1 ? 'signed.titleTwo' : 'signed.title')}</p>
          <p>{t('signed.text')}</p>
        </Note>
      </div>
      <VerdictNote verdicts={value.fields.flatMap((field) => field.verdicts)} text={t('verdict.text')} />
      {fields.map(({ field, versions }) => {
        return (
          <section key={field} className="bd desk-signed" aria-label={words.labelOf(field)}>
            <h3>{words.labelOf(field)}</h3>
            <div className="desk-pair">
              {versions.map((version) => (
                <div key={version.stamp}>
                  <SignedHead version={version} />
                  <VersionValue
                    field={field}
                    value={version.value}
                    other={versions.find((each) => each !== version)?.value ?? null}
                    words={words}
                  />
                </div>
              ))}
            </div>
          </section>
        );
      })}
      <div className="bd">
        <ChoiceField
          legend={t('signed.question')}
          name="signed"
          value={choice}
          onChange={setChoice}
          options={options}
        />
      </div>
      {decide.failure !== null && (
        <div className="desk-note">
          <FailureNote failure={decide.failure} />
        </div>
      )}
      <PanelFoot
        reason={!value.mayDecide ? t('reason.role') : choice === null ? t('reason.chooseSigned') : null}
        isBusy={decide.isBusy}
        onSave={save}
        onLater={onLater}
      />
    </>
  );
}

function SignedHead({ version }: { version: DeskVersion }) {
  const { t } = useTranslation('desk');
  const { where, who, when } = useAuthorWords()(version);
  const isSigned = version.signings.length > 0;
  return (
    <p className="desk-signed-head">
      <span className="row g2 b">
        <Icon of={isSigned ? IconLock : IconPencil} />
        {t(isSigned ? 'signed.signed' : 'signed.unsigned')}
      </span>
      <span className="sm mut num">{[who, where, when].join(' · ')}</span>
    </p>
  );
}
