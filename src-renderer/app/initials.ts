/** One or two capitals for a person's circle: «Қаримова Зулфия» → «ҚЗ». */
export function initialsOf(name: string): string {
  const words = name.split(/[\s,.]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}
