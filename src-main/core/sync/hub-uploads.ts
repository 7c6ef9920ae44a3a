/**
 * Bodies for the hub that may come in several goes, blobs and messages alike (#shared/sync/hub-http.ts): what has gone over a line that breaks
 * is not sent again.
 */
import type { Readable } from 'node:stream';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { type Go, goOn } from './going-on.ts';
import type { HubDoor } from './hub-door.ts';

export type Upload<T> = {
  /** Path and query for the bytes from there on, or from where the hub says. */
  readonly pathFrom: (offset: number | 'ask') => string;
  /** Those bytes; null gives it up. */
  readonly contentFrom: (offset: number) => Readable | null;
  /** Where it begins, if that is known. */
  readonly begin: number | 'ask';
  /** Asks from where on the hub wants it, for a hub that cannot say so on the way; or it wants nothing. */
  readonly question: () => Promise<Result<number | { readonly answer: T }>>;
  readonly read: (answer: Uint8Array) => Result<T>;
  readonly maxAnswer?: number;
  /** Told when all of it is on its way. */
  readonly onSent?: (() => void) | undefined;
  /** Told how far it has come: at the hub where that says so on the way, else out of this process. */
  readonly onReached?: ((offset: number) => void) | undefined;
};

export type HubUploads = {
  /** Sends what the hub lacks. Failures: those of the line and of the door, `sync/stopped` where it was given up. */
  send<T>(upload: Upload<T>): Promise<Result<T>>;
};

/** Uploads through an open door to the hub. */
export function createHubUploads(door: HubDoor, idleMs: number): HubUploads {
  /** Whether the hub can be asked on the way, as far as is known. */
  let asksOnTheWay = true;

  async function pourAsked<T>(upload: Upload<T>): Promise<Go<T>> {
    const wanted = await upload.question();
    if (!wanted.ok) return { result: wanted, reached: null };
    // It is there, and is not heard on the way.
    asksOnTheWay = false;
    if (typeof wanted.value !== 'number') return { result: ok(wanted.value.answer), reached: null };
    return pour(upload, wanted.value);
  }

  async function pour<T>(upload: Upload<T>, at: number | 'ask'): Promise<Go<T>> {
    if (at === 'ask' && !asksOnTheWay) return pourAsked(upload);
    const begun: { at: number | null } = { at: null };
    const contentFrom = (offset: number): Readable | null => {
      const content = upload.contentFrom(offset);
      if (content !== null) begun.at = offset;
      return content;
    };
    const content = at === 'ask' ? contentFrom : contentFrom(at);
    if (content === null) return { result: err({ code: 'sync/stopped' }), reached: null };
    let left = 0;
    const answer = await door.put(upload.pathFrom(at), content, idleMs, upload.maxAnswer, {
      onSent: upload.onSent,
      onLeft(bytes) {
        left += bytes;
        upload.onReached?.((begun.at ?? 0) + left);
      },
      onArrived: (offset) => upload.onReached?.(offset),
    });
    const reached = begun.at;
    if (answer.ok) return { result: upload.read(answer.value), reached };
    const { code, reason } = answer.error;
    const isUnheard = at === 'ask' && reached === null && (reason === 'garbage' || code === 'sync/hub-slow');
    // A hub of an earlier version, something between that swallows what it says on the way, or a line that went dead.
    return isUnheard ? pourAsked(upload) : { result: answer, reached };
  }

  return {
    send(upload) {
      let next = upload.begin;
      return goOn(async () => {
        const went = await pour(upload, next);
        next = 'ask';
        const wanted = wantedBy(went.result);
        // A proxy stands between; or another part of it is there than was thought.
        return wanted === null || wanted === went.reached ? went : pour(upload, wanted);
      });
    },
  };
}

/** From where on the hub wants a body, as it says in refusing it from elsewhere. */
export function wantedBy(answer: Result<unknown>): number | null {
  return !answer.ok && answer.error['reason'] === 'wrong-offset' ? Number(answer.error['offset']) : null;
}
