/**
 * Finding one's commission by typing part of any name, in any script: the unit's names in all languages, its former names,
 * other spellings, its centre, the units above it, and the commission's own official names.
 */
import { searchIndexText, searchTerms } from '../text/search-key.ts';
import {
  type Country,
  type CountryCommission,
  type FormerName,
  findLevel,
  findUnit,
  type Names,
  type Unit,
  unitsAbove,
} from './country.ts';

/** What the text was found in, best first. */
export const MATCH_PLACES = ['unit', 'former', 'centre', 'above', 'name'] as const;
export type MatchPlace = (typeof MATCH_PLACES)[number];

export type CommissionMatch = {
  readonly commission: CountryCommission;
  readonly unit: Unit;
  /** The weakest place that was needed: with «ош» the city of Osh says `unit`, a district of Osh oblast says `above`. */
  readonly place: MatchPlace | null;
  /** The former name that was found, to show beside the present one. */
  readonly formerName: FormerName | null;
};

/**
 * All commissions in which every word of `text` is found, the best first: a unit's own name before its oblast's, a whole
 * word before its beginning, then the document's order; the middle of a word only where nothing else is found. A blank
 * text finds all.
 */
export type CommissionSearch = (text: string, options?: { readonly level?: string }) => CommissionMatch[];

type Entry = {
  readonly place: MatchPlace;
  readonly tokens: readonly string[];
  readonly formerName: FormerName | null;
};
type Row = {
  readonly commission: CountryCommission;
  readonly unit: Unit;
  readonly order: number;
  readonly entries: readonly Entry[];
};
type Hit = { readonly cost: number; readonly entry: Entry };

/** Folds the document's names once; the returned function is fast enough to call at every key press. */
export function createCommissionSearch(country: Country): CommissionSearch {
  const rows = country.commissions.flatMap((commission) => {
    const unit = findUnit(country, commission.unit);
    if (unit === null) return [];
    const order = findLevel(country, commission.level)?.order ?? 9;
    return [{ commission, unit, order, entries: entriesOf(country, commission, unit) } satisfies Row];
  });
  return (text, options = {}) => {
    const words = searchTerms(text);
    const wanted = rows.filter((row) => options.level === undefined || row.commission.level === options.level);
    const byBeginnings = wanted.flatMap((row) => matchRow(row, words, wordCost));
    const found = byBeginnings.length > 0 ? byBeginnings : wanted.flatMap((row) => matchRow(row, words, middleCost));
    return found
      .toSorted((left, right) => left.cost - right.cost || left.order - right.order)
      .map(({ match }) => match);
  };
}

function matchRow(
  row: Row,
  words: readonly (readonly string[])[],
  costOf: Cost,
): { cost: number; order: number; match: CommissionMatch }[] {
  const hits = words.map((word) => bestHit(row.entries, word, costOf));
  const found = hits.filter((hit) => hit !== null);
  if (found.length < hits.length) return [];
  const places = found.map((hit) => MATCH_PLACES.indexOf(hit.entry.place));
  const match: CommissionMatch = {
    commission: row.commission,
    unit: row.unit,
    place: MATCH_PLACES[Math.max(...places)] ?? null,
    formerName: found.find((hit) => hit.entry.formerName !== null)?.entry.formerName ?? null,
  };
  return [{ cost: found.reduce((sum, hit) => sum + hit.cost, 0), order: row.order, match }];
}

/** `terms`: what one typed word may become when finished (see `searchTerms`). */
function bestHit(entries: readonly Entry[], terms: readonly string[], costOf: Cost): Hit | null {
  let best: Hit | null = null;
  for (const entry of entries) {
    for (const term of terms) {
      const cost = costOf(entry, term);
      if (cost !== null && (best === null || cost < best.cost)) best = { cost, entry };
    }
  }
  return best;
}

/** What it costs to find a word in an entry; null where it is not there. */
type Cost = (entry: Entry, word: string) => number | null;

/** Place first, then a whole word before the beginning of one. */
function wordCost(entry: Entry, word: string): number | null {
  const base = MATCH_PLACES.indexOf(entry.place) * 2;
  if (entry.tokens.includes(word)) return base;
  return entry.tokens.some((token) => token.startsWith(word)) ? base + 1 : null;
}

/** Also the middle of a word, of four letters or more: tried only where no beginning is found, for it brings chance matches. */
function middleCost(entry: Entry, word: string): number | null {
  const middle = word.length >= 4 && entry.tokens.some((token) => token.includes(word));
  return wordCost(entry, word) ?? (middle ? MATCH_PLACES.length * 2 + MATCH_PLACES.indexOf(entry.place) : null);
}

function entriesOf(country: Country, commission: CountryCommission, unit: Unit): Entry[] {
  const above = unitsAbove(country, unit.id);
  const level = findLevel(country, commission.level);
  return [
    entry('unit', [...texts(unit.names), ...unit.spellings]),
    ...unit.formerNames.map((formerName) => entry('former', texts(formerName.names), formerName)),
    entry('centre', [...texts(unit.centre?.names), ...(unit.centre?.spellings ?? [])]),
    ...(unit.centre?.formerNames ?? []).map((formerName) => entry('centre', texts(formerName.names), formerName)),
    ...above.map((higher) =>
      entry('above', [
        ...texts(higher.names),
        ...higher.spellings,
        ...higher.formerNames.flatMap((former) => texts(former.names)),
      ]),
    ),
    entry('name', [...texts(commission.names), ...texts(level?.shortNames)]),
  ];
}

/** Hyphenated names are found with and without the hyphen: «Кара-Суу», «карасуу». */
function entry(place: MatchPlace, names: readonly string[], formerName: FormerName | null = null): Entry {
  const spelled = names.flatMap((name) => (name.includes('-') ? [name, name.replaceAll('-', '')] : [name]));
  return { place, tokens: [...new Set(spelled.flatMap(tokensOf))], formerName };
}

function texts(names: Names | undefined): string[] {
  return Object.values(names ?? {}).filter((text) => text !== undefined);
}

function tokensOf(text: string): string[] {
  return searchIndexText(text)
    .split(' ')
    .filter((token) => token !== '');
}
