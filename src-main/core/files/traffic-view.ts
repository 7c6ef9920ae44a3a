/** What screens show of attachments on their way. */
import type { Attachment } from '#shared/files/attachment.ts';
import type { FilesTraffic } from '#shared/files/contract.ts';
import { secondsLeft } from '#shared/kernel/time-left.ts';

/** The one that is moving. */
export type MovingFile = {
  readonly way: 'up' | 'down';
  readonly file: Attachment;
  /** Bytes of it that are there, and that were when it began. */
  done: number;
  from: number;
  /** Milliseconds UTC. */
  startedAt: number;
};

export function countOf(files: readonly Attachment[]): { files: number; bytes: number } {
  return { files: files.length, bytes: bytesOf(files) };
}

/**
 * @param rest what is to go this way, the moving one included
 * @param turnDone bytes of this turn that have gone
 * @param now milliseconds UTC
 */
export function movingView(
  { way, done, from, startedAt }: MovingFile,
  rest: readonly Attachment[],
  turnDone: number,
  now: number,
): FilesTraffic['moving'] {
  const all = bytesOf(rest);
  return {
    way,
    done: turnDone,
    total: turnDone + Math.max(0, all - done),
    secondsLeft: secondsLeft({ at: startedAt, done: from }, done, all, now),
  };
}

function bytesOf(files: readonly Attachment[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}
