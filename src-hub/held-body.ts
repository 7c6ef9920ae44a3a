/**
 * Bodies over a line that may break: what has arrived then is kept, and their sender goes on behind it (#shared/sync/hub-http.ts, blobs and
 * messages).
 */
import { PassThrough, type Readable } from 'node:stream';

/** What is taken off the line while it is still being looked at whether it is wanted: a line that breaks then loses less. */
const earlyBytes = 256 * 1024;

/** The line broke before the body had arrived; what had is kept. */
export class LineBroken extends Error {}

/** A body that is read off its line at once; a broken line ends it early. */
export type HeldBody = {
  readonly content: Readable;
  /** Told from which byte on it is wanted; answers whether it comes from there. */
  begins(wanted: number): boolean;
  /** From which byte on it was wanted; null where it never was. */
  from(): number | null;
  isBroken(): boolean;
  /** Gives the line up. */
  end(): void;
  /** Lets what is left of it pass by unread, so that the answer arrives and the line can be used again. */
  release(): void;
};

/** Begins to take a request's body off the line. */
export function holdBody(body: Readable, comesFrom: (wanted: number) => boolean): HeldBody {
  const content = new PassThrough({ highWaterMark: earlyBytes });
  let from: number | null = null;
  let isBroken = false;
  const broken = (): void => {
    isBroken ||= !body.readableEnded;
    content.end();
  };
  body.once('error', broken);
  body.once('close', broken);
  body.pipe(content);
  return {
    content,
    begins(wanted) {
      from = wanted;
      return comesFrom(wanted);
    },
    from: () => from,
    isBroken: () => isBroken,
    end: () => void body.destroy(),
    release: () => void body.unpipe(content).resume(),
  };
}

/**
 * Bodies this process is taking, one at a time under each key. Who comes anew has given up its old line, which may take minutes to look
 * broken from here.
 */
export type UnderWay = {
  has(key: string): boolean;
  /** Gives the old line up; resolves when what came over it is kept. */
  end(key: string): Promise<void>;
  /** Ends the old one and does the work with this. */
  take<T>(key: string, body: HeldBody, work: () => Promise<T>): Promise<T>;
};

export function createUnderWay(): UnderWay {
  const underWay = new Map<string, { readonly end: () => void; readonly done: Promise<unknown> }>();

  async function end(key: string): Promise<void> {
    const old = underWay.get(key);
    old?.end();
    await old?.done;
  }

  return {
    has: (key) => underWay.has(key),
    end,
    async take(key, body, work) {
      // While it waited another may have come and begun.
      while (underWay.has(key)) await end(key);
      const taken = work();
      underWay.set(key, { end: body.end, done: taken.catch(() => undefined) });
      try {
        return await taken;
      } finally {
        underWay.delete(key);
      }
    },
  };
}
