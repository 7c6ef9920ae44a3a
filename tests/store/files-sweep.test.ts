/** Which attachments' bytes stay on a laptop, and which are removed: the rule of core/files/sweep.ts. */
import { expect, onTestFinished, test } from 'vitest';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openFileStore } from '#core/files/file-store.ts';
import { sweepFiles } from '#core/files/sweep.ts';
import { createFilesQueries } from '#core/store/files-queries.ts';
import { attachmentText, sealedText } from '#shared/files/attachment.ts';
import { Decision } from '#shared/records/decision.ts';
import { startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

const day = 86_400_000;

async function desk() {
  const directory = temporaryFolder();
  const clock = { now: startOfTime };
  const store = openTestStore(join(directory, 'test.db'), {
    partition: 'kz/kz-19/kz-19-tec_oblast',
    time: { now: () => clock.now },
  });
  onTestFinished(() => store.close());
  const files = await openFileStore(directory, new Uint8Array(32));
  const queries = createFilesQueries(store);
  return {
    async keep(name: string) {
      const content = Buffer.from(name);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const part = await files.part(sha256);
      await part.append(content);
      await part.finish();
      await part.close();
      await files.adopt(sha256, sha256);
      return { sha256, bytes: content.length, name };
    },
    write(id: string, values: { readonly [field: string]: string | readonly string[] }, act: 'set' | 'remove' = 'set') {
      clock.now += 1000;
      store.commit([{ kind: Decision, id, act, values }], null);
    },
    has: ({ sha256 }: { sha256: string }) => files.has(sha256),
    /** Signs in so many days later; answers how many files were removed. */
    async sweep(days: number, oldestBackup: number | null = null) {
      clock.now += days * day;
      const signal = new AbortController().signal;
      return sweepFiles(files, queries, { now: clock.now, oldestBackup, signal });
    },
    now: () => clock.now,
  };
}

const ids = ['1', '2', '3'].map((digit) => `01890000-0000-7000-8000-00000000000${digit}`);
const [draft = '', signed = '', removed = ''] = ids;

test('bytes stay for records that are there and for the histories of signed ones, and go thirty days after the last need', async () => {
  const { keep, write, has, sweep } = await desk();
  const [stays, goes, frozen, before, late] = [
    await keep('stays.pdf'),
    await keep('goes.pdf'),
    await keep('frozen.pdf'),
    await keep('before.pdf'),
    await keep('late.pdf'),
  ];
  write(draft, { number: '1', files: [attachmentText(stays), attachmentText(goes)] });
  // Taken off before the signature, and still part of what led to it.
  write(signed, { number: '2', files: [attachmentText(before), attachmentText(frozen)] });
  write(signed, { files: [attachmentText(frozen)] });
  write(signed, { state: 'signed', sealedFiles: sealedText({ files: [attachmentText(frozen)] }) });
  write(removed, { number: '3', files: [attachmentText(late)] });
  expect(await sweep(100), 'all of it is needed').toBe(0);
  write(draft, { files: [attachmentText(stays)] });
  write(removed, {}, 'remove');
  expect(await sweep(0)).toBe(0);
  expect(await sweep(29)).toBe(0);
  // Put back in time, it counts anew.
  write(draft, { files: [attachmentText(stays), attachmentText(goes)] });
  expect(await sweep(2), 'the removed record').toBe(1);
  expect(has(late)).toBe(false);
  write(draft, { files: [attachmentText(stays)] });
  expect(await sweep(0)).toBe(0);
  expect(await sweep(31)).toBe(1);
  expect([stays, goes, frozen, before].map(has)).toEqual([true, false, true, true]);
});

test('nothing goes that a backup of the store may refer to', async () => {
  const { keep, write, has, sweep, now } = await desk();
  const file = await keep('scan.pdf');
  write(draft, { number: '1', files: [attachmentText(file)] });
  const backup = now();
  write(draft, { files: [] });
  await sweep(0);
  expect(await sweep(100, backup)).toBe(0);
  expect(has(file)).toBe(true);
  expect(await sweep(1, now() - day)).toBe(1);
});
