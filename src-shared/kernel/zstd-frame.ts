/** What a zstd frame (RFC 8878) says of itself before it is unpacked. */

/**
 * How many bytes are packed in a frame, as its header says; null where it does not say so. Only a word to plan by: what comes out has
 * to be limited all the same.
 */
export function zstdContentBytes(frame: Uint8Array): number | null {
  const descriptor = frame[4];
  if (descriptor === undefined) return null;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 2 ** sizeFlag;
  const start = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  if (sizeBytes === 0 || frame.length < start + sizeBytes) return null;
  let size = 0;
  for (let byte = sizeBytes - 1; byte >= 0; byte -= 1) size = size * 256 + (frame[start + byte] ?? 0);
  return sizeBytes === 2 ? size + 256 : size;
}
