/**
 * Drafts that save themselves after each field. Edits live here until the core has them; saves never overlap, a save that
 * failed keeps the edits and is tried again with the next one; leaving the page saves what is left.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Failure, Result } from '#shared/kernel/result.ts';

export type AutosaveState = 'clean' | 'unsaved' | 'saving' | 'saved' | 'failed';

export type Autosave<T extends object> = {
  /** The stored values with the edits over them. */
  readonly values: T;
  /** Changes fields; saved after a pause, or at once with `flush`. */
  readonly set: (changes: Partial<T>) => void;
  readonly state: AutosaveState;
  /** ms UTC of the last save from this page. */
  readonly savedAt: number | null;
  readonly failure: Failure | null;
  /** Saves what is unsaved now; call it on blur and before a step forward. True when nothing is left unsaved. */
  readonly flush: () => Promise<boolean>;
};

/**
 * `stored`: the values as the core has them; they may change under the form, edited fields stay as edited. `save` gets only the
 * changed fields. Nothing is saved while `isReady` says no (required fields of a new record are still empty).
 */
export function useAutosave<T extends object>(
  stored: T,
  save: (changes: Partial<T>) => Promise<Result<unknown>>,
  options: { delayMs?: number; isReady?: (values: T) => boolean } = {},
): Autosave<T> {
  const [edits, setEdits] = useState<Partial<T>>({});
  const [state, setState] = useState<AutosaveState>('clean');
  const [savedAt, setSavedAt] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const latest = useRef({ stored, save, edits, isReady: options.isReady });
  const running = useRef<Promise<boolean> | null>(null);
  useEffect(() => {
    latest.current = { ...latest.current, stored, save, isReady: options.isReady };
  });

  const flush = useCallback((): Promise<boolean> => {
    const run = async (): Promise<boolean> => {
      const { edits: sent, save: saveNow, isReady, stored: base } = latest.current;
      if (Object.keys(sent).length === 0) return true;
      if (isReady?.({ ...base, ...sent }) === false) return false;
      setState('saving');
      const result = await saveNow(sent);
      if (!result.ok) {
        setFailure(result.error);
        setState('failed');
        return false;
      }
      setFailure(null);
      setSavedAt(Date.now());
      // What was typed while the save was on its way stays an edit.
      const left: Partial<T> = { ...latest.current.edits };
      for (const key of Object.keys(sent) as (keyof T)[]) if (Object.is(left[key], sent[key])) delete left[key];
      latest.current.edits = left;
      const isDone = Object.keys(left).length === 0;
      setState(isDone ? 'saved' : 'unsaved');
      return isDone;
    };
    const turn = (running.current ?? Promise.resolve(true)).then(run);
    running.current = turn;
    return turn;
  }, []);

  // Once the core shows other stored values, saved edits step back so that later changes from elsewhere are seen.
  const storedKey = JSON.stringify(stored);
  useEffect(() => setEdits({ ...latest.current.edits }), [storedKey]);

  const delay = options.delayMs ?? 800;
  useEffect(() => {
    if (state !== 'unsaved') return undefined;
    const timer = setTimeout(() => void flush(), delay);
    return () => clearTimeout(timer);
  }, [state, edits, delay, flush]);

  useEffect(
    () => () => {
      void flush();
    },
    [flush],
  );

  const set = useCallback((changes: Partial<T>) => {
    const next = { ...latest.current.edits, ...changes };
    latest.current.edits = next;
    setEdits(next);
    setState('unsaved');
  }, []);

  return { values: { ...stored, ...edits }, set, state, savedAt, failure, flush };
}
