/** The shipped course: valid, whole in seven languages, each in its own script, with files that are what they say. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Locale, localeFacts, locales } from '#shared/i18n/locales.ts';
import { Course, courseFile, lessonsOf, parseCourse, type Texts } from '#shared/training/course.ts';
import { checkCourse, courseFiles } from '#shared/training/course-check.ts';
import { type Answers, gradeTest } from '#shared/training/grading.ts';

const folder = fileURLToPath(new URL('../../assets/courses/receiving-complaints/', import.meta.url));
const read = (path: string): string => readFileSync(folder + path, 'utf8');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
const json: unknown = JSON.parse(read('course.json'));
const course = Course.parse(json);
const finalTest = course.tests[0];
if (finalTest === undefined) throw new Error('the course has no test');
const blocks = lessonsOf(course).flatMap(({ lesson }) => lesson.blocks);
const clip = blocks.find((block) => block.kind === 'clip');
const picture = blocks.find((block) => block.kind === 'picture');
if (clip === undefined || picture === undefined) throw new Error('the course has no clip or no picture');

/** Every letter a text in this language may use, lower case. Nothing in the course needs a foreign word. */
const alphabet: Readonly<Record<Locale, string>> = {
  ru: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  kk: 'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя',
  ky: 'абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя',
  uz: 'abdefghijklmnopqrstuvxyzcʻʼ',
  'uz-Cyrl': 'абвгдеёжзийклмнопрстуфхцчшъьэюяўқғҳ',
  tg: 'абвгғдеёжзийӣкқлмнопрстуӯфхҳчҷшъэюя',
  en: 'abcdefghijklmnopqrstuvwxyz',
};

/** Every set of translated texts in the document. */
function allTexts(value: unknown): Texts[] {
  if (Array.isArray(value)) return value.flatMap(allTexts);
  if (typeof value !== 'object' || value === null) return [];
  if ('ru' in value) return [value as Texts]; // only texts have languages as keys
  return Object.values(value).flatMap(allTexts);
}

/** All words of one language: document, lessons, captions, labels of the drawing; by where they stand. */
function wordsOf(locale: Locale): [string, string][] {
  const labels = JSON.parse(read('source/path-labels.json')) as Record<string, Record<string, string[]>>; // our file
  return [
    ...allTexts(json).map((texts): [string, string] => [texts.ru ?? '', texts[locale] ?? '']),
    ...Object.entries(labels[locale] ?? {}).map(([key, lines]): [string, string] => [key, lines.join(' ')]),
    ...cuesOf(locale).map((cue): [string, string] => [cue.time, cue.text]),
    ...textFiles(locale).map((path): [string, string] => [path, read(path)]),
  ];
}

function textFiles(locale: Locale): string[] {
  return blocks.filter((block) => block.kind === 'text').map((block) => courseFile(block.path, locale));
}

type Cue = { time: string; start: number; end: number; text: string };

function cuesOf(locale: Locale): Cue[] {
  if (clip?.kind !== 'clip') throw new Error('no clip');
  const [header, ...cues] = read(courseFile(clip.captions, locale)).trimEnd().split('\n\n');
  expect(header).toBe('WEBVTT');
  return cues.map((cue, index) => {
    const [number, time = '', ...lines] = cue.split('\n');
    expect(number).toBe(String(index + 1));
    const match = /^00:00:(\d\d\.\d{3}) --> 00:00:(\d\d\.\d{3})( line:-\d)?$/.exec(time);
    if (match === null) throw new Error(`${locale}: ${time}`);
    return { time, start: Number(match[1]), end: Number(match[2]), text: lines.join('\n') };
  });
}

