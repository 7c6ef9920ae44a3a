/**
 * How answers are judged. Pure and language-neutral: an answer names option ids, so an attempt made in Kyrgyz on one
 * laptop is graded the same on another in Russian. All or nothing per question; a question without an answer is wrong.
 */
import { z } from 'zod';
import { type CourseTest, type Question, Slug } from './course.ts';

/** What a person answered, as it is kept in an attempt. */
export const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('single'), option: Slug }),
  z.object({ kind: z.literal('multiple'), options: z.array(Slug).max(9) }),
  z.object({ kind: z.literal('order'), options: z.array(Slug).max(9) }),
  z.object({ kind: z.literal('number'), value: z.number() }),
]);
export type Answer = z.infer<typeof Answer>;

/** The answers of one attempt by question id. */
export const Answers = z.record(Slug, Answer);
export type Answers = z.infer<typeof Answers>;

export const TopicGrade = z.object({ topic: Slug, correct: z.int().min(0), total: z.int().min(1) });
export type TopicGrade = z.infer<typeof TopicGrade>;

export const TestGrade = z.object({
  correct: z.int().min(0),
  total: z.int().min(1),
  /** Whole percent, rounded down, so that it reaches the pass mark exactly when the test is passed. */
  percent: z.int().min(0).max(100),
  passed: z.boolean(),
  /** In the order in which the topics first appear in the test. */
  byTopic: z.array(TopicGrade),
});
export type TestGrade = z.infer<typeof TestGrade>;

/** Whether an answer is right. An answer of another kind than its question is wrong. */
export function gradeAnswer(question: Question, answer: Answer | undefined): boolean {
  if (answer === undefined) return false;
  if (question.kind === 'single') return answer.kind === 'single' && answer.option === question.correct;
  if (question.kind === 'multiple') return answer.kind === 'multiple' && isSameSet(answer.options, question.correct);
  if (question.kind === 'order') {
    return (
      answer.kind === 'order' &&
      answer.options.length === question.correct.length &&
      question.correct.every((id, index) => answer.options[index] === id)
    );
  }
  if (answer.kind !== 'number') return false;
  // 0.1 + 0.2 must be within a tolerance of 0 around 0.3: allow for the last bits of a double.
  const slack = 1e-9 * Math.max(1, Math.abs(question.correct.value));
  return Math.abs(answer.value - question.correct.value) <= question.correct.tolerance + slack;
}

/** Grades one attempt. Answers to questions that the test does not have are ignored. */
export function gradeTest(test: CourseTest, answers: Answers): TestGrade {
  const byTopic = new Map<string, { topic: string; correct: number; total: number }>();
  let correct = 0;
  for (const question of test.questions) {
    const given = Object.hasOwn(answers, question.id) ? answers[question.id] : undefined;
    const points = gradeAnswer(question, given) ? 1 : 0;
    const topic = byTopic.get(question.topic) ?? { topic: question.topic, correct: 0, total: 0 };
    byTopic.set(question.topic, { ...topic, correct: topic.correct + points, total: topic.total + 1 });
    correct += points;
  }
  const total = test.questions.length;
  const percent = Math.floor((correct * 100) / total);
  return { correct, total, percent, passed: percent >= test.passPercent, byTopic: [...byTopic.values()] };
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const a = new Set(left);
  const b = new Set(right);
  return a.size === b.size && [...a].every((id) => b.has(id));
}
