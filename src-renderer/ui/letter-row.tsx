import { type RefObject, useContext, useEffect } from 'react';
import { ProfileContext } from '#renderer/app/profile.ts';
import { useViewSetting } from '#renderer/app/view-setting.ts';
import { type FieldLetters, fieldLetters } from '#renderer/i18n/field-letters.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

export type TextInput = HTMLInputElement | HTMLTextAreaElement;

/** Puts a letter at the caret of a field as if it had been typed: the browser's own undo knows it. */
export function insertLetter(field: TextInput, letter: string, isCapital: boolean): void {
  const text = isCapital || startsName(field) ? letter.slice(0, 1).toUpperCase() + letter.slice(1) : letter;
  field.focus();
  // Tells `watchKeyboard` that no key of the person's keyboard made this letter.
  field.dataset['inserted'] = '';
  document.execCommand('insertText', false, text);
  delete field.dataset['inserted'];
}

/** In names every word begins with a capital: so does an inserted letter where all words before it do. */
function startsName(field: TextInput): boolean {
  const before = field.value.slice(0, field.selectionStart ?? field.value.length);
  if (before.trim() === '') return field instanceof HTMLInputElement;
  if (!/\s$/.test(before)) return false;
  return before
    .trim()
    .split(/\s+/)
    .every((word) => /^\p{Lu}/u.test(word));
}

/** The letters of a field whose `lang` this is, in the window's language for this person. */
export function useFieldLetters(lang: string): FieldLetters | null {
  const { locale } = useFormat();
  const profile = useContext(ProfileContext);
  return fieldLetters(lang, locale, profile?.state.session?.country ?? null);
}

/** Whether the letters of a language are shown unasked on this laptop, and how to change that. */
export function useLettersShown(locale: string): [boolean, (isShown: boolean) => void] {
  const [word, remember] = useViewSetting<'yes' | 'no'>(`letters.${locale}`, 'yes');
  return [word === 'yes', (isShown) => remember(isShown ? 'yes' : 'no')];
}

/** Runs `found` when one of the letters is typed on the keyboard into the field: then the keyboard has them. Answers how to stop. */
export function watchKeyboard(field: TextInput, letters: readonly string[], found: () => void): () => void {
  const typed = (event: Event) => {
    if (!(event instanceof InputEvent) || event.inputType !== 'insertText' || 'inserted' in field.dataset) return;
    if (letters.includes((event.data ?? '').toLowerCase())) found();
  };
  field.addEventListener('input', typed);
  return () => field.removeEventListener('input', typed);
}

/**
 * The letters of a field's language that a Russian or English keyboard lacks, below the field. Shown until the person says «do not
 * show again» or types one of them on the keyboard. F2 offers them in every field (letter-palette.tsx).
 */
export function LetterRow({ target, lang = '' }: { target: RefObject<TextInput | null>; lang?: string | undefined }) {
  const offered = useFieldLetters(lang);
  return offered === null ? null : <Row target={target} offered={offered} />;
}

function Row({ target, offered: { locale, letters } }: { target: RefObject<TextInput | null>; offered: FieldLetters }) {
  const { t } = useTranslation('app');
  const [isShown, show] = useLettersShown(locale);
  useEffect(() => {
    const field = target.current;
    return isShown && field !== null ? watchKeyboard(field, letters, () => show(false)) : undefined;
  });
  if (!isShown) return null;
  return (
    <div className="letters" role="group" aria-label={t('letters.label')} data-letters="row">
      {letters.map((letter) => (
        <button
          key={letter}
          type="button"
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => {
            if (target.current !== null)
              insertLetter(target.current, letter, event.shiftKey || event.getModifierState('CapsLock'));
          }}
        >
          {letter}
        </button>
      ))}
      <button type="button" className="linklike" onClick={() => show(false)}>
        {t('letters.hide')}
      </button>
    </div>
  );
}
