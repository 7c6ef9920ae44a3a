/** Small things about the view that a laptop remembers (sort order, hidden letter rows). Never personal data: it lies outside the store. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

type ViewSettings = {
  /** Words by setting. */
  readonly words: Readonly<Record<string, string>>;
  remember(key: string, word: string): void;
};

/** One per window, kept in the browser's storage; where that is full or forbidden only the memory of a view is lost. */
const useViewSettings = create<ViewSettings>()(
  persist(
    (set) => ({
      words: {},
      remember: (key, word) => set(({ words }) => ({ words: { ...words, [key]: word } })),
    }),
    { name: 'komissiya.view', partialize: ({ words }) => ({ words }) },
  ),
);

/** A remembered word under `key`, else `initial`; and how to change it. */
export function useViewSetting<const T extends string>(key: string, initial: T): [T, (value: T) => void] {
  // Only this hook writes the key, so what is read is a T or absent; callers compare it with the words they know.
  const word = useViewSettings((settings) => settings.words[key]) as T | undefined;
  const remember = useViewSettings((settings) => settings.remember);
  return [word ?? initial, (value) => remember(key, value)];
}
