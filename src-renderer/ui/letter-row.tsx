import { type RefObject, useEffect } from 'react';
import { localeFacts } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useViewSetting } from '#renderer/app/view-setting.ts';

type TextTarget = RefObject<HTMLInputElement | HTMLTextAreaElement | null>;

/** Puts text at the caret of a field as if it had been typed. */
export function insertAtCaret(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  field.focus();
  field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** In names every word begins with a capital: so does an inserted letter where all words before it do. */
function startsName(field: HTMLInputElement | HTMLTextAreaElement): boolean {
  const before = field.value.slice(0, field.selectionStart ?? field.value.length);
  if (before.trim() === '') return field instanceof HTMLInputElement;
  if (!/\s$/.test(before)) return false;
  return before
    .trim()
    .split(/\s+/)
    .every((word) => /^\p{Lu}/u.test(word));
}

/**
 * The letters of the interface language that a Russian or English keyboard lacks. Shown until the person says «do not show
 * again» or types one of them on the keyboard: then the keyboard has them.
 */
export function LetterRow({ target }: { target: TextTarget }) {
  const { t } = useTranslation('app');
  const { locale } = useFormat();
  const [shown, setShown] = useViewSetting<'yes' | 'no'>(`letters.${locale}`, 'yes');
  const letters = localeFacts[locale].extraLetters;
  const isShown = shown === 'yes' && letters.length > 0;
  useEffect(() => {
    const field = target.current;
    if (!isShown || field === null) return undefined;
    const typed = (event: Event) => {
      if (
        event instanceof InputEvent &&
        event.inputType === 'insertText' &&
        letters.includes((event.data ?? '').toLowerCase())
      )
        setShown('no');
    };
    field.addEventListener('input', typed);
    return () => field.removeEventListener('input', typed);
  }, [isShown, letters, setShown, target]);
  if (!isShown) return null;
  return (
    <div className="letters" role="group" aria-label={t('letters.label')}>
      {letters.map((letter) => (
        <button
          key={letter}
          type="button"
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => {
            const field = target.current;
            if (field === null) return;
            const big = event.shiftKey || startsName(field);
            insertAtCaret(field, big ? letter.slice(0, 1).toUpperCase() + letter.slice(1) : letter);
          }}
        >
          {letter}
        </button>
      ))}
      <button type="button" className="linklike" onClick={() => setShown('no')}>
        {t('letters.hide')}
      </button>
    </div>
  );
}
