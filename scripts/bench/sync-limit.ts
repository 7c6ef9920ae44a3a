/**
 * The limit L: the same data by the shortest way anybody could write, in the same run. A bare table of better-sqlite3 with the pragmas
 * and the cipher of the store, no log, no clocks, no checks; zstd JSON lines over HTTP on this machine. As its own process it is the
 * server: `node sync-limit.ts <folder>`; prints its address.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { openDatabase, type WritableDb } from '#core/store/database.ts';
import { columnName } from '#core/store/tables.ts';
import { BenchContact, type BenchValues, type Edit } from './sync-workload.ts';

const fields = Object.keys(BenchContact.fields);
export const rowsPerBatch = 1000;

export type Bare = {
  readonly db: WritableDb;
  insert(rows: readonly { readonly id: string; readonly values: BenchValues }[]): void;
  update(edits: readonly Edit[]): void;
  /** One edit, one transaction. */
  edit(edit: Edit): void;
  /** Copies what lies in the write-ahead file into the main file. */
  rest(): void;
  /** Rows behind a row number as zstd JSON lines; null when there are none. */
  lines(after: number): { readonly body: Buffer; readonly last: number } | null;
  /** Takes such lines in one transaction. */
  take(body: Uint8Array): void;
};

export function openBare(path: string, key: Uint8Array | null): Bare {
  const opened = openDatabase({ path, key });
  if (!opened.ok) throw new Error(opened.error.code);
  const db = opened.value;
  const columns = fields.map(columnName);
  db.exec(
    `create table contact (row integer primary key, id text not null unique, ${columns.map((name) => `${name} text`).join(', ')}) strict`,
  );
  const insert = db.prepare(
    `insert into contact (id, ${columns.join(', ')}) values (?${', ?'.repeat(columns.length)})`,
  );
  const updates = new Map(
    fields.map((field) => [field, db.prepare(`update contact set ${columnName(field)} = ? where id = ?`)]),
  );
  const select = db
    .prepare(`select row, id, ${columns.join(', ')} from contact where row > ? order by row limit ${rowsPerBatch}`)
    .raw();
  const change = ({ id, field, value }: Edit): void => void updates.get(field)?.run(value, id);
  const insertRow = (id: string, values: BenchValues): void =>
    void insert.run(id, ...fields.map((field) => values[field] ?? null));
  const many = db.transaction((rows: Parameters<Bare['insert']>[0]) => {
    for (const { id, values } of rows) insertRow(id, values);
  });
  const manyEdits = db.transaction((edits: readonly Edit[]) => edits.forEach(change));
  const oneEdit = db.transaction(change);
  const batches = <T>(items: readonly T[], work: (batch: T[]) => void): void => {
    for (let at = 0; at < items.length; at += rowsPerBatch) work(items.slice(at, at + rowsPerBatch));
  };
  return {
    db,
    insert: (rows) => batches(rows, (batch) => many.immediate(batch)),
    update: (edits) => batches(edits, (batch) => manyEdits.immediate(batch)),
    edit: (edit) => oneEdit.immediate(edit),
    rest: () => void db.pragma('wal_checkpoint(passive)'),
    lines(after) {
      const rows = select.all(after) as string[][]; // the columns just named
      if (rows.length === 0) return null;
      const text = rows
        .map(([, id, ...values]) =>
          JSON.stringify({ id, ...Object.fromEntries(fields.map((field, index) => [field, values[index]])) }),
        )
        .join('\n');
      return { body: zstdCompressSync(text), last: Number(rows.at(-1)?.[0]) };
    },
    take(body) {
      const rows = zstdDecompressSync(body)
        .toString()
        .split('\n')
        .map((line) => JSON.parse(line) as BenchValues) // `lines` wrote it
        .map((values) => ({ id: values.id ?? '', values }));
      many.immediate(rows);
    },
  };
}

/** Sends all rows, batch by batch. */
export async function uploadBare(bare: Bare, address: string): Promise<void> {
  for (let next = bare.lines(0); next !== null; next = bare.lines(next.last))
    await (await fetch(address, { method: 'POST', body: new Uint8Array(next.body) })).arrayBuffer();
}

/** Fetches and takes all rows, batch by batch. */
export async function downloadBare(bare: Bare, address: string): Promise<void> {
  let after = 0;
  for (;;) {
    const response = await fetch(`${address}/${after}`);
    if (response.status === 204) return;
    bare.take(new Uint8Array(await response.arrayBuffer()));
    after = Number(response.headers.get('last'));
  }
}

/** Starts the server as a process of its own. */
export async function startLimit(folder: string): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [import.meta.filename, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((found) => {
    child.stdout.once('data', (chunk: Buffer) => found(chunk.toString().trim()));
  });
  return { child, address };
}

/** The database's file, packed: the shortest snapshot there is. */
function snapshotFile(db: WritableDb): Buffer {
  db.pragma('wal_checkpoint(truncate)');
  return zstdCompressSync(readFileSync(db.name));
}

/** Every row in one answer, in batches as they are taken. */
function rowsFile(bare: Bare): Buffer {
  const parts: Buffer[] = [];
  for (let next = bare.lines(0); next !== null; next = bare.lines(next.last)) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(next.body.length);
    parts.push(length, next.body);
  }
  return Buffer.concat(parts);
}

async function serve(folder: string): Promise<void> {
  let bare = openBare(join(folder, 'limit-server-0.db'), null);
  let round = 0;
  // Packed once, as the hub's snapshot is: the first who asks waits for it.
  let file: Buffer | null = null;
  let rows: Buffer | null = null;
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/new') {
        round += 1;
        file = rows = null;
        bare.db.close();
        bare = openBare(join(folder, `limit-server-${round}.db`), null);
        return response.end();
      }
      if (request.method === 'POST') {
        file = rows = null;
        bare.take(await bodyOf(request));
        return response.end();
      }
      if (request.url === '/file') return response.end((file ??= snapshotFile(bare.db)));
      if (request.url === '/rows') return response.end((rows ??= rowsFile(bare)));
      const lines = bare.lines(Number(request.url?.slice(1)));
      if (lines === null) return response.writeHead(204).end();
      return response.writeHead(200, { last: lines.last }).end(lines.body);
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

if (import.meta.main) await serve(process.argv[2] ?? '');
