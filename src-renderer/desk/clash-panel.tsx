import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import IconHistory from '@tabler/icons-react/dist/esm/icons/IconHistory.mjs';
import type { DeskClash } from '#shared/desk/contract.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { recordAddress } from '#renderer/app/record-address.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField, TextField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import type { PanelProps } from './desk-item.tsx';
import { useFieldWords } from './desk-words.ts';
import { MergeTable } from './merge-table.tsx';
import { PanelFoot } from './panel-foot.tsx';
import { VerdictNote } from './verdict-note.tsx';

type Way = 'different' | 'same' | 'number';

/** Records of one name, phone or number: different things, one and the same, or one of them wants a new number. */
export function ClashPanel({ value, again, onLater, onAgain }: PanelProps<DeskClash>) {
  const { t } = useTranslation('desk');
  const notify = useNotify();
  const declare = useCommand('desk.declareDifferent');
  const merge = useCommand('desk.merge');
  const renumber = useCommand('records.save');
  const [way, setWay] = useState<Way | null>(null);
  const [take, setTake] = useState<{ readonly [field: string]: Id }>({});
  const [renamed, setRenamed] = useState<Id | null>(null);
  const [number, setNumber] = useState<string | null>(null);
  const kind = value.records[0]?.kind ?? 'contact';
  const drafts = value.records.filter((record) => !value.frozen.includes(record.id) && !record.removed);
  const isPaper = kind === 'decision';
  const next = useCall('records.nextDecisionNumber', {}, { enabled: isPaper });
  const ids = value.records.map(({ id }) => id);
  // A signed paper stays; else the older record.
  const survivor = value.frozen[0] ?? ids[0];
  const differing = differingFields(value);
  const givenNumber = number ?? next.value?.number ?? '';
  const isComplete =
    way === 'different' ||
    (way === 'same' && differing.every((field) => take[field] !== undefined)) ||
    (way === 'number' && renamed !== null && givenNumber.trim() !== '');
  const missing = way === 'same' ? t('reason.choose') : way === 'number' ? t('clash.whichNumber') : t('reason.answer');
  const isBusy = declare.isBusy || merge.isBusy || renumber.isBusy;
  const isReady = isComplete && value.mayDecide && !isBusy;

  async function save() {
    if (!isReady || survivor === undefined) return;
    const { item } = value;
    const result =
      way === 'different'
        ? await declare.run({ item, ids })
        : way === 'same'
          ? await merge.run({ item, ids, survivor, take })
          : renamed === null
            ? null
            : await renumber.run({ kind, id: renamed, values: { number: givenNumber.trim() } });
    if (result?.ok !== true) return;
    const [first, second] = ids.toSorted();
    const mayUndo = way !== 'number' && ids.length === 2;
    notify({
      text: 'desk:done',
      ...(mayUndo && { undo: { label: 'desk:again', onUndo: () => onAgain(`${first}|${second}`) } }),
    });
  }
  useShortcut('save', () => void save());

  return (
    <>
      <VerdictNote verdicts={value.verdicts} text={t('verdict.textSame')} other={t('clash.same')} />
      <div className="bd">
        <RecordsSideBySide records={value.records} frozen={value.frozen} again={again} />
        <ChoiceField
          legend={t('clash.question')}
          name="clash"
          value={way}
          onChange={setWay}
          options={[
            { value: 'different', label: t('clash.different'), detail: t('clash.differentText') },
            ...(value.mayMerge && value.frozen.length < 2
              ? [{ value: 'same' as const, label: t('clash.same'), detail: t('clash.sameText') }]
              : []),
            ...(isPaper && drafts.length > 0
              ? [{ value: 'number' as const, label: t('clash.number'), detail: t('clash.numberText') }]
              : []),
          ]}
        />
        {value.frozen.length > 1 && <p className="sm mut desk-hint">{t('clash.bothSigned')}</p>}
      </div>
      {way === 'same' && value.frozen.length === 0 && (
        <MergeTable records={value.records} fields={differing} take={take} onTake={setTake} />
      )}
      {way === 'number' && (
        <div className="bd desk-number">
          <ChoiceField
            legend={t('clash.whichNumber')}
            name="renumber"
            value={renamed}
            onChange={setRenamed}
            columns={2}
            options={drafts.map((record, index) => ({
              value: record.id,
              label: t('clash.record', { number: value.records.indexOf(record) + 1 }),
              detail: <RecordLine record={record} key={index} />,
            }))}
          />
          <TextField label={t('clash.newNumber')} value={givenNumber} onChange={setNumber} />
        </div>
      )}
      <div className="desk-note">
        <Note tone="paper" icon={<Icon of={IconHistory} />}>
          {t('note.history')}
        </Note>
        <FailureNote failure={declare.failure ?? merge.failure ?? renumber.failure} />
      </div>
      <PanelFoot
        reason={!value.mayDecide ? t('reason.role') : isComplete ? null : missing}
        isBusy={isBusy}
        onSave={save}
        onLater={onLater}
      />
    </>
  );
}

/**
 * Fields in which two records have different values. Where only one has a value that one is taken without asking, sets are united, and
 * a signed paper stays as it is.
 */
function differingFields({ records, frozen }: DeskClash): string[] {
  if (frozen.length > 0) return [];
  const names = new Set(records.flatMap((record) => Object.keys(record.values)));
  return [...names].filter((field) => {
    const given = records.map((record) => record.values[field]).filter((each) => each !== null && each !== '');
    return !given.some(Array.isArray) && new Set(given).size > 1;
  });
}

function RecordsSideBySide({
  records,
  frozen,
  again,
}: {
  records: readonly RecordView[];
  frozen: readonly Id[];
  again: boolean;
}) {
  const { t } = useTranslation('desk');
  const { t: tRecords } = useTranslation('records');
  const format = useFormat();
  return (
    <ul className="desk-records" data-again={again}>
      {records.map((record, index) => (
        <li key={record.id}>
          <p className="b">{t('clash.record', { number: index + 1 })}</p>
          <RecordLine record={record} />
          <p className="sm mut num">
            {[record.changedByName, format.dateTime(record.changedAt)].filter((part) => part !== null).join(' · ')}
          </p>
          <p className="sm">
            {frozen.includes(record.id) && <span className="b">{tRecords('state.signed')} · </span>}
            {record.removed && <span className="ochre b">{t('clash.removed')} · </span>}
            <Link {...recordAddress(record.kind, record.id)}>{t('open')}</Link>
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The first values of a record, to know it by. */
function RecordLine({ record }: { record: RecordView }) {
  const words = useFieldWords()(record.kind);
  const told =
    record.kind === 'contact'
      ? ['name', 'position', 'organisation', 'phone']
      : record.kind === 'decision'
        ? [
            'number',
            'decidedOn',
            'title_ru',
            'title_kk',
            'title_ky',
            'title_uz',
            'title_uz_cyrl',
            'title_tg',
            'title_en',
          ]
        : ['role', 'startsOn', 'endsOn', 'nominatedBy'];
  const parts = told.map((field) => words.valueOf(field, record.values[field] ?? null)).filter((text) => text !== '');
  return parts.slice(0, 4).map((text) => (
    <span key={text} className="desk-line">
      {text}
    </span>
  ));
}
