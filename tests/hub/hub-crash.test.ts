/** PostgreSQL killed under two hub processes, and then one of them, in the middle of a load: nothing acknowledged is lost, nothing doubled. */
import { afterAll, expect, test } from 'vitest';
import { logKey } from '#shared/sync/messages.ts';
import { startHub, startPostgres, type TestPostgres } from '#tests/lib/hub.ts';
import { enrol, newLaptop, sampleOps, samplePartition, seal, turn } from '#tests/lib/hub-laptop.ts';

const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());

const opsEach = 150;

test.skipIf(postgres === null)(
  'laptops that go on sending lose nothing when the database and a hub are killed',
  async () => {
    const place = { databaseUrl: (await postgres?.createDatabase('crash')) ?? '' };
    const [one, two] = await Promise.all([startHub(place), startHub(place)]);
    let done: 'nothing' | 'database' | 'hub' = 'nothing';
    const waiting = { database: new Set<number>(), hub: new Set<number>() };
    let unanswered = 0;
    const endsAt = performance.now() + 240_000;
    /** Sends until all is acknowledged; from a third on slowly until the database was killed, from two thirds on until the hub was. */
    const write = async (hub: { address: string }, code: string, me: number): Promise<void> => {
      const laptop = newLaptop();
      const enrolled = await enrol(laptop, hub.address, code);
      if (!enrolled.ok) throw new Error(enrolled.error.code);
      const log = logKey(laptop.replica, samplePartition);
      const ops = sampleOps(1, opsEach);
      let acknowledged = 0;
      for (let tries = 0; acknowledged < opsEach; tries += 1) {
        if (performance.now() > endsAt) throw new Error('it never came back');
        const waitsFor = acknowledged >= opsEach / 3 && done === 'nothing' ? 'database' : null;
        const waits = waitsFor ?? (acknowledged >= (opsEach * 2) / 3 && done === 'database' ? 'hub' : null);
        if (waits !== null) {
          waiting[waits].add(me);
          await new Promise((wake) => setTimeout(wake, 50));
        }
        const next = ops.slice(acknowledged, Math.min(opsEach, acknowledged + (waits === null ? 10 : 1)));
        // Whoever does not get an answer asks the other hub.
        const at = { address: tries % 2 === 0 ? hub.address : one.address, hubKey: enrolled.value.hubKey };
        const answer = await turn(laptop, at, [seal(laptop, next, ops.slice(0, acknowledged))]);
        if (!answer.ok) {
          unanswered += 1;
          await new Promise((wake) => setTimeout(wake, 100));
          continue;
        }
        const held = answer.value.header.summary[log] ?? 0;
        expect(held, 'what was acknowledged stays').toBeGreaterThanOrEqual(acknowledged);
        acknowledged = held;
      }
    };
    const codes = [await one.invite(), await one.invite(), await one.invite()];
    const writing = Promise.all([one, two, two].map((hub, index) => write(hub, String(codes[index]), index)));
    const until = async (set: ReadonlySet<number>): Promise<void> => {
      while (set.size < 3) await new Promise((wake) => setTimeout(wake, 20));
    };
    await Promise.race([until(waiting.database), writing]);
    const ready = async (): Promise<number[]> =>
      Promise.all([one, two].map(async ({ page }) => (await fetch(`${page}/readyz`)).status));
    expect(await ready()).toEqual([200, 200]);
    await postgres?.crash(async () => {
      await expect.poll(ready, { message: 'nothing is sent to a hub without its database' }).toEqual([503, 503]);
      for (const { page } of [one, two]) expect((await fetch(`${page}/healthz`)).status).toBe(200);
    });
    await expect.poll(ready, { message: 'and it comes back by itself' }).toEqual([200, 200]);
    done = 'database';
    expect(unanswered, 'the crash was noticed').toBeGreaterThan(0);
    await Promise.race([until(waiting.hub), writing]);
    await two.kill();
    done = 'hub';
    await writing;
    expect(await one.commandProcess('verify')).toMatch(/"logs":3,"ops":450,.*"problems":0/);
    await one.close();
  },
);
