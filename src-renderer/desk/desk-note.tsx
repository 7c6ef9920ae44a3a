import { Link } from '@tanstack/react-router';
import IconVersions from '@tabler/icons-react/dist/esm/icons/IconVersions.mjs';
import type { Id } from '#shared/kernel/ids.ts';
import { useCall } from '#renderer/app/api.ts';
import { recordAddress, type RecordKind } from '#renderer/app/record-address.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import './desk-note.css';

/** On a record's page: that it waits for a decision, or which record it has been merged into. Nothing otherwise. */
export function DeskNote({ kind, id }: { kind: RecordKind; id: Id }) {
  const { t } = useTranslation('desk');
  const { value } = useCall('desk.ofRecord', { kind, id });
  if (value === undefined || (value.item === null && value.mergedInto === null)) return null;
  return (
    <div className="desk-record-note">
      {value.item !== null && (
        <Note tone="ochre" icon={<Icon of={IconVersions} />}>
          {t('record.waits')} <Link to="/records/desk">{t('record.decide')}</Link>
        </Note>
      )}
      {value.mergedInto !== null && (
        <Note tone="paper" icon={<Icon of={IconVersions} />}>
          {t('record.merged')} <Link {...recordAddress(kind, value.mergedInto)}>{t('open')}</Link>
        </Note>
      )}
    </div>
  );
}

/** A link to the desk while something waits there; nothing otherwise. */
export function DeskLink() {
  const { t } = useTranslation('desk');
  const format = useFormat();
  const { value } = useCall('desk.count', {});
  if (value === undefined || value.count === 0) return null;
  return (
    <div className="desk-record-note">
      <Note tone="ochre" icon={<Icon of={IconVersions} />}>
        <Link to="/records/desk">{t('today.title', { number: format.number(value.count) })}</Link>
      </Note>
    </div>
  );
}
