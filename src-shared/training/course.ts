/**
 * The course document: `course.json` at the root of a course folder and of a `training` pack. It is plain data and
 * language-neutral where it can be: ids, correct answers and order are the same for every language; only texts differ.
 *
 * Guarantees of a parsed course: every id is a slug, every path is relative, has no `..` and no upper-case name
 * outside the locale, every list has a bound. What a schema cannot say (a translation that is missing, a file that is
 * not there, an answer that names no option) is found by `checkCourse` in course-check.ts.
 *
 * Every member is required; what may be absent is `null`. So a misspelt key is an error, not a silent loss.
 */
import { z } from 'zod';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import { type Err, type Ok, err, ok } from '#shared/kernel/result.ts';

/** Lower-case words joined by hyphens: `receiving-complaints`. Ids of courses, modules, lessons, blocks, questions, options. */
export const Slug = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
export type Slug = z.infer<typeof Slug>;

/**
 * The language of course content: language and, where needed, script (`ky`, `uz-Cyrl`). Wider than the languages of the
 * windows: a course may also exist in a language the app itself does not speak.
 */
export const ContentLocale = z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?$/);
export type ContentLocale = z.infer<typeof ContentLocale>;

/** One short text in several languages. Plain text, no markup. */
export const Texts = z.record(ContentLocale, z.string().trim().min(1).max(2000));
export type Texts = z.infer<typeof Texts>;

/**
 * A file of the course, relative to its root, with forward slashes. `{locale}` stands for the language's code and may
 * appear once: `text/terms-1.{locale}.md`. Without it the file is the same for all languages.
 */
export const FilePattern = z
  .string()
  .max(160)
  .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*(\.\{locale\})?\.[a-z0-9]{2,5}$/);
export type FilePattern = z.infer<typeof FilePattern>;

const Minutes = z.int().min(1).max(6000);

/** Markdown in a file per language: CommonMark paragraphs, `##` headings, lists, bold, tables. No HTML, links or images. */
export const TextBlock = z.object({ kind: z.literal('text'), id: Slug, path: FilePattern });
export type TextBlock = z.infer<typeof TextBlock>;

/** A drawing or photograph. `width` and `height` in CSS px reserve its place before it loads. */
export const PictureBlock = z.object({
  kind: z.literal('picture'),
  id: Slug,
  path: FilePattern,
  width: z.int().min(1).max(8000),
  height: z.int().min(1).max(8000),
  alt: Texts,
  caption: Texts.nullable(),
});
export type PictureBlock = z.infer<typeof PictureBlock>;

/** A short video. `captions` are WebVTT with the same cues in every language; `transcript` is Markdown. */
export const ClipBlock = z.object({
  kind: z.literal('clip'),
  id: Slug,
  path: FilePattern,
  poster: FilePattern,
  captions: FilePattern,
  transcript: FilePattern.nullable(),
  width: z.int().min(1).max(8000),
  height: z.int().min(1).max(8000),
  /** Length of the clip in whole seconds. */
  seconds: z.int().min(1).max(7200),
  /** False where the clip is silent and its captions carry all of its words. */
  hasSound: z.boolean(),
  title: Texts,
});
export type ClipBlock = z.infer<typeof ClipBlock>;

export const Block = z.discriminatedUnion('kind', [TextBlock, PictureBlock, ClipBlock]);
export type Block = z.infer<typeof Block>;

export const Lesson = z.object({
  id: Slug,
  titles: Texts,
  minutes: Minutes,
  blocks: z.array(Block).min(1).max(200),
});
export type Lesson = z.infer<typeof Lesson>;

export const CourseModule = z.object({ id: Slug, titles: Texts, lessons: z.array(Lesson).min(1).max(100) });
export type CourseModule = z.infer<typeof CourseModule>;

/** One thing to choose, shown in the order of the list (never shuffled: the printed test must match the screen). */
export const Option = z.object({ id: Slug, text: Texts });
export type Option = z.infer<typeof Option>;

const questionBase = {
  id: Slug,
  prompt: Texts,
  /** One sentence why the right answer is right, shown after answering. */
  why: Texts,
  /** A topic of the course; results are summed by it. */
  topic: Slug,
  /** The lesson that holds the rule, for «read the rule»; null where no lesson does. */
  rule: Slug.nullable(),
};
/** At most nine, because the keys 1 to 9 choose. */
const Options = z.array(Option).min(2).max(9);

