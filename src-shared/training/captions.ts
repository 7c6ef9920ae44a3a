/**
 * Reads WebVTT captions (W3C WebVTT, section 6) as far as lessons use them: cues with their times and plain words. Settings, styles,
 * notes and regions are skipped, tags inside a cue are dropped. Never throws; a file that is not WebVTT has no cues.
 */

/** What is said from `start` to `end`, in seconds; lines are parted by `\n`. */
export type Cue = { readonly start: number; readonly end: number; readonly text: string };

const timing = /^\s*((?:\d{2,}:)?\d{2}:\d{2}\.\d{3})\s+-->\s+((?:\d{2,}:)?\d{2}:\d{2}\.\d{3})(?:\s|$)/;

/** The cues in order of their start. */
export function parseCaptions(source: string): Cue[] {
  const lines = source.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  if (!/^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? '')) return [];
  const cues: Cue[] = [];
  let at = 1;
  while (at < lines.length) {
    const times = timing.exec(lines[at] ?? '');
    at += 1;
    if (times === null) continue;
    const words: string[] = [];
    while (at < lines.length && lines[at] !== '') {
      words.push(plainText(lines[at] ?? ''));
      at += 1;
    }
    const start = secondsOf(times[1] ?? '');
    const end = secondsOf(times[2] ?? '');
    const text = words.join('\n').trim();
    if (end > start && text !== '') cues.push({ start, end, text });
  }
  return cues.sort((left, right) => left.start - right.start);
}

/** What is to be read at a moment of the clip; empty between cues. Cues that overlap stand below each other. */
export function captionAt(cues: readonly Cue[], seconds: number): string {
  return cues
    .filter(({ start, end }) => start <= seconds && seconds < end)
    .map(({ text }) => text)
    .join('\n');
}

function secondsOf(time: string): number {
  return time.split(':').reduce((total, part) => total * 60 + Number(part), 0);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: '\u00A0', lrm: '', rlm: '' };

function plainText(line: string): string {
  return line
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|nbsp|lrm|rlm);/g, (_, name: string) => entities[name] ?? '');
}
