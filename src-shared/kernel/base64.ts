/** Base64 with padding (RFC 4648 section 4), for the trees that have no Buffer. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as text. */
export function bytesToBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    const length = Math.min(3, bytes.length - index) + 1;
    for (let place = 0; place < 4; place += 1) {
      text += place < length ? letters[(group >> (18 - 6 * place)) & 63] : '=';
    }
  }
  return text;
}

/** Text as bytes. Throws RangeError on anything that `bytesToBase64` does not make. */
export function base64ToBytes(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let index = 0, at = 0; index < text.length; index += 4) {
    let group = 0;
    for (const letter of text.slice(index, index + 4)) group = (group << 6) | Math.max(0, letters.indexOf(letter));
    for (let place = 0; place < 3 && at < bytes.length; place += 1, at += 1)
      bytes[at] = (group >> (16 - 8 * place)) & 255;
  }
  if (bytesToBase64(bytes) !== text) throw new RangeError('not base64');
  return bytes;
}
