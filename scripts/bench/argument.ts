/** What stands behind a switch on the command line; null where it was not given. */
export function argument(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}
