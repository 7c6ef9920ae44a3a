/** An answer in the making: what a person has chosen and not yet checked. Pure. */
import { parseNumberInput } from '#shared/i18n/dates.ts';
import type { CourseTest, OrderQuestion, Question } from '#shared/training/course.ts';
import { Answer, type Answers } from '#shared/training/grading.ts';

/** `chosen` are option ids in the order that counts; `typed` is the text of a number field. */
export type Draft = { readonly chosen: readonly string[]; readonly typed: string };

/** Nothing chosen; an order begins as the options are listed. */
export function emptyDraft(question: Question): Draft {
  return { chosen: question.kind === 'order' ? question.options.map(({ id }) => id) : [], typed: '' };
}

/** What choosing an option does: replaces, adds or takes away. */
export function choose(question: Question, draft: Draft, option: string): Draft {
  if (question.kind === 'single') return { ...draft, chosen: [option] };
  if (question.kind !== 'multiple') return draft;
  const chosen = draft.chosen.includes(option) ? draft.chosen.filter((id) => id !== option) : [...draft.chosen, option];
  return { ...draft, chosen };
}

/** Moves an option up (−1) or down (1) in an order. */
export function moveOption(draft: Draft, option: string, by: -1 | 1): Draft {
  const from = draft.chosen.indexOf(option);
  const to = from + by;
  if (from < 0 || to < 0 || to >= draft.chosen.length) return draft;
  const chosen = draft.chosen.filter((id) => id !== option);
  chosen.splice(to, 0, option);
  return { ...draft, chosen };
}

/** The answer a draft stands for; null while it is not one yet. */
export function answerOf(question: Question, draft: Draft): Answer | null {
  const [first] = draft.chosen;
  switch (question.kind) {
    case 'single':
      return first === undefined ? null : { kind: 'single', option: first };
    case 'multiple':
      return first === undefined ? null : { kind: 'multiple', options: [...draft.chosen] };
    case 'order':
      return { kind: 'order', options: [...draft.chosen] };
    case 'number': {
      const value = parseNumberInput(draft.typed);
      return value === null ? null : { kind: 'number', value };
    }
  }
}

/** The option ids of an answer, for showing it again. */
export function chosenIn(answer: Answer): readonly string[] {
  if (answer.kind === 'single') return [answer.option];
  return answer.kind === 'number' ? [] : answer.options;
}

/** Names the test whose answers are open; no question can have this id. */
const testKey = '@test';

/** What is kept of a test that is not handed in yet. */
export function toOpenAnswers(test: string, answers: Answers): Record<string, unknown> {
  return { ...answers, [testKey]: test };
}

/** The test that was left in the middle; null for none. */
export function openTest(open: Record<string, unknown> | null): string | null {
  const test = open?.[testKey];
  return typeof test === 'string' ? test : null;
}

/** The answers of a test kept from an earlier sitting; those that no longer fit its questions are asked again. */
export function keptAnswers(test: Pick<CourseTest, 'id' | 'questions'>, open: Record<string, unknown> | null): Answers {
  if (open === null || openTest(open) !== test.id) return {};
  return Object.fromEntries(
    test.questions.flatMap((question) => {
      const answer = Answer.safeParse(open[question.id]);
      return answer.success && answer.data.kind === question.kind ? [[question.id, answer.data] as const] : [];
    }),
  );
}

/** Where an order answer put an option, from 1; 0 when nowhere. */
export function placeInOrder(question: OrderQuestion, answer: Answer, option: string): number {
  return question.kind === 'order' ? chosenIn(answer).indexOf(option) + 1 : 0;
}
