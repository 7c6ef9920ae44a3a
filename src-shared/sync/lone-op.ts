/**
 * One op as columns, the same bytes that `toColumns` makes of it alone. Each edit of a person is written so, and columns that are gathered
 * apart and put together take longer for one op than all else that is said of it.
 */
import { createWriter } from '../kernel/binary.ts';
import { idToBytes } from '../kernel/ids.ts';
import { utf8 } from '../kernel/utf8.ts';
import type { Op } from './op.ts';
import { flagsOf, toPlanes, writeReplaced, writeSeen } from './op-columns.ts';
import { valuesToText } from './op-values.ts';

/** Throws RangeError when an id in it is no UUID. */
export function loneOpToColumns(op: Op, replica: string): Uint8Array {
  const replicas: string[] = [];
  const placeOf = (id: string): number => {
    if (id === replica) return 0;
    const place = replicas.indexOf(id);
    return place < 0 ? replicas.push(id) : place + 1;
  };
  // Their table stands before what names them.
  for (const field in op.replaced) placeOf(op.replaced[field]?.replica ?? replica);
  if (op.seen !== null) for (const each of Object.keys(op.seen).sort()) placeOf(each);

  const out = createWriter(512);
  out.number(1);
  out.number(op.actor === null ? 0 : 1);
  if (op.actor !== null) out.bytes(idToBytes(op.actor));
  out.number(replicas.length);
  for (const id of replicas) out.bytes(idToBytes(id));
  out.byte(flagsOf(op));
  out.number(op.seq - op.group);
  out.number(op.actor === null ? 0 : 1);
  out.number(op.kind);
  out.signed(op.time);
  out.bytes(idToBytes(op.record));
  const stampTimes: number[] = [];
  writeReplaced(op.replaced, out, stampTimes, placeOf);
  out.bytes(toPlanes(stampTimes));
  if (op.seen !== null) writeSeen(op.seen, out, placeOf);
  if (op.digest !== null) out.bytes(op.digest);
  const values = op.digest === null && op.set !== null ? utf8(valuesToText(op.set)) : new Uint8Array(0);
  out.number(values.length);
  out.bytes(values);
  return out.written();
}
