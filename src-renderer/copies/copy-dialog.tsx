import { useId, useState } from 'react';
import type { CopiesState } from '#shared/copies/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField, TextField } from '#renderer/ui/fields.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { ChooseFolder } from '../sync/choose-folder.tsx';
import { CodeNote } from './code-note.tsx';

/** Which stick, what the laptop is called on it, whether there is room. Writing goes on beside other work, so starting closes it. */
export function CopyDialog({
  state,
  onStart,
  onClose,
}: {
  state: CopiesState;
  onStart: (place: string, laptop: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('copies');
  const { t: tStick } = useTranslation('stick');
  const format = useFormat();
  const id = useId();
  const about = useCall('shell.about', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const { places } = state;
  // A single stick needs no choice; one that was pulled is no longer chosen.
  const place = places.find((each) => each.id === chosen) ?? (places.length === 1 ? places[0] : undefined);
  const laptop = typed ?? state.laptop ?? about.value?.laptop ?? '';
  const preview = useCall('copies.preview', { place: place?.id ?? '' }, { enabled: place !== undefined });
  const room = place === undefined ? undefined : preview.value;
  return (
    <Dialog labelledBy={id} onClose={onClose}>
      <div className="bd col g4">
        <h3 id={id}>{t('title')}</h3>
        <div className="col g2">
          {places.length === 0 ? (
            <p className="mut">{tStick('noStick')}</p>
          ) : (
            <ChoiceField
              legend={t('dialog.place')}
              name="copy-place"
              value={place?.id ?? null}
              onChange={setChosen}
              options={places.map((each) => ({
                value: each.id,
                label: tStick(each.type === 'stick' ? 'place.stick' : 'place.folder', { name: each.name }),
              }))}
            />
          )}
          <div>
            <ChooseFolder />
          </div>
        </div>
        <TextField
          label={t('dialog.laptop')}
          hint={t('dialog.laptopHint')}
          maxLength={120}
          value={laptop}
          onChange={setTyped}
        />
        {room !== undefined && (
          <div className="col g2" role="status">
            <p className="num">
              {t('dialog.room', { needed: format.bytes(room.needed), free: format.bytes(room.free) })}
            </p>
            {room.needed > room.free && <Note tone="ochre">{t('dialog.noRoom')}</Note>}
          </div>
        )}
        <FailureNote failure={place === undefined ? null : preview.failure} />
        <CodeNote code={state.code} />
        <p className="sm mut">{t('dialog.private')}</p>
      </div>
      <div className="ft">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          variant="filled"
          disabled={place === undefined || laptop.trim() === '' || state.code === 'none'}
          onClick={() => place !== undefined && onStart(place.id, laptop.trim())}
        >
          {t('dialog.start')}
        </Button>
      </div>
    </Dialog>
  );
}
