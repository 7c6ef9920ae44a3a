/**
 * One line in the head of the window for what was done, with a way to undo it: at most one, for six seconds; an error never comes here. It stands
 * in the head's own row, where the search makes room for it, so that it covers nothing.
 */
import type { CustomTypeOptions } from 'i18next';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

type Texts = CustomTypeOptions['resources'];
/** `domain:key` of the catalogues. */
type TextKey = { [D in keyof Texts]: `${D}:${keyof Texts[D] & string}` }[keyof Texts];
/** A number is written as the language writes it, minutes as a duration; texts are as people entered them. */
type NoticeValue = string | number | { readonly minutes: number };
/** Kept as key and values, and said in the language at hand, whichever that is by then. */
export type Notice = {
  readonly text: TextKey;
  readonly values?: { readonly [name: string]: NoticeValue };
  readonly undo?: { readonly label: TextKey; readonly onUndo: () => void };
};

const Notify = createContext<(notice: Notice) => void>(() => undefined);
const Current = createContext<{ readonly notice: Notice | null; readonly end: () => void }>({
  notice: null,
  end: () => undefined,
});

/** Gives `useNotify` to everything inside, and the notice to the place for it. It outlives the page it comes from. */
export function NotificationProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice | null>(null);
  const notify = useCallback((next: Notice) => setNotice(next), []);
  const end = useCallback(() => setNotice(null), []);
  return (
    <Notify value={notify}>
      <Current value={{ notice, end }}>{children}</Current>
    </Notify>
  );
}

/** Where notices stand, in the head of a frame; `children`, a notice of their own, are seen while there is none. */
export function NoticePlace({ children }: { children?: ReactNode }) {
  const { notice, end } = useContext(Current);
  const say = useNoticeText();
  const { locale } = useFormat();
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    if (notice === null || isHeld) return undefined;
    const timer = setTimeout(end, 6000);
    return () => clearTimeout(timer);
    // In another language it is read anew.
  }, [notice, isHeld, end, locale]);
  return (
    <div className="notice-place" aria-live="polite">
      {notice !== null && (
        <div
          className="notice"
          onMouseEnter={() => setIsHeld(true)}
          onMouseLeave={() => setIsHeld(false)}
          onFocus={() => setIsHeld(true)}
          onBlur={() => setIsHeld(false)}
        >
          <span>{say(notice.text, notice.values)}</span>
          {notice.undo && (
            <button
              type="button"
              className="linklike"
              onClick={() => {
                setIsHeld(false);
                end();
                notice.undo?.onUndo();
              }}
            >
              {say(notice.undo.label)}
            </button>
          )}
        </div>
      )}
      {children}
    </div>
  );
}

function useNoticeText(): (key: TextKey, values?: Notice['values']) => string {
  const { i18n } = useTranslation();
  const format = useFormat();
  const written = (value: NoticeValue): string =>
    typeof value === 'string'
      ? value
      : typeof value === 'number'
        ? format.number(value)
        : format.duration(value.minutes);
  // The key is checked where the notice is made.
  const translate = i18n.getFixedT(i18n.language) as unknown as (key: string, values: object) => string;
  return (key, values = {}) =>
    translate(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(value)])));
}

/** `notify({ text: 'desk:all.done', values: { number: 3 } })`. */
export function useNotify(): (notice: Notice) => void {
  return useContext(Notify);
}
