import IconMaximize from '@tabler/icons-react/dist/esm/icons/IconMaximize.mjs';
import IconPlayerPause from '@tabler/icons-react/dist/esm/icons/IconPlayerPause.mjs';
import IconPlayerPlay from '@tabler/icons-react/dist/esm/icons/IconPlayerPlay.mjs';
import { useEffect, useRef, useState } from 'react';
import { type Cue, captionAt, parseCaptions } from '#shared/training/captions.ts';
import { type ClipBlock, type ContentLocale, courseFile, textIn } from '#shared/training/course.ts';
import { parseMarkdown } from '#shared/training/markdown.ts';
import { useCall } from '#renderer/app/api.ts';
import { useViewSetting } from '#renderer/app/view-setting.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureLine } from '#renderer/ui/failure-note.tsx';
import { CheckField } from '#renderer/ui/fields.tsx';
import { htmlLangOf, packUrl } from './course-texts.ts';
import { MarkdownText } from './markdown-text.tsx';

/** Where a clip is, told at most this often while it plays. */
const tellEverySeconds = 5;

/**
 * A clip with its own controls in the window's language (Chromium's are in the language of the system), captions in the language of the lesson,
 * on by default, and the same words as text.
 */
export function LessonClip({
  course,
  pack,
  block,
  locale,
  startAt,
  onSeconds,
}: {
  course: string;
  pack: string;
  block: ClipBlock;
  locale: ContentLocale;
  /** Seconds to begin at. */
  startAt: number;
  onSeconds: (seconds: number) => void;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const video = useRef<HTMLVideoElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const told = useRef(startAt);
  const [seconds, setSeconds] = useState(startAt);
  const [isPlaying, setIsPlaying] = useState(false);
  const [isBroken, setIsBroken] = useState(false);
  const [captions, setCaptions] = useViewSetting<'on' | 'off'>('training.captions', 'on');
  const captionFile = useCall(
    'training.readText',
    { course, path: courseFile(block.captions, locale) },
    { keepPrevious: true },
  );
  const cues = captionFile.value === undefined ? [] : parseCaptions(captionFile.value.text);
  const caption = captions === 'on' ? captionAt(cues, seconds) : '';
  const title = textIn(block.title, locale);
  const lang = htmlLangOf(locale);

  useEffect(() => {
    const element = video.current;
    return () => element?.pause();
  }, []);

  const toggle = () => {
    const element = video.current;
    if (element === null) return;
    if (element.paused) void element.play().catch(() => setIsBroken(true));
    else element.pause();
  };
  const seek = (to: number) => {
    if (video.current !== null) video.current.currentTime = to;
    setSeconds(to);
  };
  const tell = (at: number) => {
    told.current = at;
    onSeconds(Math.floor(at));
  };
  return (
    <figure className="lesson-clip" aria-label={title}>
      <div className="lesson-stage" ref={stage}>
        <div className="lesson-screen">
          {/* Captions are drawn below from the same WebVTT, in our own font and size; a track element could not be read across origins. */}
          <video
            ref={video}
            src={packUrl(pack, courseFile(block.path, locale))}
            poster={packUrl(pack, courseFile(block.poster, locale))}
            width={block.width}
            height={block.height}
            preload="metadata"
            playsInline
            aria-label={title}
            onClick={toggle}
            onLoadedMetadata={(event) => {
              if (startAt > 0 && startAt < event.currentTarget.duration - 1) event.currentTarget.currentTime = startAt;
            }}
            onTimeUpdate={(event) => {
              const at = event.currentTarget.currentTime;
              setSeconds(at);
              if (Math.abs(at - told.current) >= tellEverySeconds) tell(at);
            }}
            onPlay={() => setIsPlaying(true)}
            onPause={(event) => {
              setIsPlaying(false);
              tell(event.currentTarget.currentTime);
            }}
            onError={() => setIsBroken(true)}
          />
          {caption !== '' && (
            <p className="lesson-caption" lang={lang} aria-hidden="true">
              <span>{caption}</span>
            </p>
          )}
        </div>
        <div className="lesson-controls">
          <Button variant="outline" icon={isPlaying ? IconPlayerPause : IconPlayerPlay} onClick={toggle}>
            {t(isPlaying ? 'clip.pause' : 'clip.play')}
          </Button>
          <input
            type="range"
            min={0}
            max={block.seconds}
            step={1}
            value={Math.min(block.seconds, Math.floor(seconds))}
            aria-label={t('clip.position')}
            aria-valuetext={t('clip.at', { at: format.clip(seconds), total: format.clip(block.seconds) })}
            onChange={(event) => seek(Number(event.currentTarget.value))}
          />
          <span className="num nw sm" aria-hidden="true">
            {format.clip(seconds)} / {format.clip(block.seconds)}
          </span>
          <CheckField checked={captions === 'on'} onChange={(on) => setCaptions(on ? 'on' : 'off')}>
            {t('clip.captions')}
          </CheckField>
          <Button
            variant="subtle"
            icon={IconMaximize}
            onClick={() =>
              void (document.fullscreenElement === null
                ? stage.current?.requestFullscreen()
                : document.exitFullscreen())
            }
          >
            {t('clip.fullScreen')}
          </Button>
        </div>
      </div>
      <figcaption className="sm mut">
        <span lang={lang}>{title}</span>
        {!block.hasSound && ` · ${t('clip.silent')}`}
      </figcaption>
      {isBroken && <FailureLine failure={{ code: 'training/no-file' }} />}
      <FailureLine failure={captionFile.failure} />
      <Transcript course={course} block={block} locale={locale} cues={cues} />
    </figure>
  );
}

/** The clip's words to read: the written transcript, or else the captions. */
function Transcript({
  course,
  block,
  locale,
  cues,
}: {
  course: string;
  block: ClipBlock;
  locale: ContentLocale;
  cues: readonly Cue[];
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const written = useCall(
    'training.readText',
    { course, path: courseFile(block.transcript ?? block.captions, locale) },
    { enabled: block.transcript !== null, keepPrevious: true },
  );
  return (
    <details className="lesson-transcript">
      <summary>{t('clip.transcript')}</summary>
      <div lang={htmlLangOf(locale)}>
        {block.transcript === null ? (
          <ol>
            {cues.map((cue) => (
              <li key={cue.start}>
                <span className="num mut sm">{format.clip(cue.start)}</span>
                <span>{cue.text}</span>
              </li>
            ))}
          </ol>
        ) : (
          parseMarkdown(written.value?.text ?? '').map((text, index) => <MarkdownText key={index} block={text} />)
        )}
      </div>
    </details>
  );
}
