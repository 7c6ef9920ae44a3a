/** A text with the found pieces tinted. `ranges` are start and end in UTF-16 units, ascending, as `matchRanges` gives them. */
export function Highlight({
  text,
  ranges,
}: {
  text: string;
  ranges: readonly (readonly [number, number] | { readonly start: number; readonly end: number })[];
}) {
  if (ranges.length === 0) return text;
  const parts: { key: number; piece: string; found: boolean }[] = [];
  let from = 0;
  for (const range of ranges) {
    const [start, end] = 'start' in range ? [range.start, range.end] : range;
    if (start > from) parts.push({ key: from, piece: text.slice(from, start), found: false });
    parts.push({ key: start, piece: text.slice(start, end), found: true });
    from = end;
  }
  if (from < text.length) parts.push({ key: from, piece: text.slice(from), found: false });
  return parts.map(({ key, piece, found }) =>
    found ? <mark key={key}>{piece}</mark> : <span key={key}>{piece}</span>,
  );
}
