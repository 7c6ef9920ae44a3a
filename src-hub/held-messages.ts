/**
 * Messages of the exchange as they come over a bad line: what has arrived when the line breaks is kept, and the laptop goes on behind it
 * (#shared/sync/hub-http.ts, messages). Nothing of one is looked at before it is whole and has the digest it is named by.
 * What is forgotten is sent again from its beginning.
 */
import { createHash } from 'node:crypto';
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { createUnderWay, type HeldBody, LineBroken } from './held-body.ts';
import { createShortMemory } from './short-memory.ts';

type Held = {
  readonly sha256: string;
  chunks: Buffer[];
  length: number;
};

/** A message by the digest of its bytes, and how many they are. */
type Named = { readonly sha256: string; readonly bytes: number };

export type HeldMessages = {
  /**
   * Takes a message's bytes as they come and answers it when it is whole. Throws `LineBroken` where the line breaks.
   * Failures: `hub/wrong-offset` {offset}, `hub/too-large`, `hub/bad-hash`.
   */
  take(replica: string, named: Named, body: HeldBody): Promise<Result<Uint8Array>>;
};

/** `mostBytes`: of all that are kept while nothing of them comes. */
export function createHeldMessages(time: Time, mostBytes = 64 * 1024 * 1024): HeldMessages {
  const underWay = createUnderWay();
  const held = createShortMemory<Held>(time, mostBytes, underWay.has);

  /** What is here of a message; of any other of that laptop's nothing is kept. */
  function own(replica: string, sha256: string): Held {
    held.sweep();
    const known = held.get(replica);
    if (known?.sha256 === sha256) return known;
    const message: Held = { sha256, chunks: [], length: 0 };
    held.keep(replica, message);
    return message;
  }

  async function receive(message: Held, bytes: number, body: HeldBody): Promise<Result<Uint8Array | null>> {
    // A request's body gives Buffers.
    for await (const chunk of body.content as AsyncIterable<Buffer>) {
      if (message.length + chunk.length > bytes) return err({ code: 'hub/too-large' });
      message.chunks.push(chunk);
      message.length += chunk.length;
    }
    if (message.length < bytes) return ok(null);
    const whole = Buffer.concat(message.chunks);
    return createHash('sha256').update(whole).digest('hex') === message.sha256
      ? ok(whole)
      : err({ code: 'hub/bad-hash' });
  }

  async function goOn(replica: string, { sha256, bytes }: Named, body: HeldBody): Promise<Result<Uint8Array>> {
    const message = own(replica, sha256);
    const wrongOffset = (): Result<never> => err({ code: 'hub/wrong-offset', offset: message.length });
    if (!body.begins(message.length)) return wrongOffset();
    try {
      const taken = await receive(message, bytes, body);
      // Whole or spoilt, it is over; what is still to come rests here.
      if (!taken.ok || taken.value !== null) held.drop(replica);
      if (!taken.ok) return taken;
      if (taken.value !== null) return ok(taken.value);
      // Small pieces of a line's buffers would keep more than they hold.
      message.chunks = [Buffer.concat(message.chunks)];
      if (body.isBroken()) throw new LineBroken();
      return wrongOffset();
    } finally {
      // From now on it rests.
      held.get(replica);
    }
  }

  return {
    take: (replica, named, body) => underWay.take(replica, body, () => goOn(replica, named, body)).finally(held.sweep),
  };
}