describe('the course document', () => {
  test('is readable and has no problem', () => {
    expect(parseCourse(json).ok).toBe(true);
    expect(checkCourse(course, files)).toEqual([]);
    expect(course.id).toBe('receiving-complaints');
    expect([...course.locales].sort()).toEqual([...locales].sort());
    expect(course.modules).toHaveLength(2);
  });

  test('keeps no file that nothing refers to', () => {
    const kept = files.filter((path) => /^(text|pictures|clips)\//.test(path));
    expect(kept.sort()).toEqual(courseFiles(course).sort());
  });

  test('has a test of ten questions that its own answers pass', () => {
    expect(finalTest.questions).toHaveLength(10);
    const answers: Answers = {};
    for (const question of finalTest.questions) {
      if (question.kind === 'single') answers[question.id] = { kind: 'single', option: question.correct };
      else if (question.kind === 'number') answers[question.id] = { kind: 'number', value: question.correct.value };
      else answers[question.id] = { kind: question.kind, options: question.correct };
    }
    expect(gradeTest(finalTest, answers)).toMatchObject({ correct: 10, total: 10, percent: 100, passed: true });
    expect(gradeTest(finalTest, {})).toMatchObject({ correct: 0, passed: false });
    expect(new Set(finalTest.questions.map((question) => question.topic))).toEqual(
      new Set(course.topics.map((topic) => topic.id)),
    );
  });

  test('does not betray the right answer by its place', () => {
    const places = finalTest.questions
      .filter((question) => question.kind === 'single')
      .map((question) => question.options.findIndex((option) => option.id === question.correct));
    expect(new Set(places).size).toBeGreaterThan(2);
  });
});

describe.each([...locales])('the course in %s', (locale) => {
  test('is written in its own letters', () => {
    const letters = new Set(alphabet[locale]);
    for (const [where, words] of wordsOf(locale)) {
      const foreign = [...words.toLowerCase()].filter((c) => /[\p{L}\p{M}]/u.test(c) && !letters.has(c));
      expect(foreign, `${where}: ${words.slice(0, 80)}`).toEqual([]);
    }
  });

  test('has the letters that only it has in every lesson', () => {
    const own = localeFacts[locale].extraLetters;
    if (own.length === 0) return; // Russian and English have none
    for (const path of textFiles(locale)) {
      const text = read(path).toLowerCase();
      expect(
        own.some((letter) => text.includes(letter)),
        path,
      ).toBe(true);
    }
  });

  test('is not a copy of another language', () => {
    for (const other of locales) {
      if (other === locale) continue;
      // Short words may be the same in two languages: «соат» in uz-Cyrl and tg.
      const long = allTexts(json).filter((texts) => (texts[locale] ?? '').length > 24);
      expect(long.filter((texts) => texts[locale] === texts[other])).toEqual([]);
      for (const [index, path] of textFiles(locale).entries()) {
        expect(read(path)).not.toBe(read(textFiles(other)[index] ?? ''));
      }
    }
  });

  test('has the same parts in every lesson as the source', () => {
    const shape = (path: string): string[] =>
      read(path)
        .split('\n')
        .map((line) => /^(## |- |\d+\. |)/.exec(line)?.[0] ?? '');
    for (const [index, path] of textFiles(locale).entries()) {
      expect(shape(path), path).toEqual(shape(textFiles('ru')[index] ?? ''));
      expect(read(path), path).not.toMatch(/<|\]\(|!\[|https?:/);
    }
  });

  test('has captions at the same times, readable in them, within the clip', () => {
    if (clip.kind !== 'clip') throw new Error('no clip');
    const cues = cuesOf(locale);
    expect(cues.map((cue) => cue.time)).toEqual(cuesOf('ru').map((cue) => cue.time));
    let before = 0;
    for (const cue of cues) {
      expect(cue.start).toBeGreaterThanOrEqual(before);
      expect(cue.end).toBeGreaterThan(cue.start);
      expect(cue.text.length / (cue.end - cue.start)).toBeLessThan(17);
      before = cue.end;
    }
    expect(before).toBeLessThanOrEqual(clip.seconds);
  });

  test('has a drawing that needs no font and reaches for nothing', () => {
    if (picture.kind !== 'picture') throw new Error('no picture');
    const svg = read(courseFile(picture.path, locale));
    expect(svg).toContain(`width="${picture.width}" height="${picture.height}"`);
    expect(svg).not.toMatch(/<text|<script|<image|<foreignObject|<style|on\w+=|url\(/i);
    for (const [, target] of svg.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#[a-z]\d+$/);
    expect(svg.match(/<use /g)?.length ?? 0).toBeGreaterThan(200);
  });
});

test('the clip is a small WebM as long as the document says, with a poster of its size', () => {
  if (clip.kind !== 'clip') throw new Error('no clip');
  expect(statSync(folder + clip.path).size).toBeLessThan(1_500_000);
  const webm = readFileSync(folder + clip.path);
  expect(webm.toString('hex', 0, 4)).toBe('1a45dfa3');
  expect(webm.includes('V_VP9')).toBe(true);
  // Matroska element Duration (0x4489) of eight bytes, in milliseconds at the usual time scale.
  const duration = webm.indexOf(Buffer.from([0x44, 0x89, 0x88]));
  expect(Math.round(webm.readDoubleBE(duration + 3) / 1000)).toBe(clip.seconds);
  const png = readFileSync(folder + clip.poster);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([clip.width, clip.height]);
});

test('every language says whether a native speaker has read it', () => {
  const review = JSON.parse(read('review.json')) as { locales: Record<string, { status: string }> }; // our file
  expect(Object.keys(review.locales).sort()).toEqual([...locales].sort());
  for (const { status } of Object.values(review.locales)) {
    expect(['read-twice', 'needs-native-reviewer', 'read-by-native']).toContain(status);
  }
});
