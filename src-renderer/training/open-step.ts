import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { nextStep, type Step } from '#shared/training/course-way.ts';
import { call } from '#renderer/app/bridge.ts';

/** Leads to a lesson or a test of a course. */
export function useOpenStep(): (course: string, step: Step) => void {
  const navigate = useNavigate();
  return useCallback(
    (course, step) => {
      if (step.kind === 'lesson')
        void navigate({ to: '/training/course/$course/lesson/$lesson', params: { course, lesson: step.id } });
      else void navigate({ to: '/training/course/$course/test/$test', params: { course, test: step.id } });
    },
    [navigate],
  );
}

/** Leads to the exact place where the signed-in person stopped in a course; to the course's page when all of it is done. */
export function useContinueCourse(): (course: string) => Promise<void> {
  const navigate = useNavigate();
  const open = useOpenStep();
  return useCallback(
    async (id) => {
      const answer = await call('training.course', { id });
      const step = answer.ok ? nextStep(answer.value.course, answer.value.place, answer.value.attempts) : null;
      if (step === null) await navigate({ to: '/training/course/$course', params: { course: id } });
      else open(id, step);
    },
    [navigate, open],
  );
}
