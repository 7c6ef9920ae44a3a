/** What screens show of attachments on their way. */
import type { Attachment } from '#shared/files/attachment.ts';
import type { FilesTraffic } from '#shared/files/contract.ts';
import { type Since, secondsLeft } from '#shared/kernel/time-left.ts';

/** The one that is moving. */
export type MovingFile = {
  readonly way: 'up' | 'down';
  readonly file: Attachment;
  /** Bytes of it that are where they go. */
  done: number;
};

export function countOf(files: readonly Attachment[]): { files: number; bytes: number } {
  return { files: files.length, bytes: bytesOf(files) };
}

/**
 * @param rest what is to go this way, the moving one included
 * @param turnDone bytes of this turn that have gone
 * @param since when of this turn they began to go this way, over breaks of the line and from file to file
 * @param now milliseconds UTC
 */
export function movingView(
  { way, done }: MovingFile,
  rest: readonly Attachment[],
  turnDone: number,
  since: Since,
  now: number,
): FilesTraffic['moving'] {
  const total = turnDone + Math.max(0, bytesOf(rest) - done);
  return { way, done: turnDone, total, secondsLeft: secondsLeft(since, turnDone, total, now) };
}

function bytesOf(files: readonly Attachment[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}
