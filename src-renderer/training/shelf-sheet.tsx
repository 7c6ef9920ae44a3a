import { useEffect } from 'react';
import IconCloud from '@tabler/icons-react/dist/esm/icons/IconCloud.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import IconServer2 from '@tabler/icons-react/dist/esm/icons/IconServer2.mjs';
import type { ShelfOffer } from '#shared/packs/shelf-contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { call } from '#renderer/app/bridge.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureLine, FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { CourseTableFrame } from './course-table-frame.tsx';
import { titleIn } from './course-texts.ts';
import { LanguageChips } from './language-chips.tsx';

/** What the hub offers: courses to fetch over the network. Without a hub there is nothing to say. */
export function ShelfSheet() {
  const { t } = useTranslation('shelf');
  const shelf = useCall('shelf.list', {});
  const look = useCommand('shelf.look');
  const state = shelf.value?.state;
  useEffect(() => {
    // Quietly: without a line the sheet says so by itself.
    if (state === 'known') void call('shelf.look', {});
  }, [state]);
  if (shelf.value === undefined || state === 'no-hub') return null;
  const { packs } = shelf.value;
  const open = packs.filter(({ status, step }) => status === 'new' || status === 'update' || step !== null);
  const others = packs.filter(({ status }) => status === 'other-country').length;
  const quiet =
    state === 'away'
      ? t('away')
      : packs.length === 0
        ? t('empty')
        : open.length === 0
          ? t(others === packs.length ? 'otherCountries' : 'allHere')
          : null;
  return (
    <Sheet
      title={
        <span className="row g2">
          <Icon of={IconServer2} />
          {t('title')}
        </span>
      }
      side={
        <Button size="small" variant="default" busy={look.isBusy && t('looking')} onClick={() => void look.run({})}>
          {t('look')}
        </Button>
      }
    >
      {look.failure !== null && (
        <div className="training-quiet">
          <FailureNote failure={look.failure} />
        </div>
      )}
      {quiet !== null && (
        <p className="sm mut training-quiet" role="status">
          {quiet}
        </p>
      )}
      {open.length > 0 && (
        <CourseTableFrame rows={open.map((offer) => <ShelfRow key={offer.sha256} offer={offer} />)} />
      )}
    </Sheet>
  );
}

function ShelfRow({ offer }: { offer: ShelfOffer }) {
  const { t } = useTranslation('shelf');
  const { t: tTraining } = useTranslation('training');
  const format = useFormat();
  const fetch = useCommand('shelf.fetch');
  const pause = useCommand('shelf.pause');
  const drop = useCommand('shelf.drop');
  const { sha256, bytes, copied, step, problem, secondsLeft, status } = offer;
  const title = titleIn(offer.titles, format.locale);
  const name = title.text === '' ? offer.packId : title.text;
  const isHalf = copied > 0;
  const percent = Math.min(100, Math.floor((copied * 100) / bytes));
  return (
    <tr>
      <td>
        <span className="b" lang={title.lang}>
          {name}
        </span>
        <span className="sm mut training-publisher">{t('publisher', { publisher: offer.publisher })}</span>
        {(step !== null || isHalf) && (
          <span className="col g1 shelf-progress" role="status">
            <ProgressBar percent={percent} label={t('progress')} />
            <span className="sm num">
              {t('amount', { copied: format.bytes(copied), total: format.bytes(bytes) })}
              {secondsLeft !== null && (
                <span className="mut"> · {format.timeLeft(Math.max(1, Math.round(secondsLeft / 60)))}</span>
              )}
            </span>
          </span>
        )}
        <FailureLine failure={fetch.failure ?? problem} />
      </td>
      <td>
        <LanguageChips locales={offer.locales} />
      </td>
      <td className="num right nw">{format.bytes(bytes)}</td>
      <td className="num nw" data-label={tTraining('table.version')}>
        {offer.version}
      </td>
      <td className="sm nw">
        <span className="row g2">
          <Icon of={status === 'installed' ? IconDeviceLaptop : IconCloud} size={16} />
          {step !== null ? t(`step.${step}`) : t(status === 'update' ? 'state.update' : 'state.new')}
        </span>
      </td>
      <td className="right">
        <span className="row g2 wrap shelf-acts">
          {step === null || step === 'paused' ? (
            <Button size="small" onClick={() => void fetch.run({ sha256 })}>
              {t(isHalf ? 'resume' : 'fetch')}
              <span className="vh">: {name}</span>
            </Button>
          ) : (
            <Button size="small" variant="default" onClick={() => void pause.run({ sha256 })}>
              {t('pause')}
              <span className="vh">: {name}</span>
            </Button>
          )}
          {(step !== null || isHalf) && (
            <Button size="small" variant="subtle" onClick={() => void drop.run({ sha256 })}>
              {t('drop')}
              <span className="vh">: {name}</span>
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}
