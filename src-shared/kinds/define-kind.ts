/**
 * A record kind is declared once, as data. From the declaration derive the SQLite table and its indexes
 * (core/store/tables.ts), the check of an incoming op, the types below, search and sort keys, history,
 * default columns. There is no inheritance and no plug-in system: a kind is an object.
 *
 * Kind and field numbers are what travels on the wire: never reuse or change one.
 * New fields are additive and optional.
 */
import { z } from 'zod';
import { Id, isId } from '../kernel/ids.ts';
import type { Role } from '../access/roles.ts';
import { type Locale, locales } from '../i18n/locales.ts';

/**
 * How two concurrent values of a field meet. `latest`: the later stamp wins, the loser stays in the history.
 * `set`: a list whose elements are united. `final`: like latest until the record is signed, then frozen.
 */
export type MergeRule = 'latest' | 'set' | 'final';

/** What a field holds in a row: scalars as themselves, a set as a sorted list. */
export type FieldValue = string | number | boolean | null | readonly string[];

export type Field<T extends FieldValue = FieldValue> = {
  readonly number: number;
  readonly type: 'text' | 'date' | 'integer' | 'flag' | 'choice' | 'reference' | 'set';
  readonly schema: z.ZodType<T>;
  /** Whether `schema` takes a value that is not null, without its cost: asked for every value of every op. */
  readonly fits: (value: unknown) => value is NonNullable<T>;
  /** Of a text: how many UTF-16 units it may have. Whatever is no longer, and not blank where it is required, fits. */
  readonly max?: number;
  readonly required: boolean;
  readonly merge: MergeRule;
  /** Personal data: erased on request, never logged, digested with a salt in the chain. */
  readonly personal: boolean;
  /** Folded into the search index. */
  readonly searchable: boolean;
  /** Has a sort key per UI language. */
  readonly sortable: boolean;
  /** Lists ask for records by this field, so it has an index: every write of the field pays for it. */
  readonly filtered: boolean;
  /** More than one line. */
  readonly long: boolean;
  /** The language of one version of a localized field; undefined where a text may be in any. */
  readonly locale?: Locale;
  /** Copied from elsewhere to the letter (a passport, an address of the net): tidied by NFC and outer spaces only. */
  readonly verbatim: boolean;
  readonly options?: readonly string[];
  /** The kind a reference points to. */
  readonly to?: string;
};

type FieldFlags = {
  readonly personal?: boolean;
  readonly searchable?: boolean;
  readonly sortable?: boolean;
  readonly filtered?: boolean;
  readonly long?: boolean;
  readonly locale?: Locale;
  readonly verbatim?: boolean;
  readonly merge?: MergeRule;
};
type Optional<R extends boolean, T> = R extends true ? T : T | null;

function field<T extends FieldValue>(
  number: number,
  type: Field['type'],
  schema: z.ZodType,
  fits: (value: unknown) => boolean,
  required: boolean,
  flags: FieldFlags,
  more: { options?: readonly string[]; to?: string; max?: number } = {},
): Field<T> {
  return {
    number,
    type,
    // The builders below pair each schema with its T; nullable() is what Optional<R, T> says.
    schema: (required ? schema : schema.nullable()) as z.ZodType<T>,
    fits: fits as Field<T>['fits'], // the same pairing
    required,
    merge: flags.merge ?? 'latest',
    personal: flags.personal ?? false,
    searchable: flags.searchable ?? false,
    sortable: flags.sortable ?? false,
    filtered: flags.filtered ?? false,
    long: flags.long ?? false,
    verbatim: flags.verbatim ?? false,
    ...(flags.locale !== undefined && { locale: flags.locale }),
    ...more,
  };
}

