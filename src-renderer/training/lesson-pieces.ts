/**
 * A lesson as it is read: its blocks, with each text taken apart into paragraphs, headings, lists and tables. The index of a
 * piece is the «block» of a reader's place: fine enough to return to the line, and the same in every language as long as the
 * translations run in parallel.
 */
import { useEffect, useState } from 'react';
import type { Failure } from '#shared/kernel/result.ts';
import {
  type ContentLocale,
  type ClipBlock,
  courseFile,
  type Lesson,
  type PictureBlock,
} from '#shared/training/course.ts';
import { type MarkdownBlock, parseMarkdown } from '#shared/training/markdown.ts';
import { call } from '#renderer/app/bridge.ts';

export type LessonPiece =
  | { readonly kind: 'text'; readonly key: string; readonly text: MarkdownBlock }
  | { readonly kind: 'picture'; readonly key: string; readonly block: PictureBlock }
  | { readonly kind: 'clip'; readonly key: string; readonly block: ClipBlock }
  /** A text that cannot be read; the rest of the lesson stays. */
  | { readonly kind: 'missing'; readonly key: string; readonly failure: Failure };

/** The pieces in one language; null until they are read. While another language is read the former one stays. */
export function useLessonPieces(
  course: string,
  lesson: Lesson,
  locale: ContentLocale,
): { pieces: readonly LessonPiece[]; locale: ContentLocale } | null {
  const [read, setRead] = useState<{ lesson: string; pieces: readonly LessonPiece[]; locale: ContentLocale } | null>(
    null,
  );
  useEffect(() => {
    let isWanted = true;
    void readPieces(course, lesson, locale).then(
      (pieces) => isWanted && setRead({ lesson: lesson.id, pieces, locale }),
    );
    return () => {
      isWanted = false;
    };
  }, [course, lesson, locale]);
  return read?.lesson === lesson.id ? read : null;
}

async function readPieces(course: string, lesson: Lesson, locale: ContentLocale): Promise<LessonPiece[]> {
  const parts = lesson.blocks.map(async (block): Promise<LessonPiece[]> => {
    if (block.kind === 'picture') return [{ kind: 'picture', key: block.id, block }];
    if (block.kind === 'clip') return [{ kind: 'clip', key: block.id, block }];
    const answer = await call('training.readText', { course, path: courseFile(block.path, locale) });
    if (!answer.ok) return [{ kind: 'missing', key: block.id, failure: answer.error }];
    return parseMarkdown(answer.value.text).map((text, index) => ({ kind: 'text', key: `${block.id}-${index}`, text }));
  });
  return (await Promise.all(parts)).flat();
}
