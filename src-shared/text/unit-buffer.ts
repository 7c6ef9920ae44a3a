/** Text from UTF-16 units collected in a reused buffer: far cheaper than adding one character at a time. */
export function unitsToString(units: Uint16Array, size: number): string {
  let text = '';
  for (let start = 0; start < size; start += 4096) {
    const part = units.subarray(start, Math.min(size, start + 4096));
    // `apply` takes any array-like; its type only knows number[].
    const piece = String.fromCharCode.apply(null, part as unknown as number[]);
    if (size <= 4096) return piece;
    text += piece;
  }
  return text;
}
