import { useCallback, useEffect, useRef } from 'react';
import { call } from '#renderer/app/bridge.ts';

type Where = { block: number; seconds: number | null };

const saveAfterMs = 1500;

/**
 * Keeps the reader's place in a lesson on this laptop. `moveTo` may be called as often as the place changes; it is written
 * when the reader has rested, and at once when the lesson is left or the window is hidden.
 */
export function usePlace(
  course: string,
  lesson: string,
): { moveTo: (where: Partial<Where>) => void; markDone: () => Promise<void> } {
  const now = useRef<Where>({ block: 0, seconds: null });
  const saved = useRef<string>('');
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const write = useCallback(
    async (lessonDone?: string) => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
      const place = JSON.stringify(now.current);
      if (place === saved.current && lessonDone === undefined) return;
      saved.current = place;
      const { block, seconds } = now.current;
      await call('training.savePlace', {
        course,
        lesson,
        block,
        seconds,
        ...(lessonDone !== undefined && { lessonDone }),
      });
    },
    [course, lesson],
  );

  const moveTo = useCallback(
    (where: Partial<Where>) => {
      const next = { ...now.current, ...where };
      // Another block is another place: the seconds belong to a clip only.
      if (where.block !== undefined && where.block !== now.current.block && where.seconds === undefined)
        next.seconds = null;
      now.current = next;
      timer.current ??= setTimeout(() => void write(), saveAfterMs);
    },
    [write],
  );

  useEffect(() => {
    const hide = () => {
      if (document.visibilityState === 'hidden' && timer.current !== null) void write();
    };
    document.addEventListener('visibilitychange', hide);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      if (timer.current !== null) void write();
    };
  }, [write]);

  const markDone = useCallback(() => write(lesson), [write, lesson]);
  return { moveTo, markDone };
}