/** Exactly one option is right. */
export const SingleQuestion = z.object({ ...questionBase, kind: z.literal('single'), options: Options, correct: Slug });
/** All right options and no other must be chosen. */
export const MultipleQuestion = z.object({
  ...questionBase,
  kind: z.literal('multiple'),
  options: Options,
  correct: z.array(Slug).min(1).max(9),
});
/** All options are put in order; `correct` is every option id from first to last. */
export const OrderQuestion = z.object({
  ...questionBase,
  kind: z.literal('order'),
  options: Options,
  correct: z.array(Slug).min(2).max(9),
});
/** A number is typed; right within ± tolerance of value. `unit` is shown after the field. */
export const NumberQuestion = z.object({
  ...questionBase,
  kind: z.literal('number'),
  correct: z.object({ value: z.number(), tolerance: z.number().min(0) }),
  unit: Texts.nullable(),
});
export type SingleQuestion = z.infer<typeof SingleQuestion>;
export type MultipleQuestion = z.infer<typeof MultipleQuestion>;
export type OrderQuestion = z.infer<typeof OrderQuestion>;
export type NumberQuestion = z.infer<typeof NumberQuestion>;

export const Question = z.discriminatedUnion('kind', [SingleQuestion, MultipleQuestion, OrderQuestion, NumberQuestion]);
export type Question = z.infer<typeof Question>;

export const CourseTest = z.object({
  id: Slug,
  /** `entry` is taken before the course and never failed; `final` decides about the certificate. */
  kind: z.enum(['entry', 'final']),
  titles: Texts,
  minutes: Minutes,
  /** Share of right answers needed, in percent; 0 for a test nobody can fail. */
  passPercent: z.int().min(0).max(100),
  questions: z.array(Question).min(1).max(500),
});
export type CourseTest = z.infer<typeof CourseTest>;

export const Topic = z.object({ id: Slug, titles: Texts });
export type Topic = z.infer<typeof Topic>;

/** ISO 3166-1 alpha-2. */
const CountryCode = z.string().regex(/^[A-Z]{2}$/);

export const Course = z.object({
  /** Version of this document's shape, not of the course. */
  format: z.literal(1),
  id: Slug,
  /** Rises by one with every published change; a pack with a lower version is refused. */
  version: z.int().min(1),
  titles: Texts,
  summaries: Texts,
  /** Sum of the minutes of its lessons and tests. */
  minutes: Minutes,
  countries: z.union([z.literal('any'), z.array(CountryCode).min(1)]),
  /** Languages in which the course is complete; the first one is the source. */
  locales: z.array(ContentLocale).min(1).max(40),
  topics: z.array(Topic).max(50),
  modules: z.array(CourseModule).min(1).max(50),
  tests: z.array(CourseTest).max(10),
});
export type Course = z.infer<typeof Course>;

export type CourseUnreadable = {
  readonly code: 'training/course-unreadable';
  /** Where in the document, `modules.0.lessons.1.id`, and what is wrong with it; at most 20. */
  readonly problems: readonly { readonly where: string; readonly message: string }[];
};

/** Reads `course.json` after JSON.parse. */
export function parseCourse(json: unknown): Ok<Course> | Err<CourseUnreadable> {
  const parsed = Course.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues
    .slice(0, 20)
    .map((issue) => ({ where: issue.path.map(String).join('.'), message: issue.message }));
  return err({ code: 'training/course-unreadable', problems });
}

/** The real path of a file for one language: `{locale}` replaced; unchanged where the file is for all. */
export function courseFile(pattern: FilePattern, locale: ContentLocale): string {
  return pattern.replace('{locale}', locale);
}

/**
 * The language in which to show a course to a person who asked for `wanted`: the first of the declared fallbacks that
 * the course has, else its source language. `courseLocales` is `course.locales`.
 */
export function contentLocale(courseLocales: readonly ContentLocale[], wanted: Locale): ContentLocale {
  for (const locale of localeFacts[wanted].contentFallback) if (courseLocales.includes(locale)) return locale;
  return courseLocales[0] ?? wanted;
}

/** A text in exactly this language; empty for one that `checkCourse` would have reported as missing. */
export function textIn(texts: Texts, locale: ContentLocale): string {
  return texts[locale] ?? '';
}

/** All lessons from first to last, with their module. */
export function lessonsOf(course: Course): { module: CourseModule; lesson: Lesson }[] {
  return course.modules.flatMap((module) => module.lessons.map((lesson) => ({ module, lesson })));
}
