/** Colours and marks that the drawings of this course share. Colours are the tokens of the app's own look. */
import { join } from 'node:path';

export const colour = {
  page: '#FBF8F2',
  sheet: '#FFFFFF',
  sunken: '#F3EEE4',
  line: '#E6E0D3',
  lineStrong: '#CFC7B6',
  controlLine: '#8A816F',
  text2: '#635C4E',
  text: '#211E19',
  inkSoft: '#F4F2F8',
  ink1: '#E5E2EF',
  ink2: '#CBC6DF',
  ink4: '#877DB2',
  ink: '#433874',
  heading: '#251E44',
};

/** The course folder. */
export const courseFolder = join(import.meta.dirname, '..');

/** A rhombus around a centre; `half` is half its diagonal. */
export function rhombus(x: number, y: number, half: number, attributes: string): string {
  return `<path d="M${x} ${y - half}L${x + half} ${y} ${x} ${y + half} ${x - half} ${y}z" stroke-linejoin="round" ${attributes}/>`;
}

/** Icons: Tabler Icons 3 (MIT licence), 24 px grid: mail, notebook, arrows-split-2, scale, gavel, send, door-enter, device-laptop, calendar, hash, clock, folder. */
export const icon = {
  mail: 'M3 7a2 2 0 0 1 2 -2h14a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-10M3 7l9 6l9 -6',
  register: 'M6 4h11a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-11a1 1 0 0 1 -1 -1v-14a1 1 0 0 1 1 -1m3 0v18M13 8l2 0M13 12l2 0',
  fork: 'M21 17h-5.397a5 5 0 0 1 -4.096 -2.133l-.514 -.734a5 5 0 0 0 -4.096 -2.133h-3.897M21 7h-5.395a5 5 0 0 0 -4.098 2.135l-.51 .73a5 5 0 0 1 -4.097 2.135h-3.9M18 10l3 -3l-3 -3M18 20l3 -3l-3 -3',
  scale: 'M7 20l10 0M6 6l6 -1l6 1M12 3l0 17M9 12l-3 -6l-3 6a3 3 0 0 0 6 0M21 12l-3 -6l-3 6a3 3 0 0 0 6 0',
  gavel:
    'M13 10l7.383 7.418c.823 .82 .823 2.148 0 2.967a2.11 2.11 0 0 1 -2.976 0l-7.407 -7.385M6 9l4 4M13 10l-4 -4M3 21h7M6.793 15.793l-3.586 -3.586a1 1 0 0 1 0 -1.414l2.293 -2.293l.5 .5l3 -3l-.5 -.5l2.293 -2.293a1 1 0 0 1 1.414 0l3.586 3.586a1 1 0 0 1 0 1.414l-2.293 2.293l-.5 -.5l-3 3l.5 .5l-2.293 2.293a1 1 0 0 1 -1.414 0',
  send: 'M10 14l11 -11M21 3l-6.5 18a.55 .55 0 0 1 -1 0l-3.5 -7l-7 -3.5a.55 .55 0 0 1 0 -1l18 -6.5',
  door: 'M13 12v.01M3 21h18M5 21v-16a2 2 0 0 1 2 -2h6m4 10.5v7.5M21 7h-7m3 -3l-3 3l3 3',
  laptop: 'M3 19l18 0M5 7a1 1 0 0 1 1 -1h12a1 1 0 0 1 1 1v8a1 1 0 0 1 -1 1h-12a1 1 0 0 1 -1 -1l0 -8',
  calendar: 'M4 7a2 2 0 0 1 2 -2h12a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-12a2 2 0 0 1 -2 -2v-12M16 3v4M8 3v4M4 11h16',
  hash: 'M5 9l14 0M5 15l14 0M11 4l-4 16M17 4l-4 16',
  clock: 'M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0M12 7v5l3 3',
  folder: 'M5 4h4l3 3h7a2 2 0 0 1 2 2v8a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-11a2 2 0 0 1 2 -2',
};

/** An icon as lines, its centre at x, y, `size` px wide. */
export function drawIcon(path: string, x: number, y: number, size: number, stroke: string): string {
  const scale = size / 24;
  return `<path transform="translate(${x - size / 2} ${y - size / 2}) scale(${scale.toFixed(4)})" d="${path}" fill="none" stroke="${stroke}" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/>`;
}