/** Text of at most `max` characters (default 300; 100,000 when `long`). A required text may not be blank. */
export function text<const R extends boolean = false>(
  number: number,
  flags: FieldFlags & { readonly required?: R; readonly max?: number } = {},
): Field<Optional<R, string>> {
  const required = flags.required ?? false;
  const max = flags.max ?? (flags.long ? 100_000 : 300);
  const schema = z.string().max(max);
  const fits = (value: unknown): boolean =>
    typeof value === 'string' && value.length <= max && (!required || value.trim() !== '');
  return field(
    number,
    'text',
    required ? schema.refine((value) => value.trim() !== '') : schema,
    fits,
    required,
    flags,
    { max },
  );
}

/** A calendar day, `YYYY-MM-DD`, no time zone. */
export function date<const R extends boolean = false>(
  number: number,
  flags: FieldFlags & { readonly required?: R } = {},
): Field<Optional<R, string>> {
  const schema = z.iso.date();
  return field(number, 'date', schema, (value) => schema.safeParse(value).success, flags.required ?? false, flags);
}

/** A whole number between `min` (default 0) and `max` (default 2^53 − 1). */
export function integer<const R extends boolean = false>(
  number: number,
  flags: FieldFlags & { readonly required?: R; readonly min?: number; readonly max?: number } = {},
): Field<Optional<R, number>> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = flags;
  const fits = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  return field(number, 'integer', z.int().min(min).max(max), fits, flags.required ?? false, flags);
}

/** Yes or no. */
export function flag<const R extends boolean = false>(
  number: number,
  flags: FieldFlags & { readonly required?: R } = {},
): Field<Optional<R, boolean>> {
  return field(number, 'flag', z.boolean(), (value) => typeof value === 'boolean', flags.required ?? false, flags);
}

/** One of the named options. */
export function choice<const T extends readonly string[], const R extends boolean = false>(
  number: number,
  options: T,
  flags: FieldFlags & { readonly required?: R } = {},
): Field<Optional<R, T[number]>> {
  const fits = (value: unknown): boolean => typeof value === 'string' && options.includes(value);
  return field(number, 'choice', z.enum(options), fits, flags.required ?? false, flags, { options });
}

/** The id of another record. */
export function reference<const R extends boolean = false>(
  number: number,
  to: string,
  flags: FieldFlags & { readonly required?: R } = {},
): Field<Optional<R, string>> {
  const fits = (value: unknown): boolean => typeof value === 'string' && isId(value);
  return field(number, 'reference', Id, fits, flags.required ?? false, flags, { to });
}

/**
 * A set of short texts (or of the named options); kept sorted, concurrent additions are united. `max`: characters of an element; `count`: how
 * many a person may put in.
 */
export function set(
  number: number,
  options?: readonly [string, ...string[]],
  { max = 200, count = 1000 }: { readonly max?: number; readonly count?: number } = {},
): Field<readonly string[]> {
  const element = options === undefined ? z.string().min(1).max(max) : z.enum(options);
  const schema = z.array(element).max(count).readonly();
  const fits = (value: unknown): boolean => schema.safeParse(value).success;
  return field(number, 'set', schema, fits, true, { merge: 'set' }, options === undefined ? {} : { options });
}

/** The column name of a locale's version of a field: `title` + `uz-Cyrl` → `title_uz_cyrl`. */
export function localizedField<const N extends string>(name: N, locale: Locale): `${N}_${LocaleSuffix}` {
  // Lower-casing and replacing the hyphen is exactly what LocaleSuffix lists.
  return `${name}_${locale.toLowerCase().replace('-', '_') as LocaleSuffix}`;
}
type LocaleSuffix = 'ru' | 'kk' | 'ky' | 'uz' | 'uz_cyrl' | 'tg' | 'en';

/**
 * One optional text field per locale, numbered from `firstNumber` in the order of `locales`, so that two people
 * may write two language versions of one paper at the same time without meeting.
 */
export function localized<const N extends string>(
  name: N,
  firstNumber: number,
  flags: FieldFlags & { readonly max?: number } = {},
): { readonly [K in `${N}_${LocaleSuffix}`]: Field<string | null> } {
  const entries = locales.map((locale, index) => [
    localizedField(name, locale),
    text(firstNumber + index, { ...flags, locale }),
  ]);
  // fromEntries loses the key type that the loop just built.
  return Object.fromEntries(entries) as { readonly [K in `${N}_${LocaleSuffix}`]: Field<string | null> };
}

