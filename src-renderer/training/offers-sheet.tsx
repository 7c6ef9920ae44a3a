import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import IconDeviceUsb from '@tabler/icons-react/dist/esm/icons/IconDeviceUsb.mjs';
import IconDownload from '@tabler/icons-react/dist/esm/icons/IconDownload.mjs';
import IconFolders from '@tabler/icons-react/dist/esm/icons/IconFolders.mjs';
import IconShieldCheck from '@tabler/icons-react/dist/esm/icons/IconShieldCheck.mjs';
import type { PackOffer } from '#shared/packs/contract.ts';
import { useFailureText } from '#renderer/app/failure-text.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { CourseTableFrame } from './course-table-frame.tsx';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { titleIn } from './course-texts.ts';
import type { Source } from './import-state.ts';
import { LanguageChips } from './language-chips.tsx';

/** Whether an offer can be taken to this laptop now. */
export function isImportable(offer: PackOffer): boolean {
  return offer.status === 'new' || offer.status === 'update';
}

/** One stick or chosen folder with the packs on it. */
export function OffersSheet({
  source,
  offers,
  busy,
  isFilled,
  onImport,
}: {
  source: Source;
  offers: readonly PackOffer[];
  /** Offers whose import is under way. */
  busy: ReadonlySet<string>;
  /** Whether the import is the page's next step. */
  isFilled: boolean;
  onImport: (offers: readonly string[]) => void;
}) {
  const { t } = useTranslation('training');
  const open = offers.filter((offer) => isImportable(offer) && !busy.has(offer.id));
  const single = open.length === 1;
  return (
    <section className="sheet training-source" aria-labelledby={`source-${source.id}`}>
      <div className="hd">
        <Icon of={source.type === 'stick' ? IconDeviceUsb : IconFolders} />
        <h3 className="grow" id={`source-${source.id}`}>
          {t(source.type === 'stick' ? 'source.stick' : 'source.folder', { name: source.name })}
        </h3>
        {open.length > 1 && (
          <Button
            variant={isFilled ? 'filled' : 'outline'}
            icon={IconDownload}
            onClick={() => onImport(open.map(({ id }) => id))}
          >
            {t('source.takeAll', { count: open.length })}
          </Button>
        )}
      </div>
      {offers.length === 0 && (
        <p className="sm mut training-quiet" role="status">
          {source.scanning
            ? t('source.scanning')
            : t(source.type === 'stick' ? 'source.stickEmpty' : 'source.folderEmpty')}
        </p>
      )}
      {offers.length > 0 && (
        <CourseTableFrame
          rows={offers
            .toSorted(byUse)
            .map((offer) =>
              offer.status === 'refused' ? (
                <RefusedRow key={offer.id} offer={offer} />
              ) : (
                <OfferRow
                  key={offer.id}
                  offer={offer}
                  isBusy={busy.has(offer.id)}
                  isFilled={isFilled && single}
                  onImport={() => onImport([offer.id])}
                />
              ),
            )}
        />
      )}
    </section>
  );
}

/** What can be taken stands first, what is refused last. */
function byUse(left: PackOffer, right: PackOffer): number {
  const rank = { update: 0, new: 1, installed: 2, refused: 3 };
  return rank[left.status] - rank[right.status];
}

function OfferRow({
  offer,
  isBusy,
  isFilled,
  onImport,
}: {
  offer: PackOffer;
  isBusy: boolean;
  isFilled: boolean;
  onImport: () => void;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const title = titleIn(offer.titles, format.locale);
  const name = title.text === '' ? offer.file : title.text;
  return (
    <tr>
      <td>
        <span className="b" lang={title.lang}>
          {name}
        </span>
        {offer.publisher !== null && (
          <span className="row g1 sm mut training-publisher">
            {offer.publisherKnown && <Icon of={IconShieldCheck} size={16} />}
            <span>
              {t(offer.publisherKnown ? 'offer.publisherKnown' : 'offer.publisherUnknown', {
                publisher: offer.publisher,
              })}
            </span>
          </span>
        )}
      </td>
      <td>
        <LanguageChips locales={offer.locales} />
      </td>
      <td className="num right nw">{format.bytes(offer.bytes)}</td>
      <td className="num nw" data-label={t('table.version')}>
        <Versions offer={offer} />
      </td>
      <td className="sm nw">
        {offer.status === 'installed' ? (
          <span className="row g2">
            <Icon of={IconDeviceLaptop} size={16} />
            {t('offer.installed')}
          </span>
        ) : (
          <span className="row g2">
            <Icon of={IconDeviceUsb} size={16} />
            {t(isBusy ? 'offer.importing' : offer.status === 'update' ? 'offer.update' : 'offer.new')}
          </span>
        )}
      </td>
      <td className="right">
        {isImportable(offer) && !isBusy && (
          <Button size="small" variant={isFilled ? 'filled' : 'outline'} onClick={onImport}>
            {t(offer.status === 'update' ? 'offer.takeUpdate' : 'offer.take')}
            <span className="vh">: {name}</span>
          </Button>
        )}
      </td>
    </tr>
  );
}

function Versions({ offer }: { offer: PackOffer }) {
  const { t } = useTranslation('training');
  if (offer.installedVersion === null || offer.installedVersion === offer.version) return <>{offer.version}</>;
  return (
    <span className="row g1">
      {offer.installedVersion}
      <Icon of={IconArrowRight} size={16} />
      <span className="vh">{t('offer.replacedBy')}</span>
      {offer.version}
    </span>
  );
}

/** A file that may not be imported: which, why, and what to do. */
function RefusedRow({ offer }: { offer: PackOffer }) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const textOf = useFailureText();
  const title = titleIn(offer.titles, format.locale);
  const words = textOf(offer.problem ?? { code: 'packs/not-a-pack' });
  return (
    <tr>
      <td>
        <span className="b training-file" lang={title.lang}>
          {title.text === '' ? offer.file : title.text}
        </span>
        <span className="sm mut training-file training-facts">
          {offer.publisher === null
            ? t('offer.noPublisher')
            : t(offer.publisherKnown ? 'offer.publisherKnown' : 'offer.publisherUnknown', {
                publisher: offer.publisher,
              })}
          {title.text === '' ? '' : ` · ${offer.file}`}
          {` · ${format.bytes(offer.bytes)}`}
        </span>
      </td>
      <td colSpan={5}>
        <span className="row g2 top sm">
          <span className="brick">
            <Icon of={IconAlertCircle} />
          </span>
          <span className="grow">
            <span className="b brick">
              {t('offer.refused')} {words.title}.
            </span>{' '}
            {words.text}
          </span>
        </span>
      </td>
    </tr>
  );
}
