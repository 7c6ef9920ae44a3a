/**
 * Statements made when they are first needed, and kept as long as they are: those asked for most often stay, however many others there are
 * between them. At most twice `most` are held at a time.
 */
import type { Statement } from 'better-sqlite3';

export type KeptStatements = (key: string, make: () => Statement<unknown[]>) => Statement<unknown[]>;

export function keepStatements(most = 100): KeptStatements {
  let [recent, before] = [new Map<string, Statement<unknown[]>>(), new Map<string, Statement<unknown[]>>()];
  return (key, make) => {
    const held = recent.get(key);
    if (held !== undefined) return held;
    const statement = before.get(key) ?? make();
    if (recent.size >= most) [recent, before] = [new Map(), recent];
    recent.set(key, statement);
    return statement;
  };
}
