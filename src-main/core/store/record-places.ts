/**
 * Which records occur in a segment, as few bytes: about two for a record. The last three bytes of their ids, sorted, as varints of
 * the differences. Ids are random there, so one segment in seventeen thousand is opened for nothing: good enough to find a
 * record's history, and far cheaper to write than a row for each op.
 */

export function recordPlaces(records: Iterable<string>): Uint8Array {
  return written(Uint32Array.from(records, placeOf));
}

/** The same of ids in planes: byte b of id i stands at b × count + i. */
export function recordPlacesInPlanes(planes: Uint8Array, count: number): Uint8Array {
  const places = new Uint32Array(count);
  const [high, middle, low] = [count * (idBytes - 3), count * (idBytes - 2), count * (idBytes - 1)];
  for (let at = 0; at < count; at += 1)
    places[at] = ((planes[high + at] ?? 0) << 16) | ((planes[middle + at] ?? 0) << 8) | (planes[low + at] ?? 0);
  return written(places);
}

function written(places: Uint32Array): Uint8Array {
  places.sort();
  const bytes = new Uint8Array(places.length * 4);
  let at = 0;
  let last = -1;
  for (const place of places) {
    if (place === last) continue;
    let rest = place - Math.max(last, 0);
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
  return firstPlace(places, (place) => place >= wanted) === wanted;
}

/** A test of whether one of these records may be among some; false is certain. */
export function mayHoldAny(records: ReadonlySet<string>): (places: Uint8Array) => boolean {
  const wanted = new Set(Array.from(records, placeOf));
  const last = Math.max(...wanted);
  return (places) => {
    const found = firstPlace(places, (place) => place >= last || wanted.has(place));
    return found !== null && wanted.has(found);
  };
}

/** The lowest place that passes; null when none does. */
function firstPlace(places: Uint8Array, passes: (place: number) => boolean): number | null {
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
    if (passes(place)) return place;
    difference = 0;
    shift = 0;
  }
  return null;
}

/** Digit by digit: cutting the text off and parsing it took a twentieth of a beginning with a snapshot. */
function placeOf(record: string): number {
  let place = 0;
  for (let at = record.length - placeDigits; at < record.length; at += 1) {
    const code = record.charCodeAt(at);
    place = place * 16 + (code > codeOf9 ? code - codeOfA + 10 : code - codeOf0);
  }
  return place;
}
const [codeOf0, codeOf9, codeOfA] = [48, 57, 97] as const;
const placeDigits = 6;
const idBytes = 16;
