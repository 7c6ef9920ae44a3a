import { useCall } from '#renderer/app/api.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { CheckField, SelectField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';

/** Kilobytes a second, from a telephone's worst line to an office's. */
const limits = [16, 32, 64, 128, 256, 512, 1000, 4000];

/** The line to the hub: whether its bytes cost money, and how much of it files and courses may take. Of this laptop, not of a person. */
export function LineSheet() {
  const { t } = useTranslation('files');
  const format = useFormat();
  const notify = useNotify();
  const line = useCall('files.line', {});
  const set = useCommand('files.setLine');
  if (line.value === undefined) return null;
  const { metered, limit } = line.value;
  const change = (settings: { metered: boolean; limit: number | null }) =>
    void set.run(settings).then((result) => {
      if (result.ok) notify({ text: 'files:line.done' });
    });
  const offered = limit === null || limits.includes(limit) ? limits : [...limits, limit].toSorted((a, b) => a - b);
  return (
    <Sheet title={t('line.title')} pad>
      <div className="col g4">
        <CheckField checked={metered} onChange={(checked) => change({ metered: checked, limit })}>
          {t('line.metered')}
          <span className="sm mut" style={{ display: 'block' }}>
            {t('line.meteredHint')}
          </span>
        </CheckField>
        <SelectField
          label={t('line.limit')}
          hint={t('line.limitHint')}
          value={limit === null ? '' : String(limit)}
          empty={t('line.noLimit')}
          onChange={(value) => change({ metered, limit: value === null ? null : Number(value) })}
          options={offered.map((value) => ({
            value: String(value),
            label: t('line.rate', { bytes: format.bytes(value * 1000) }),
          }))}
        />
        <FailureNote failure={set.failure ?? line.failure} />
      </div>
    </Sheet>
  );
}
