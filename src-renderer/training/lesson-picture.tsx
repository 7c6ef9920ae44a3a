import { useState } from 'react';
import { type ContentLocale, courseFile, type PictureBlock, textIn } from '#shared/training/course.ts';
import { FailureLine } from '#renderer/ui/failure-note.tsx';
import { htmlLangOf, packUrl } from './course-texts.ts';

/** A picture with its caption; its place is kept before it loads. Where it cannot be read its description stands instead. */
export function LessonPicture({ pack, block, locale }: { pack: string; block: PictureBlock; locale: ContentLocale }) {
  const [isBroken, setIsBroken] = useState(false);
  const src = packUrl(pack, courseFile(block.path, locale));
  const alt = textIn(block.alt, locale);
  return (
    <figure className="lesson-picture">
      {isBroken ? (
        <div className="lesson-picture-missing">
          <FailureLine failure={{ code: 'training/no-file' }} />
          <p lang={htmlLangOf(locale)}>{alt}</p>
        </div>
      ) : (
        <img
          key={src}
          src={src}
          alt={alt}
          width={block.width}
          height={block.height}
          onError={() => setIsBroken(true)}
        />
      )}
      {block.caption !== null && <figcaption className="sm mut">{textIn(block.caption, locale)}</figcaption>}
    </figure>
  );
}
