/**
 * The contract is data: each domain exports its calls, one object joins them. From it derive the handler types,
 * the client, the CLI's `call` and the list of names.
 */
import type { z } from 'zod';

/** Who may make a call. `open`: before sign-in. `person`: a person is signed in. */
export type CallAccess = 'open' | 'person';

export type Call<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  T extends 'query' | 'command' = 'query' | 'command',
> = {
  readonly type: T;
  readonly access: CallAccess;
  readonly input: I;
  readonly output: O;
};

/** Reads and changes nothing; the client may repeat it. */
export function query<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  access: CallAccess = 'person',
): Call<I, O, 'query'> {
  return { type: 'query', access, input, output };
}

/** Changes something; the client makes it once. */
export function command<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  access: CallAccess = 'person',
): Call<I, O, 'command'> {
  return { type: 'command', access, input, output };
}

export type DomainContract = { readonly [name: string]: Call };
export type Contract = { readonly [domain: string]: DomainContract };

/** Every call's full name, `domain.name`. */
export type CallName<C extends Contract> = {
  [D in keyof C & string]: `${D}.${keyof C[D] & string}`;
}[keyof C & string];

/** The call a full name stands for. */
export type CallOf<C extends Contract, N extends CallName<C>> = N extends `${infer D}.${infer M}`
  ? D extends keyof C
    ? M extends keyof C[D]
      ? C[D][M] extends Call
        ? C[D][M]
        : never
      : never
    : never
  : never;

export type InputOf<C extends Contract, N extends CallName<C>> = z.input<CallOf<C, N>['input']>;
export type OutputOf<C extends Contract, N extends CallName<C>> = z.output<CallOf<C, N>['output']>;

/** Lists all call names of a contract. */
export function callNames<C extends Contract>(contract: C): CallName<C>[] {
  const names: string[] = [];
  for (const [domain, calls] of Object.entries(contract)) {
    for (const name of Object.keys(calls)) names.push(`${domain}.${name}`);
  }
  // The loop above builds exactly the names the mapped type describes.
  return names as CallName<C>[];
}

/** Finds a call by its full name; undefined for a name the contract does not have. */
export function findCall(contract: Contract, name: string): Call | undefined {
  const dot = name.indexOf('.');
  if (dot < 1) return undefined;
  const domain = name.slice(0, dot);
  const call = name.slice(dot + 1);
  if (!Object.hasOwn(contract, domain)) return undefined;
  const calls = contract[domain];
  return calls !== undefined && Object.hasOwn(calls, call) ? calls[call] : undefined;
}
