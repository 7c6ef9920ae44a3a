/**
 * Which records occur in a segment, as few bytes: about two for a record. The last three bytes of their ids, sorted, as varints of
 * the differences. Ids are random there, so one segment in seventeen thousand is opened for nothing: good enough to find a
 * record's history, and far cheaper to write than a row for each op.
 */
import type { Op } from '#shared/sync/op.ts';

export function recordPlaces(ops: readonly Op[]): Uint8Array {
  const places = Uint32Array.from(new Set(ops.map((op) => placeOf(op.record)))).sort();
  const bytes = new Uint8Array(places.length * 4);
  let at = 0;
  let last = 0;
  for (const place of places) {
    let rest = place - last;
    last = place;
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
  }
  return bytes.subarray(0, at);
}

/** Whether a record may be among them; false is certain. */
export function mayHold(places: Uint8Array, record: string): boolean {
  const wanted = placeOf(record);
  let place = 0;
  let shift = 0;
  let difference = 0;
  for (const byte of places) {
    difference |= (byte & 0x7f) << shift;
    if (byte > 0x7f) {
      shift += 7;
      continue;
    }
    place += difference;
    if (place >= wanted) return place === wanted;
    difference = 0;
    shift = 0;
  }
  return false;
}

/** Whether one of these records may be among them; `wanted` are their places. False is certain. */
export function mayHoldSome(places: Uint8Array, wanted: ReadonlySet<number>): boolean {
  let place = 0;
  let shift = 0;
  let difference = 0;
  for (const byte of places) {
    difference |= (byte & 0x7f) << shift;
    if (byte > 0x7f) {
      shift += 7;
      continue;
    }
    place += difference;
    if (wanted.has(place)) return true;
    difference = 0;
    shift = 0;
  }
  return false;
}

export function placeOf(record: string): number {
  return Number.parseInt(record.slice(-6), 16);
}
