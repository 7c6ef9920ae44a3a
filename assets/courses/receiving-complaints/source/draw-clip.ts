/**
 * Draws clips/one-day.webm and its poster: forty silent seconds in six scenes, one per caption, without any word in the
 * picture, so that one clip serves all languages. Needs rsvg-convert (librsvg2-bin) and ffmpeg of the Debian packages.
 * Run: node assets/courses/receiving-complaints/source/draw-clip.ts
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { colour, courseFolder, drawIcon, icon, rhombus } from './house-style.ts';
import { createLetters } from './letters.ts';

const width = 960;
const height = 540;
const framesPerSecond = 12;
const seconds = 40;
/** Where each scene begins, in seconds; the captions' cues lie inside these. */
const sceneStarts = [0, 6.5, 13, 19.5, 26, 33, seconds];
const fade = 0.4;
const posterSecond = 31;
/** The lower fifth stays empty for captions; this is the middle of what is left below the row of steps. */
const middle = 258;

type Letters = ReturnType<typeof createLetters>;
/** Draws one scene `t` seconds after it began. */
type Scene = (t: number, letters: Letters) => string;

/** 0 before `from`, 1 after `to`, eased between. */
function ease(t: number, from: number, to: number): number {
  const share = Math.min(1, Math.max(0, (t - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

function between(start: number, end: number, share: number): number {
  return Number((start + (end - start) * share).toFixed(2));
}

function bar(x: number, y: number, length: number, thickness: number, fill: string): string {
  if (length <= 0) return '';
  return `<rect x="${x}" y="${y}" width="${Number(length.toFixed(2))}" height="${thickness}" rx="${Math.min(length, thickness) / 2}" fill="${fill}"/>`;
}

/** A sheet of paper with lines of writing; x, y is its centre, 150 by 200 px. */
function paper(x: number, y: number, content = ''): string {
  const lines = [118, 104, 112, 70].map((length, index) => bar(x - 59, y - 22 + index * 24, length, 7, colour.ink1));
  return `<rect x="${x - 75}" y="${y - 100}" width="150" height="200" rx="6" fill="${colour.sheet}" stroke="${colour.heading}" stroke-width="2"/>${bar(x - 59, y - 74, 66, 9, colour.ink2)}${lines.join('')}${content}`;
}

/** The number as a rubber stamp puts it, centre at x, y. */
function stamp(letters: Letters, x: number, y: number, scale: number, opacity: number): string {
  return `<g opacity="${opacity.toFixed(2)}" transform="translate(${x} ${y}) rotate(-5) scale(${scale.toFixed(3)})"><rect x="-52" y="-21" width="104" height="42" rx="4" fill="${colour.sheet}" stroke="${colour.ink}" stroke-width="3"/>${letters.line('№ 17', -37, 9, { weight: 'bold', size: 26, fill: colour.ink, limit: 96 })}</g>`;
}

function iconRhombus(path: string, x: number, y: number, share: number): string {
  const isLit = share > 0.5;
  return `${rhombus(x, y, 44, `fill="${isLit ? colour.ink : colour.sheet}" stroke="${colour.ink}" stroke-width="2"`)}${drawIcon(path, x, y, 34, isLit ? colour.sheet : colour.ink)}`;
}

function thread(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${colour.ink4}" stroke-width="2" stroke-dasharray="6 6" fill="none"/>`;
}

/** Three ways in; the paper comes by the first of them. */
const arrival: Scene = (t) => {
  const rows = [icon.door, icon.mail, icon.laptop].map((path, index) => {
    const y = middle - 112 + index * 112;
    return `${thread(294, y, 560, between(y, middle, 1))}${iconRhombus(path, 250, y, ease(t, 0.6 + index, 1 + index))}`;
  });
  const come = ease(t, 3.4, 5.2);
  const sheet = paper(between(520, 640, come), middle);
  return `${rows.join('')}<g opacity="${ease(t, 3.4, 4).toFixed(2)}">${sheet}</g>`;
};

/** The register: number, date and time fill one row. */
const registration: Scene = (t, letters) => {
  const left = 390;
  const columns = [
    { x: left, width: 120, path: icon.hash },
    { x: left + 120, width: 150, path: icon.calendar },
    { x: left + 270, width: 150, path: icon.clock },
  ];
  const top = middle - 120;
  const rows = [0, 1, 2, 3].map((row) => {
    const y = top + 60 + row * 45;
    return `<path d="M${left} ${y}H${left + 420}" stroke="${colour.lineStrong}" stroke-width="1.5"/>${
      row < 2 ? columns.map((c) => bar(c.x + 22, y + 18, c.width - (row === 0 ? 50 : 60), 8, colour.line)).join('') : ''
    }`;
  });
  const rowY = top + 60 + 2 * 45;
  const isNumbered = t > 2;
  const entry = [
    `<rect x="${left + 2}" y="${rowY + 1}" width="${between(0, 416, ease(t, 1, 1.8))}" height="43" fill="${colour.inkSoft}"/>`,
    isNumbered
      ? letters.line('17', left + 44, rowY + 31, { weight: 'bold', size: 24, fill: colour.ink, limit: 60 })
      : '',
    bar(left + 142, rowY + 18, 100 * ease(t, 2.8, 3.6), 9, colour.ink),
    bar(left + 292, rowY + 18, 84 * ease(t, 4, 4.8), 9, colour.ink),
  ];
  return [
    paper(220, middle),
    thread(300, middle, left - 6, middle),
    `<rect x="${left}" y="${top}" width="420" height="240" rx="6" fill="${colour.sheet}" stroke="${colour.heading}" stroke-width="2"/>`,
    `<rect x="${left + 1}" y="${top + 1}" width="418" height="58" rx="5" fill="${colour.sunken}"/>`,
    ...entry,
    ...rows,
    ...columns
      .slice(1)
      .map((c) => `<path d="M${c.x} ${top}V${top + 240}" stroke="${colour.lineStrong}" stroke-width="1.5"/>`),
    ...columns.map((c) => drawIcon(c.path, c.x + c.width / 2, top + 30, 30, colour.heading)),
  ].join('');
};

/** The same number on the paper and on the slip that goes to the applicant. */
const numbering: Scene = (t, letters) => {
  const press = ease(t, 0.8, 1.5);
  const go = ease(t, 2.8, 4.4);
  const x = between(330, 636, go);
  const slip =
    t < 2.4
      ? ''
      : `<g opacity="${ease(t, 2.4, 2.8).toFixed(2)}"><rect x="${x - 72}" y="${middle - 40}" width="144" height="80" rx="6" fill="${colour.sheet}" stroke="${colour.heading}" stroke-width="2" stroke-dasharray="7 5"/>${stamp(letters, x, middle, 1, 1)}</g>`;
  return [
    thread(410, middle, 740, middle),
    iconRhombus(icon.door, 784, middle, ease(t, 4.4, 4.8)),
    slip,
    paper(330, middle),
    stamp(letters, 362, middle - 74, between(1.7, 1, press), press),
  ].join('');
};

/** From the paragraph of the law along the days to the last one. */
const term: Scene = (t, letters) => {
  const days = [430, 500, 570, 640, 710, 780];
  const y = middle + 30;
  const now = ease(t, 1.2, 4.2);
  const today = between(430, 780, now);
  const isLast = t > 4.3;
  const marks = days.map((x, index) => {
    const last = index === days.length - 1;
    const fill = last && isLast ? colour.ink : x <= today + 1 ? colour.ink2 : colour.sheet;
    return rhombus(x, y, last ? 26 : 13, `fill="${fill}" stroke="${colour.ink}" stroke-width="2"`);
  });
  return [
    paper(220, middle),
    `<rect x="152" y="${middle - 40}" width="136" height="112" fill="${colour.sheet}"/>`,
    letters.line('§', 192, middle + 62, { weight: 'bold', size: 104, fill: colour.ink, limit: 80 }),
    thread(300, y, 416, y),
    `<path d="M430 ${y}H780" stroke="${colour.ink4}" stroke-width="2"/>`,
    ...marks,
    t < 4.3 ? bar(today - 3, y - 30, 6, 60, colour.heading) : '',
    drawIcon(icon.calendar, 430, y - 74, 40, colour.heading),
    `<g opacity="${ease(t, 4.2, 4.7).toFixed(2)}">${drawIcon(icon.clock, 780, y - 74, 44, colour.ink)}</g>`,
  ].join('');
};

/** The table of the commission; each place speaks, then the decision lies there. */
const session: Scene = (t) => {
  const seats = [
    { x: 250, y: middle - 122 },
    { x: 370, y: middle - 122 },
    { x: 490, y: middle - 122 },
    { x: 590, y: middle },
    { x: 490, y: middle + 122 },
    { x: 370, y: middle + 122 },
    { x: 250, y: middle + 122 },
  ];
  const chairs = seats.map((seat, index) => {
    const share = ease(t, 1 + index * 0.45, 1.3 + index * 0.45);
    const fill = share > 0.5 ? colour.ink : colour.sheet;
    return rhombus(seat.x, seat.y, 20, `fill="${fill}" stroke="${colour.ink}" stroke-width="2"`);
  });
  const appear = ease(t, 4.6, 5.4);
  const decision = paper(790, middle, rhombus(832, middle + 72, 17, `fill="${colour.ink}"`));
  return [
    ...chairs,
    `<rect x="180" y="${middle - 92}" width="380" height="184" rx="92" fill="${colour.sunken}" stroke="${colour.heading}" stroke-width="2"/>`,
    `<g transform="translate(370 ${middle}) scale(.66)">${paper(0, 0)}</g>`,
    `<g opacity="${appear.toFixed(2)}">${thread(618, middle, 706, middle)}<g transform="translate(${between(-40, 0, appear)} 0)">${decision}</g></g>`,
  ].join('');
};

/** One copy to the applicant, the decision into the file. */
const answer: Scene = (t) => {
  const go = ease(t, 1.2, 3);
  const copyX = between(480, 640, go);
  const fileX = between(480, 320, go);
  const seal = (x: number): string => rhombus(x + 42, middle + 72, 17, `fill="${colour.ink}"`);
  return [
    `<g opacity="${go.toFixed(2)}">${thread(724, middle, 776, middle)}${thread(184, middle, 236, middle)}</g>`,
    iconRhombus(icon.send, 820, middle, ease(t, 3.2, 3.6)),
    iconRhombus(icon.folder, 140, middle, ease(t, 4, 4.4)),
    paper(copyX, middle, seal(copyX)),
    paper(fileX, middle, seal(fileX)),
  ].join('');
};

const scenes = [arrival, registration, numbering, term, session, answer];

function frame(second: number): string {
  const letters = createLetters();
  const current = scenes.findIndex((_, index) => second < (sceneStarts[index + 1] ?? seconds));
  const scene = scenes[current];
  if (scene === undefined) throw new Error(`no scene at ${second} s`);
  const start = sceneStarts[current] ?? 0;
  const end = sceneStarts[current + 1] ?? seconds;
  const isLast = current === scenes.length - 1;
  const opacity = Math.min(ease(second, start, start + fade), isLast ? 1 : 1 - ease(second, end - fade, end));
  const steps = scenes.map((_, index) => {
    const x = 480 + (index - 2.5) * 44;
    const fill =
      index < current || (isLast && second > start + 4.6) ? colour.ink : index === current ? colour.ink1 : colour.sheet;
    return rhombus(
      x,
      46,
      11,
      `fill="${fill}" stroke="${index > current ? colour.controlLine : colour.ink}" stroke-width="2"`,
    );
  });
  const picture = scene(second - start, letters);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${letters.definitions()}<rect width="${width}" height="${height}" fill="${colour.page}"/><path d="M370 46H590" stroke="${colour.lineStrong}" stroke-width="2"/>${steps.join('')}<g opacity="${opacity.toFixed(2)}">${picture}</g></svg>`;
}

const work = mkdtempSync(join(tmpdir(), 'komissiya-clip-'));
const clips = join(courseFolder, 'clips');
mkdirSync(clips, { recursive: true });
/** Many frames are alike: each different one is drawn once. */
const drawn = new Map<string, string>();
for (let index = 0; index < seconds * framesPerSecond; index += 1) {
  const target = join(work, `frame-${String(index).padStart(4, '0')}.png`);
  const svg = frame(index / framesPerSecond);
  const same = drawn.get(svg);
  if (same !== undefined) {
    linkSync(same, target);
    continue;
  }
  const source = join(work, 'frame.svg');
  writeFileSync(source, svg);
  execFileSync('rsvg-convert', ['-o', target, source]);
  drawn.set(svg, target);
}
copyFileSync(
  join(work, `frame-${String(posterSecond * framesPerSecond).padStart(4, '0')}.png`),
  join(clips, 'one-day.png'),
);
execFileSync(
  'ffmpeg',
  // -bitexact keeps the encoder's name and the time out of the file.
  `-y -loglevel error -framerate ${framesPerSecond} -i ${join(work, 'frame-%04d.png')} -an -c:v libvpx-vp9 -pix_fmt yuv420p -crf 34 -b:v 0 -g 60 -deadline good -cpu-used 3 -row-mt 1 -fflags +bitexact -flags:v +bitexact`
    .split(' ')
    .concat(join(clips, 'one-day.webm')),
  { stdio: 'inherit' },
);
rmSync(work, { recursive: true });
