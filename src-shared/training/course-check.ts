/**
 * What a course schema cannot say: translations, files, ids that point somewhere. For the pack builder (which refuses
 * a course with problems) and for whoever writes one. Problems are plain data; the caller makes words of them.
 */
import { type Block, type Course, type Question, type Texts, courseFile } from './course.ts';

export type CourseProblem =
  | { readonly code: 'training/missing-translation'; readonly where: string; readonly locale: string }
  | { readonly code: 'training/undeclared-locale'; readonly where: string; readonly locale: string }
  | { readonly code: 'training/missing-file'; readonly where: string; readonly path: string }
  | { readonly code: 'training/duplicate-id'; readonly where: string; readonly id: string }
  | { readonly code: 'training/unknown-option'; readonly where: string; readonly id: string }
  | { readonly code: 'training/incomplete-order'; readonly where: string; readonly id: string }
  | { readonly code: 'training/order-already-correct'; readonly where: string }
  | { readonly code: 'training/unknown-topic'; readonly where: string; readonly id: string }
  | { readonly code: 'training/unknown-lesson'; readonly where: string; readonly id: string }
  | { readonly code: 'training/minutes-differ'; readonly where: string; readonly stated: number; readonly sum: number };

/** The file patterns of one block, in the order a reader needs them. */
function patternsOf(block: Block): string[] {
  if (block.kind === 'text') return [block.path];
  if (block.kind === 'picture') return [block.path];
  return [block.path, block.poster, block.captions, ...(block.transcript === null ? [] : [block.transcript])];
}

/** Every file a course refers to, in all its languages, once each, without `course.json`: what a pack must hold. */
export function courseFiles(course: Course): string[] {
  const files = new Set<string>();
  for (const { lessons } of course.modules)
    for (const { blocks } of lessons)
      for (const block of blocks)
        for (const pattern of patternsOf(block))
          for (const locale of course.locales) files.add(courseFile(pattern, locale));
  return [...files];
}

/**
 * All problems of a course; an empty list means it may be published. `files` are the paths that exist in the course
 * folder, relative to it, with forward slashes.
 */
export function checkCourse(course: Course, files: readonly string[]): CourseProblem[] {
  const problems: CourseProblem[] = [];
  const existing = new Set(files);
  const lessonIds = new Set(course.modules.flatMap((module) => module.lessons.map((lesson) => lesson.id)));
  const topicIds = new Set(course.topics.map((topic) => topic.id));

  const checkTexts = (texts: Texts | null, where: string): void => {
    if (texts === null) return;
    for (const locale of course.locales) {
      if (!Object.hasOwn(texts, locale)) problems.push({ code: 'training/missing-translation', where, locale });
    }
    for (const locale of Object.keys(texts)) {
      if (!course.locales.includes(locale)) problems.push({ code: 'training/undeclared-locale', where, locale });
    }
  };
  const checkUnique = (ids: readonly string[], where: string): void => {
    const seen = new Set<string>();
    for (const id of ids) {
      if (seen.has(id)) problems.push({ code: 'training/duplicate-id', where, id });
      seen.add(id);
    }
  };
  const checkBlock = (block: Block, where: string): void => {
    for (const pattern of patternsOf(block)) {
      for (const path of new Set(course.locales.map((locale) => courseFile(pattern, locale)))) {
        if (!existing.has(path)) problems.push({ code: 'training/missing-file', where, path });
      }
    }
    if (block.kind === 'picture') {
      checkTexts(block.alt, `${where}.alt`);
      checkTexts(block.caption, `${where}.caption`);
    }
    if (block.kind === 'clip') checkTexts(block.title, `${where}.title`);
  };
  const checkQuestion = (question: Question, where: string): void => {
    checkTexts(question.prompt, `${where}.prompt`);
    checkTexts(question.why, `${where}.why`);
    if (!topicIds.has(question.topic)) problems.push({ code: 'training/unknown-topic', where, id: question.topic });
    if (question.rule !== null && !lessonIds.has(question.rule)) {
      problems.push({ code: 'training/unknown-lesson', where, id: question.rule });
    }
    if (question.kind === 'number') {
      checkTexts(question.unit, `${where}.unit`);
      return;
    }
    const optionIds = question.options.map((option) => option.id);
    checkUnique(optionIds, where);
    for (const option of question.options) checkTexts(option.text, `${where}.${option.id}`);
    const correct = question.kind === 'single' ? [question.correct] : question.correct;
    checkUnique(correct, `${where}.correct`);
    for (const id of correct)
      if (!optionIds.includes(id)) problems.push({ code: 'training/unknown-option', where, id });
    if (question.kind !== 'order') return;
    for (const id of optionIds) {
      if (!correct.includes(id)) problems.push({ code: 'training/incomplete-order', where, id });
    }
    // Options are shown as listed, so such a question would answer itself.
    if (optionIds.join() === correct.join()) problems.push({ code: 'training/order-already-correct', where });
  };

  checkTexts(course.titles, 'titles');
  checkTexts(course.summaries, 'summaries');
  checkUnique(course.locales, 'locales');
  checkUnique(
    course.topics.map((topic) => topic.id),
    'topics',
  );
  for (const topic of course.topics) checkTexts(topic.titles, `topics.${topic.id}`);
  checkUnique(
    course.modules.map((module) => module.id),
    'modules',
  );
  // «Read the rule» names a lesson without its module, and progress names a lesson or a test by one id.
  checkUnique(
    [...course.modules.flatMap((module) => module.lessons), ...course.tests].map((part) => part.id),
    'lessons-and-tests',
  );
  for (const module of course.modules) {
    checkTexts(module.titles, `modules.${module.id}`);
    for (const lesson of module.lessons) {
      checkTexts(lesson.titles, `lessons.${lesson.id}`);
      checkUnique(
        lesson.blocks.map((block) => block.id),
        `lessons.${lesson.id}`,
      );
      for (const block of lesson.blocks) checkBlock(block, `lessons.${lesson.id}.${block.id}`);
    }
  }
  for (const test of course.tests) {
    checkTexts(test.titles, `tests.${test.id}`);
    checkUnique(
      test.questions.map((question) => question.id),
      `tests.${test.id}`,
    );
    for (const question of test.questions) checkQuestion(question, `tests.${test.id}.${question.id}`);
  }
  const sum = [...course.modules.flatMap((module) => module.lessons), ...course.tests].reduce(
    (total, part) => total + part.minutes,
    0,
  );
  if (sum !== course.minutes)
    problems.push({ code: 'training/minutes-differ', where: 'minutes', stated: course.minutes, sum });
  return problems;
}
