/**
 * The letters a keyboard lacks, for every text field of every page: a small button at the field that has the focus, and F2. The
 * focus stays in the field all the while, so that nothing that closes when it loses the focus does.
 */
import { useEffect, useLayoutEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { insertLetter, type TextInput, useFieldLetters, useLettersShown, watchKeyboard } from './letter-row.tsx';

/** Mounted once per window. */
export function LetterPalette() {
  const [field, setField] = useState<TextInput | null>(null);
  useEffect(() => {
    const look = () => setField(textInput(document.activeElement));
    const leave = () => setTimeout(look, 0);
    document.addEventListener('focusin', look);
    document.addEventListener('focusout', leave);
    look();
    return () => {
      document.removeEventListener('focusin', look);
      document.removeEventListener('focusout', leave);
    };
  }, []);
  return field === null ? null : <Palette field={field} />;
}

/** A field in which words are typed; null for a number, a PIN, an address of a machine and what cannot be changed. */
function textInput(element: Element | null): TextInput | null {
  if (element instanceof HTMLTextAreaElement) return element.readOnly || element.disabled ? null : element;
  if (!(element instanceof HTMLInputElement) || element.readOnly || element.disabled) return null;
  return ['text', 'search'].includes(element.type) && ['', 'text', 'search'].includes(element.inputMode)
    ? element
    : null;
}

function Palette({ field }: { field: TextInput }) {
  const { t } = useTranslation('app');
  const offered = useFieldLetters(field.getAttribute('lang') ?? '');
  const [isShown, show] = useLettersShown(offered?.locale ?? '');
  const [isOpen, setIsOpen] = useState(false);
  const [at, setAt] = useState(0);
  const place = usePlace(field);
  const letters = offered?.letters ?? [];

  useEffect(() => {
    if (offered === null) return undefined;
    const put = (index: number, isCapital: boolean) => {
      const letter = letters[index];
      if (letter !== undefined) insertLetter(field, letter, isCapital);
    };
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const isCapital = event.shiftKey || event.getModifierState('CapsLock');
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
      if (event.code === 'F2') setIsOpen(!isOpen);
      else if (!isOpen) return;
      else if (digit !== undefined && Number(digit) <= letters.length) {
        put(Number(digit) - 1, isCapital);
        setIsOpen(false);
      } else if (event.code === 'ArrowRight' || event.code === 'ArrowLeft')
        setAt((at + (event.code === 'ArrowRight' ? 1 : letters.length - 1)) % letters.length);
      else if (event.code === 'Enter' || event.code === 'NumpadEnter') put(at, isCapital);
      else if (event.code === 'Escape') setIsOpen(false);
      else {
        // Whoever types on wants no letter; a key that only changes others says nothing.
        if (!['ShiftLeft', 'ShiftRight', 'CapsLock'].includes(event.code)) setIsOpen(false);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  });
  useEffect(() => setIsOpen(false), [field]);
  useEffect(() => (isShown ? watchKeyboard(field, letters, () => show(false)) : undefined));

  if (offered === null || place === null) return null;
  const hasRow = field.closest('.form-field, .decision-editor, .search-field')?.querySelector('[data-letters="row"]');
  if (!isOpen) {
    if (!isShown || hasRow) return null;
    return createPortal(
      <button
        type="button"
        tabIndex={-1}
        className="letter-chip"
        data-letters="chip"
        style={place.chip}
        aria-label={`${t('letters.label')}, F2`}
        title={`${t('letters.label')}, F2`}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => setIsOpen(true)}
      >
        {letters.slice(0, 3).join(' ')}
      </button>,
      place.inside,
    );
  }
  return createPortal(
    <div
      className="pop letter-palette"
      data-letters="palette"
      role="group"
      aria-label={t('letters.label')}
      style={place.palette}
    >
      <div className="letters">
        {letters.map((letter, index) => (
          <button
            key={letter}
            type="button"
            tabIndex={-1}
            className={index === at ? 'at' : undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={(event) => insertLetter(field, letter, event.shiftKey || event.getModifierState('CapsLock'))}
          >
            {letter}
            <small aria-hidden="true">{index + 1}</small>
          </button>
        ))}
      </div>
      <p className="xs mut">{t('letters.how')}</p>
      <p className="vh" role="status">
        {letters[at]}
      </p>
    </div>,
    place.inside,
  );
}

type Place = {
  /** A dialog is alone on its layer: what belongs to its fields must be inside it. */
  readonly inside: Element;
  readonly chip: { readonly top: number; readonly left: number };
  readonly palette: { readonly top: number; readonly left: number };
};

const chipWidth = 64;
const paletteWidth = 440;
const paletteHeight = 96;

/** Where the field is in the window, kept up with scrolling and growing. */
function usePlace(field: TextInput): Place | null {
  const [place, setPlace] = useState<Place | null>(null);
  useLayoutEffect(() => {
    const measure = () => {
      const box = (field.closest('.field') ?? field).getBoundingClientRect();
      const isAtTop = box.top < 64;
      setPlace({
        inside: field.closest('dialog') ?? document.body,
        // On the line of the label; in the header, where nothing is above, inside the field.
        chip: isAtTop
          ? { top: box.top + (box.height - 26) / 2, left: box.right - chipWidth - 44 }
          : { top: box.top - 29, left: box.right - chipWidth },
        palette: {
          top: box.bottom + paletteHeight > window.innerHeight ? box.top - paletteHeight - 4 : box.bottom + 4,
          left: Math.max(8, Math.min(box.left, window.innerWidth - paletteWidth - 8)),
        },
      });
    };
    measure();
    const size = new ResizeObserver(measure);
    size.observe(field);
    window.addEventListener('scroll', measure, true);
    window.addEventListener('resize', measure);
    return () => {
      size.disconnect();
      window.removeEventListener('scroll', measure, true);
      window.removeEventListener('resize', measure);
    };
  }, [field]);
  return place;
}
