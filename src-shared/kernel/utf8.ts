/** UTF-8 both ways. TextEncoder and TextDecoder are the only globals of the host the shared tree uses: every host has them. */
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => {
  decode(bytes: Uint8Array): string;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text as UTF-8. A lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes text as UTF-8 at the start of `target`, which must have three bytes for every unit of the text; returns how many it took. */
export function utf8Into(text: string, target: Uint8Array): number {
  return encoder.encodeInto(text, target).written;
}

/** UTF-8 as text; a byte-order mark is kept. Throws TypeError on bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Where the next `units` UTF-16 units of a text end that stands as UTF-8 from `from` on. Throws RangeError on bytes that are not UTF-8, on
 * an end inside a character, and beyond the end of `bytes`.
 */
export function utf8End(bytes: Uint8Array, from: number, units: number): number {
  let at = from;
  // Most texts are of characters of one byte, most others of two: in loops of their own, as a snapshot has millions of them.
  for (const end = from + units; at < end && (bytes[at] ?? 0xff) < 0x80; ) at += 1;
  let left = from + units - at;
  while (left > 0) {
    const byte = bytes[at] ?? 0xff;
    if (byte < 0x80) {
      at += 1;
      left -= 1;
    } else if (byte < 0xe0) {
      if (byte < 0xc2 || ((bytes[at + 1] ?? 0) & 0xc0) !== 0x80) throw new RangeError('not UTF-8');
      at += 2;
      left -= 1;
    } else {
      const length = longLength(bytes, at);
      at += length;
      left -= length === 4 ? 2 : 1;
    }
  }
  if (left < 0) throw new RangeError('a character is cut');
  return at;
}

/** Bytes of a character of three or four. What may stand second rules out what is longer than it need be, surrogates, and what is beyond U+10FFFF (RFC 3629, section 4). */
function longLength(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0xff;
  const length = byte < 0xf0 ? 3 : 4;
  const least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
  const most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1] ?? 0;
  if (byte > 0xf4 || second < least || second > most) throw new RangeError('not UTF-8');
  for (let index = 2; index < length; index += 1)
    if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) throw new RangeError('not UTF-8');
  return length;
}
