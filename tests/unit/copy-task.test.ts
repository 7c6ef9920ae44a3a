/** The progress of a copy: one at a time, a time left once it can be said, anew for each step, and an end on demand. */
import { expect, test } from 'vitest';
import { createCopyTasks, type OwnTask } from '#core/copies/copy-task.ts';
import { err, ok } from '#shared/kernel/result.ts';

function tasks() {
  const clock = { now: 1_000_000 };
  let told = 0;
  const made = createCopyTasks({ time: { now: () => clock.now }, changed: () => (told += 1) });
  return { clock, made, told: () => told };
}

test('the time left is said after some seconds, from what this step has done, and not of bytes it began with', async () => {
  const { clock, made, told } = tasks();
  let own: OwnTask | undefined;
  let finish: () => void = () => undefined;
  const running = made.run('write', 'stick', async (given) => {
    own = given;
    await new Promise<void>((done) => (finish = done));
    return ok(7);
  });
  expect(made.view()).toMatchObject({ doing: 'write', step: 'prepare', secondsLeft: null });
  own?.progress('write', 500, 1000);
  clock.now += 1000;
  own?.progress('write', 550, 1000);
  expect(made.view()).toMatchObject({ step: 'write', done: 550, total: 1000, secondsLeft: null });
  clock.now += 4000;
  own?.progress('write', 750, 1000);
  // 250 in 5 s: 250 more in 5 s.
  expect(made.view()?.secondsLeft).toBe(5);
  own?.progress('check', 0, 1000);
  expect(made.view()).toMatchObject({ step: 'check', secondsLeft: null });
  const before = told();
  for (let done = 0; done < 100; done += 1) own?.progress('check', done, 1000);
  expect(told() - before).toBeLessThanOrEqual(1);
  finish();
  expect(await running).toEqual(ok(7));
  expect(made.view()).toBeNull();
});

test('a second one is refused while one runs; ended, it hears why, and the next may begin', async () => {
  const { made } = tasks();
  const first = made.run('write', 'stick', async ({ signal }) => {
    await new Promise((done) => signal.addEventListener('abort', done));
    return err({ code: 'copies/stopped', reason: signal.reason });
  });
  expect(await made.run('put-back', 'stick', async () => ok(1))).toEqual(err({ code: 'copies/busy' }));
  made.stop('cancelled');
  expect(await first).toEqual(err({ code: 'copies/stopped', reason: 'cancelled' }));
  await made.idle();
  expect(await made.run('put-back', 'stick', async () => ok(2))).toEqual(ok(2));
});
