import { useId, useState } from 'react';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import IconHistory from '@tabler/icons-react/dist/esm/icons/IconHistory.mjs';
import type { DeskField, DeskRecord } from '#shared/desk/contract.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { columnsOf } from './columns.ts';
import type { PanelProps } from './desk-item.tsx';
import { PanelFoot } from './panel-foot.tsx';
import { SameFields } from './same-fields.tsx';
import { useAuthorWords, useFieldWords } from './desk-words.ts';
import { VerdictNote } from './verdict-note.tsx';
import { VersionValue } from './version-value.tsx';

/** A version's stamp, or `join` for all of a long text. */
type Picks = { readonly [field: string]: string };

/** Field by field: which version is right. Nothing is chosen beforehand. */
export function VersionsPanel({ value, again, onLater, onAgain }: PanelProps<DeskRecord>) {
  const { t } = useTranslation('desk');
  const notify = useNotify();
  const words = useFieldWords()(value.record.kind);
  const decide = useCommand('desk.decide');
  const [picks, setPicks] = useState<Picks>({});
  const [removal, setRemoval] = useState<'kept' | 'removed' | null>(null);
  const isComplete =
    removal === 'removed' ||
    (value.fields.every(({ field }) => picks[field] !== undefined) && (value.removal === null || removal !== null));
  const isAsked = value.removal !== null && removal === null;
  const isReady = isComplete && value.mayDecide && !decide.isBusy;

  async function save() {
    if (!isReady) return;
    const seen = [
      ...value.fields.flatMap(({ versions, verdicts }) => [...versions, ...verdicts].map(({ stamp }) => stamp)),
      ...(value.removal?.stamps ?? []),
      ...(value.removal?.verdicts.map(({ stamp }) => stamp) ?? []),
    ];
    const fields = value.fields.flatMap(({ field }) => {
      const pick = picks[field];
      if (pick === undefined) return [];
      return [pick === 'join' ? { field, join: true as const } : { field, take: pick }];
    });
    const result = await decide.run({ item: value.item, again, seen, fields, removal });
    if (!result.ok) return;
    notify({ text: 'desk:done', undo: { label: 'desk:again', onUndo: () => onAgain(value.item) } });
  }
  useShortcut('save', () => void save());

  return (
    <>
      <VerdictNote
        verdicts={[...value.fields.flatMap((field) => field.verdicts), ...(value.removal?.verdicts ?? [])]}
        text={t('verdict.text')}
      />
      {value.removal !== null && <Removal removal={value.removal} choice={removal} onChoose={setRemoval} />}
      {value.fields.length > 0 && removal !== 'removed' && (
        <VersionsTable fields={value.fields} picks={picks} onPick={setPicks} kind={value.record.kind} />
      )}
      <SameFields record={value.record} without={value.fields.map(({ field }) => field)} words={words} />
      <div className="desk-note">
        <Note tone="paper" icon={<Icon of={IconHistory} />}>
          {t('note.history')}
        </Note>
        <FailureNote failure={decide.failure} />
      </div>
      <PanelFoot
        reason={
          !value.mayDecide ? t('reason.role') : isComplete ? null : t(isAsked ? 'reason.answer' : 'reason.choose')
        }
        isBusy={decide.isBusy}
        onSave={save}
        onLater={onLater}
      />
    </>
  );
}

function VersionsTable({
  fields,
  picks,
  onPick,
  kind,
}: {
  fields: readonly DeskField[];
  picks: Picks;
  onPick: (picks: Picks) => void;
  kind: DeskRecord['record']['kind'];
}) {
  const { t } = useTranslation('desk');
  const id = useId();
  const words = useFieldWords()(kind);
  const authorOf = useAuthorWords();
  const columns = columnsOf(fields);
  return (
    <div className={`desk-versions of-${columns.length}`}>
      <span className="desk-corner" />
      {columns.map((column) => {
        const { where, who, when } = authorOf(column.author);
        const own = [...column.byField].flatMap(([field, versions]) => {
          const version = versions.at(-1);
          return version === undefined ? [] : [[field, version.stamp] as const];
        });
        return (
          <div key={column.key} className="desk-head">
            <span className="row g2 b top">
              <Icon of={IconDeviceLaptop} />
              <span>{where}</span>
            </span>
            <span className="sm mut">{who}</span>
            <span className="sm mut num">{when}</span>
            {fields.length > 1 && (
              <Button variant="subtle" size="small" onClick={() => onPick({ ...picks, ...Object.fromEntries(own) })}>
                {t('takeAll')}
              </Button>
            )}
          </div>
        );
      })}
      {fields.map(({ field, versions, mayJoin }) => {
        const standing = versions.find((version) => version.standing);
        const label = words.labelOf(field);
        return (
          <div key={field} className="desk-row" role="radiogroup" aria-label={label}>
            <span className="desk-label">{label}</span>
            {columns.map((column) => (
              <div key={column.key} className="desk-cell">
                {(column.byField.get(field) ?? []).map((version) => {
                  const other = version.standing ? versions.find((each) => each !== version) : standing;
                  return (
                    <label key={version.stamp} className="choice desk-pick">
                      <input
                        type="radio"
                        name={`${id}-${field}`}
                        checked={picks[field] === version.stamp}
                        onChange={() => onPick({ ...picks, [field]: version.stamp })}
                      />
                      <span className="dot" />
                      <span className="grow">
                        <VersionValue field={field} value={version.value} other={other?.value ?? null} words={words} />
                        {version.standing && <span className="xs mut desk-stands">{t('value.stands')}</span>}
                      </span>
                    </label>
                  );
                })}
              </div>
            ))}
            {mayJoin && (
              <label className="choice desk-pick desk-join">
                <input
                  type="radio"
                  name={`${id}-${field}`}
                  checked={picks[field] === 'join'}
                  onChange={() => onPick({ ...picks, [field]: 'join' })}
                />
                <span className="dot" />
                <span className="grow">{t('join')}</span>
              </label>
            )}
          </div>
        );
      })}
    </div>
  );
}

function Removal({
  removal,
  choice,
  onChoose,
}: {
  removal: NonNullable<DeskRecord['removal']>;
  choice: 'kept' | 'removed' | null;
  onChoose: (choice: 'kept' | 'removed') => void;
}) {
  const { t } = useTranslation('desk');
  const authorOf = useAuthorWords();
  return (
    <div className="bd desk-removal">
      {removal.removals.length + removal.edits.length > 0 && (
        <ul>
          {removal.removals.map((author) => (
            <li key={`removed ${author.at}`}>{t('removal.removed', authorOf(author))}</li>
          ))}
          {removal.edits.map((author) => (
            <li key={`changed ${author.at}`}>{t('removal.changed', authorOf(author))}</li>
          ))}
        </ul>
      )}
      <ChoiceField
        legend={t('removal.question')}
        name="removal"
        value={choice}
        onChange={onChoose}
        columns={2}
        options={[
          { value: 'kept', label: t('removal.keep'), detail: t('removal.keepText') },
          { value: 'removed', label: t('removal.remove'), detail: t('removal.removeText') },
        ]}
      />
    </div>
  );
}
