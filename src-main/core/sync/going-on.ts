/**
 * What a laptop does when its line breaks in the middle of something: it goes on at once from where it stood, and again, for as long as more has
 * got through each time. Then it is the schedule's to find out when the line is back. Uploads, downloads and answers have this rule from here.
 */
import { Readable } from 'node:stream';
import type { Failure, Result } from '#shared/kernel/result.ts';
import { isLineAway } from './exchange-outcome.ts';

/** `reached`: how far it had come for certain when it failed; `before`: when it had failed before that. */
function mayGoOn(failure: Failure, reached: number, before: number): boolean {
  // What answers but is no hub will not be one at once.
  return isLineAway(failure) && failure['cause'] !== 'not-a-hub' && reached > before;
}

/** What came of one go, and how far all had come for certain by then; null where that is not known. */
export type Go<T> = { readonly result: Result<T>; readonly reached: number | null };

/** Goes, and goes on after breaks. */
export async function goOn<T>(go: () => Promise<Go<T>>): Promise<Result<T>> {
  for (let before = -1; ; ) {
    const { result, reached } = await go();
    if (result.ok || reached === null || !mayGoOn(result.error, reached, before)) return result;
    before = reached;
  }
}

/** Bytes on their way here. */
export type Coming = {
  /** How many. */
  readonly length: number;
  /** Destroy it to leave early. */
  readonly content: Readable;
  /** What its error was. */
  readonly failureOf: (error: unknown) => Failure;
};

/**
 * The same bytes over as many lines as it takes: `open` gives what follows the first so many of them. Where it cannot, the failure is what broke
 * the line.
 */
export function goingOn(first: Coming, open: (from: number) => Promise<Result<Coming>>): Coming {
  const { length } = first;
  let coming = first;

  async function* pass(): AsyncGenerator<Buffer, void> {
    let at = 0;
    for (let before = 0; ; before = at) {
      try {
        // A stream of bytes gives Buffers.
        for await (const chunk of coming.content as AsyncIterable<Buffer>) {
          at += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!mayGoOn(coming.failureOf(error), at, before)) throw error;
        const next = await open(at);
        if (!next.ok || next.value.length !== length - at) throw error;
        coming = next.value;
      }
    }
  }

  const content = Readable.from(pass(), { objectMode: false });
  // Whoever leaves before it has begun leaves the line too.
  content.once('close', () => coming.content.destroy());
  return { length, content, failureOf: (error) => coming.failureOf(error) };
}
