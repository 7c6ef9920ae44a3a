import { Link } from '@tanstack/react-router';
import IconEye from '@tabler/icons-react/dist/esm/icons/IconEye.mjs';
import type { DeskClash, DeskRecord } from '#shared/desk/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { recordAddress } from '#renderer/app/record-address.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { buttonClass, buttonInside } from '#renderer/ui/button.tsx';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ClashPanel } from './clash-panel.tsx';
import { SignedPanel } from './signed-panel.tsx';
import { VersionsPanel } from './versions-panel.tsx';

export type PanelProps<T> = {
  readonly value: T;
  /** It has been decided and is decided anew. */
  readonly again: boolean;
  /** Goes on to the next place; null where there is none. */
  readonly onLater: (() => void) | null;
  /** Opens a place that has just been decided, for the way back. */
  readonly onAgain: (item: string) => void;
};

/** One place on the desk: what it is, and the panel in which a person decides. */
export function DeskItem({
  item,
  name,
  detail,
  lang,
  ...panel
}: Omit<PanelProps<unknown>, 'value'> & {
  item: string;
  name: string;
  detail: string;
  lang: string | undefined;
}) {
  const { t } = useTranslation('desk');
  const { value, failure, isLoading } = useCall('desk.item', { item, again: panel.again });
  return (
    <section className="sheet desk-item" aria-label={name}>
      <div className="hd">
        <div className="grow">
          <h2>{name}</h2>
          {detail !== '' && (
            <p className="sm mut" lang={lang}>
              {detail}
            </p>
          )}
        </div>
        {value?.what === 'record' && (
          <Link
            {...recordAddress(value.record.kind, value.record.id)}
            className={buttonClass({ variant: 'default', size: 'small' })}
          >
            {buttonInside(IconEye, t('open'), undefined, 'small')}
          </Link>
        )}
      </div>
      {isLoading && <Skeleton lines={4} />}
      {failure !== null && (
        <div className="bd">
          <FailureNote failure={failure} />
        </div>
      )}
      {value !== undefined && <Panel value={value} {...panel} />}
    </section>
  );
}

function Panel({ value, ...rest }: PanelProps<DeskRecord | DeskClash>) {
  if (value.what === 'clash') return <ClashPanel value={value} {...rest} />;
  if (value.signings.length > 0 && value.fields.length > 0) return <SignedPanel value={value} {...rest} />;
  return <VersionsPanel value={value} {...rest} />;
}
