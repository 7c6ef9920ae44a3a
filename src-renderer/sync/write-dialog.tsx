import { useId, useState } from 'react';
import type { CoreContract } from '#shared/contract/core-contract.ts';
import type { OutputOf } from '#shared/contract/define.ts';
import type { StickPlace, StickState } from '#shared/sync/stick-contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { CheckField, ChoiceField } from '#renderer/ui/fields.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { ChooseFolder } from './choose-folder.tsx';
import { NoStick } from './no-stick.tsx';

const nothing = { changes: 0, refused: 0, attachments: { files: 0, bytes: 0 }, needsHub: false };

/** Which stick, for whom, how much, and what of it the hub will not take; then what to do with it. */
export function WriteDialog({ state, onClose }: { state: StickState; onClose: () => void }) {
  const { t } = useTranslation('stick');
  const format = useFormat();
  const id = useId();
  const write = useCommand('stick.write');
  const [chosenPlace, setPlace] = useState<string | null>(null);
  const [chosenReader, setReader] = useState<string | null>(null);
  const [isTried, setIsTried] = useState(false);
  const [everything, setEverything] = useState(false);
  const [done, setDone] = useState<OutputOf<CoreContract, 'stick.write'> | null>(null);
  const { places, readers, task } = state;
  // A single stick needs no choice; one that was pulled is no longer chosen.
  const place = places.find((each) => each.id === chosenPlace) ?? (places.length === 1 ? places[0] : undefined);
  const reader = readers.find((each) => each.id === chosenReader) ?? readers[0];
  const preview = useCall(
    'stick.preview',
    { reader: reader?.id ?? '', everything },
    { enabled: reader !== undefined, keepPrevious: true },
  );
  const { changes, refused, attachments, needsHub } = preview.value ?? nothing;
  const start = async (): Promise<void> => {
    setIsTried(true);
    if (place === undefined || reader === undefined) return;
    const result = await write.run({ place: place.id, reader: reader.id, everything });
    if (result.ok) setDone(result.value);
  };
  if (done !== null && reader !== undefined) {
    return (
      <Dialog labelledBy={id} onClose={onClose}>
        <div className="bd col g3">
          <h3 id={id}>{t('done.title')}</h3>
          <p className="num">
            {t('done.text', { number: format.number(done.changes), bytes: format.bytes(done.bytes) })}
          </p>
          <RefusedNote of={done} />
          {done.attachments > 0 && (
            <p className="num">{t('done.files', { number: format.number(done.attachments) })}</p>
          )}
          {done.left.files > 0 && (
            <Note tone="ochre">
              <p className="num">
                {t('done.left', { number: format.number(done.left.files), bytes: format.bytes(done.left.bytes) })}
              </p>
            </Note>
          )}
          <p>{reader.id === 'hub' ? t('done.hub') : t('done.laptop', { name: reader.name })}</p>
        </div>
        <div className="ft">
          <Button variant="filled" onClick={onClose}>
            {t('done.close')}
          </Button>
        </div>
      </Dialog>
    );
  }
  const isBusy = write.isBusy;
  const isInVain = refused > 0 && refused === changes && attachments.files === 0;
  return (
    <Dialog labelledBy={id} onClose={() => !isBusy && onClose()}>
      <div className="bd col g4 stick-dialog">
        <h3 id={id}>{t('write')}</h3>
        <Places
          places={places}
          chosen={place?.id ?? null}
          onChoose={setPlace}
          isMissing={isTried && place === undefined}
        />
        <ChoiceField
          legend={t('dialog.reader')}
          name="stick-reader"
          value={reader?.id ?? null}
          onChange={setReader}
          options={readers.map((each) => ({
            value: each.id,
            label: t(each.id === 'hub' ? 'reader.hub' : 'reader.laptop', { name: each.name }),
            detail: t(each.id === 'hub' ? 'reader.hubText' : 'reader.laptopText'),
          }))}
        />
        {needsHub && <Note tone="ochre">{t('dialog.needsHub', { name: reader?.name ?? '' })}</Note>}
        <CheckField checked={everything} onChange={setEverything}>
          {t('dialog.everything')}
          <span className="sm mut" style={{ display: 'block' }}>
            {t('dialog.everythingText')}
          </span>
        </CheckField>
        <p className="num" role="status">
          {changes === 0 ? t('dialog.previewNone') : t('dialog.preview', { number: format.number(changes) })}{' '}
          {attachments.files > 0 &&
            t('dialog.previewFiles', {
              number: format.number(attachments.files),
              bytes: format.bytes(attachments.bytes),
            })}{' '}
          <span className="mut">{t('dialog.private')}</span>
        </p>
        <RefusedNote of={{ changes, refused }} />
        {isBusy && task !== null && (
          <ProgressBar
            percent={task.total === 0 ? 0 : Math.floor((task.done * 100) / task.total)}
            label={t('writing')}
          />
        )}
        <FailureNote failure={write.failure} />
      </div>
      <div className="ft">
        <Button variant="default" disabled={isBusy} onClick={onClose}>
          {t('dialog.cancel')}
        </Button>
        <Button
          variant={isInVain ? 'outline' : 'filled'}
          disabled={reader === undefined}
          busy={isBusy && t('writing')}
          onClick={() => void start()}
        >
          {t('dialog.write')}
        </Button>
      </div>
    </Dialog>
  );
}

/** What of the changes for the hub it will not take, from a stick either. */
function RefusedNote({ of: { changes, refused } }: { of: { readonly changes: number; readonly refused: number } }) {
  const { t } = useTranslation('stick');
  const format = useFormat();
  if (refused === 0) return null;
  const said = refused === changes ? 'dialog.refusedAll' : 'dialog.refused';
  return (
    <Note tone="ochre">
      <p className="num">{t(said, { number: format.number(refused) })}</p>
    </Note>
  );
}

function Places({
  places,
  chosen,
  onChoose,
  isMissing,
}: {
  places: readonly StickPlace[];
  chosen: string | null;
  onChoose: (id: string) => void;
  /** It was to be written, and nobody has said where. */
  isMissing: boolean;
}) {
  const { t } = useTranslation('stick');
  return (
    <div className="col g2">
      {places.length === 0 ? (
        <NoStick isMissing={isMissing} />
      ) : (
        <ChoiceField
          legend={t('dialog.place')}
          name="stick-place"
          value={chosen}
          onChange={onChoose}
          error={isMissing ? t('dialog.placeMissing') : undefined}
          options={places.map(({ id, name, type }) => ({
            value: id,
            label: t(type === 'stick' ? 'place.stick' : 'place.folder', { name }),
          }))}
        />
      )}
      <div>
        <ChooseFolder />
      </div>
    </div>
  );
}