export type Fields = { readonly [name: string]: Field };

/** States of a kind: a choice field with the moves allowed between its options. */
export type States = {
  readonly field: string;
  readonly initial: string;
  readonly moves: { readonly [state: string]: readonly string[] };
  /** In these states `final` fields are frozen. */
  readonly frozen: readonly string[];
};

/**
 * One field of a natural key and how its spellings meet: `exact` as it stands, `words` folded as for search, `name` the same in any
 * order of the words, `phone` the subscriber's digits.
 */
export type KeyPart = { readonly field: string; readonly as: 'exact' | 'words' | 'name' | 'phone' };

export type KindRights = { readonly write: readonly Role[]; readonly remove: readonly Role[] };

export type Kind<F extends Fields = Fields> = {
  readonly name: string;
  readonly number: number;
  /** The domain whose screens show it; named by `changed` events. */
  readonly domain: string;
  readonly fields: F;
  /** `commission`: the record lives in its commission's partition. */
  readonly partition: 'commission';
  readonly rights: KindRights;
  /** A record of an add-only kind is a fact: written once, never changed or removed. */
  readonly addOnly: boolean;
  readonly states?: States;
  /** Fields that together name one thing; two records whose folded values are equal come to the conflict desk. */
  readonly naturalKey?: readonly KeyPart[];
  /** Where a concurrent overwrite is shown: on the conflict desk, or only in the history. */
  readonly conflicts: 'desk' | 'history';
  /** Whether the history survives compaction of the log. */
  readonly keepsHistory: boolean;
};

/** The values of a record, by field name. */
export type Values = { readonly [field: string]: FieldValue };

/** Declares a kind and checks the declaration. Throws RangeError on a number used twice, a state that is no option or a key of no field. */
export function defineKind<const F extends Fields>(
  kind: Omit<Kind<F>, 'addOnly' | 'conflicts' | 'keepsHistory'> &
    Partial<Pick<Kind, 'addOnly' | 'conflicts' | 'keepsHistory'>>,
): Kind<F> {
  const numbers = new Set<number>();
  for (const [name, { number }] of Object.entries<Field>(kind.fields)) {
    if (!/^[a-z][a-z0-9_]*$/i.test(name)) throw new RangeError(`${kind.name}.${name}: not a column name`);
    if (numbers.has(number)) throw new RangeError(`${kind.name}.${name}: field number ${number} is taken`);
    numbers.add(number);
  }
  for (const { field } of kind.naturalKey ?? []) {
    if (!Object.hasOwn(kind.fields, field))
      throw new RangeError(`${kind.name}: the natural key names no field ${field}`);
  }
  const { states } = kind;
  if (states !== undefined) {
    const options = (kind.fields as Fields)[states.field]?.options ?? [];
    for (const state of [states.initial, ...states.frozen, ...Object.keys(states.moves)]) {
      if (!options.includes(state)) throw new RangeError(`${kind.name}: ${state} is no option of ${states.field}`);
    }
  }
  return { addOnly: false, conflicts: 'history', keepsHistory: true, ...kind };
}

/** The value a field has before anybody wrote it. */
export function emptyValue(field: Field): FieldValue {
  return field.type === 'set' ? [] : null;
}

/** Finds which given values a kind does not allow: unknown names and values its schemas refuse. Empty when all is well. */
export function checkValues(kind: Kind, values: { readonly [field: string]: unknown }): string[] {
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const declared = Object.hasOwn(kind.fields, name) ? kind.fields[name] : undefined;
    if (declared === undefined || !declared.schema.safeParse(value).success) wrong.push(name);
  }
  return wrong;
}

/** The required fields that have no value yet. */
export function missingFields(kind: Kind, values: Values): string[] {
  return Object.entries(kind.fields)
    .filter(([name, declared]) => declared.required && declared.type !== 'set' && (values[name] ?? null) === null)
    .map(([name]) => name);
}
