import { type RefObject, useMemo, useState } from 'react';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconWand from '@tabler/icons-react/dist/esm/icons/IconWand.mjs';
import type { Locale } from '#shared/i18n/locales.ts';
import { repairText } from '#shared/text/repair-text.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import type { TextInput } from './letter-row.tsx';

/** More words than these are counted, not shown. */
const shownChanges = 3;

/**
 * Below a field whose text has letters of an old font, of a wrong code page or of two alphabets in one word: says which words would become what,
 * and mends them when told to. Nothing changes unasked; «put back» and the browser's own undo both take it back.
 */
export function RepairOffer({
  target,
  text,
  locale,
}: {
  target: RefObject<TextInput | null>;
  text: string;
  locale: Locale;
}) {
  const { t } = useTranslation('letters');
  const { text: mended, changes } = useMemo(() => repairText(text, locale), [text, locale]);
  /** The text the person wants as it is. */
  const [kept, setKept] = useState<string | null>(null);
  const [done, setDone] = useState<{ before: string; after: string } | null>(null);

  function write(next: string) {
    const field = target.current;
    if (field === null) return;
    field.focus();
    field.select();
    // The only way to change a field so that the browser's own undo knows it.
    document.execCommand('insertText', false, next);
  }

  if (done !== null && done.after === text) {
    return (
      <div className="note paper repair" role="status">
        <p className="grow">{t('done')}</p>
        <Button
          variant="subtle"
          size="small"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            setKept(done.before);
            setDone(null);
            write(done.before);
          }}
        >
          {t('undo')}
        </Button>
      </div>
    );
  }
  const [first] = changes;
  if (first === undefined || kept === text) return null;
  const more = changes.length - shownChanges;
  return (
    <div className="note paper repair" role="status">
      <Icon of={IconWand} />
      <div className="grow">
        <p className="b">{t(`offer.${first.reason}`)}</p>
        {changes.slice(0, shownChanges).map((change) => (
          <p key={change.start} className="repair-change">
            <span className="mut">{change.from}</span> <Icon of={IconArrowRight} size={16} /> <b>{change.to}</b>
          </p>
        ))}
        {more > 0 && <p className="sm mut">{t('more', { count: more })}</p>}
        <div className="row g2 wrap">
          <Button
            size="small"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              setDone({ before: text, after: mended });
              write(mended);
            }}
          >
            {t('fix')}
          </Button>
          <Button
            variant="subtle"
            size="small"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => setKept(text)}
          >
            {t('keep')}
          </Button>
        </div>
      </div>
    </div>
  );
}
