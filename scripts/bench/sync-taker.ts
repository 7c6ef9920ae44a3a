/**
 * What a new laptop would do at the least, the limit of beginning with a snapshot: it takes the database file as it lies on the limit's
 * server, or the rows in one answer, and puts them where they belong. In a process of its own: the memory it leaves behind would otherwise
 * be collected in the time of what is compared with it, a third of that.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { openBare } from './sync-limit.ts';
import { secondsOf } from './statistics.ts';

type Wanted = {
  readonly what: 'file' | 'rows';
  readonly address: string;
  /** Of the database that comes of it. */
  readonly path: string;
  /** Its key, hex; null: it is not encrypted. */
  readonly key: string | null;
};

export type Taker = {
  /** Seconds it took. */
  take(what: Wanted['what'], path: string): Promise<number>;
  close(): void;
};

export function startTaker(address: string, key: Uint8Array | null): Taker {
  const child = fork(import.meta.filename);
  return {
    async take(what, path) {
      child.send({ what, address, path, key: key === null ? null : bytesToHex(key) } satisfies Wanted);
      const [seconds] = (await once(child, 'message')) as [number]; // what is sent below
      return seconds;
    },
    close: () => void child.kill(),
  };
}

/** The database as it lies on the server; with a key it is encrypted before it is used. */
async function takeFile({ address, path, key }: Wanted): Promise<void> {
  const packed = new Uint8Array(await (await fetch(`${address}/file`)).arrayBuffer());
  writeFileSync(path, zstdDecompressSync(packed), { flush: true });
  const db = new Database(path);
  if (key !== null) {
    // Nothing is lost with a file that can be fetched again.
    db.pragma('journal_mode = off');
    db.pragma(`cipher = 'sqlcipher'`);
    db.pragma('legacy = 4');
    db.pragma(`rekey = "x'${key}'"`);
  }
  db.prepare('select count(*) from contact').get();
  db.close();
}

/** Rows in one answer, put into a bare table a batch at a time. */
async function takeRows({ address, path, key }: Wanted): Promise<void> {
  const body = Buffer.from(await (await fetch(`${address}/rows`)).arrayBuffer());
  const bare = openBare(path, key === null ? null : hexToBytes(key));
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32LE(at);
    bare.take(body.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  bare.db.close();
}

if (import.meta.main)
  process.on('message', (wanted: Wanted) => {
    const take = wanted.what === 'file' ? takeFile : takeRows;
    void secondsOf(() => take(wanted)).then((seconds) => process.send?.(seconds));
  });
