/** Ids that two laptops work out alike without having met: UUID version 8 (RFC 9562 section 5.8) from SHA-256 of a text. */
import { bytesToId, type Id } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { sha256 } from './segment-ports.ts';

/** The same text gives the same id everywhere. Start the text with what it names: `progress|<person>|<course>`. */
export function derivedId(text: string): Id {
  const bytes = sha256(utf8(text)).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToId(bytes);
}
