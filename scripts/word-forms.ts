/**
 * Whether a text holds a term in any of its inflected forms: enough grammar of each language to follow a glossary through
 * its catalogues with few false alarms. Not a stemmer for searching: it errs towards finding the term where a word merely begins
 * like it in the translations, and towards not finding it in Russian, where the question is whether the term was meant at all.
 */
import type { Locale } from '#shared/i18n/locales.ts';

const nounEndings =
  '|а|я|у|ю|е|ё|и|ы|о|ь|й|ой|ей|ёй|ою|ею|ью|ом|ем|ём|ам|ям|ами|ями|ах|ях|ов|ев|ёв|ий|ии|ия|ие|ию|ием|иям|иями|иях'.split(
    '|',
  );
const pluralEndings = 'ы|и|ов|ев|ей|ам|ям|ами|ями|ах|ях'.split('|');
const adjectiveEndings = 'ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ом|ем|ей|ую|юю|ыми|ими|ых|их'.split('|');
const verb = /(?:[аеиоуыя]ть|йти)$/;

/** The words of a text, small, without marks; the apostrophes of Uzbek are part of a word. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/\{\{.*?\}\}/g, ' ')
    .split(/[^\p{Letter}\u02BB\u02BC]+/u)
    .filter((word) => word !== '');
}

/** True where each word of the term stands in the text, in whatever form and place. */
export function holdsTerm(locale: Locale, text: string, term: string): boolean {
  const words = wordsOf(text);
  const parts = termWords(locale, term);
  return parts.length > 0 && parts.every((part) => words.some((word) => isFormOf(locale, word, part)));
}

/** Verbs that only make another word a verb: «import qilish», «ворид кардан». A translation may choose another, or the noun. */
const lightVerbs: Partial<Record<Locale, readonly string[]>> = {
  uz: ['qilish', 'etish'],
  'uz-Cyrl': ['қилиш', 'этиш'],
  tg: ['кардан', 'шудан', 'доштан', 'додан'],
};

function termWords(locale: Locale, term: string): string[] {
  const words = wordsOf(term);
  const light = lightVerbs[locale] ?? [];
  return words.length === 1 ? words : words.filter((word) => !light.includes(word));
}

/** `word` and `term` are small; `term` is one word as a dictionary has it. */
function isFormOf(locale: Locale, word: string, term: string): boolean {
  if (word === term) return true;
  switch (locale) {
    case 'ru':
      return isRussianForm(word, term);
    case 'en':
      return new RegExp(`^${englishStem(term)}(?:s|es|d|ed|ing)?$`).test(word);
    case 'tg':
      return tajikStems(term).some((stem) => word.startsWith(stem));
    default:
      return turkicStems(term).some((stem) => word.startsWith(stem));
  }
}

function englishStem(term: string): string {
  return term
    .replace(/(?<=[^su])s$/, '')
    .replace(/(?<!e)y$/, '(?:y|ie)')
    .replace(/e$/, 'e?');
}

function isRussianForm(word: string, term: string): boolean {
  if (verb.test(term)) return russianCommands(term).includes(word);
  const adjective = /(?:ый|ий|ой|ая|яя|ое|ее|ые)$/.exec(term);
  if (adjective !== null && term.length > 5) {
    const stem = term.slice(0, -2);
    return word.startsWith(stem) && adjectiveEndings.includes(word.slice(stem.length));
  }
  const stem = term.replace(/[аяоёеиыьйю]$/, '');
  // A term in the plural means just that: «выборы» are no «выбор».
  const endings = /[ыи]$/.test(term) ? pluralEndings : nounEndings;
  if (word.startsWith(stem) && endings.includes(word.slice(stem.length))) return true;
  // «настройки – настроек»: a vowel runs into the genitive.
  const broken = /^(.*)й?([^аяоёеиыьйюэуы])$/.exec(stem);
  return broken !== null && [`${broken[1]}е${broken[2]}`, `${broken[1]}о${broken[2]}`].includes(word);
}

/** A verb of the glossary is the name of a command: only its infinitive and imperative speak of it, «изменён» does not. */
function russianCommands(term: string): string[] {
  const stem = term.endsWith('йти')
    ? `${term.slice(0, -2)}ди`
    : term.endsWith('ить')
      ? term.slice(0, -2)
      : `${term.slice(0, -2)}й`;
  return [term, stem, `${stem}те`];
}

/**
 * Suffixes follow one another without changing the stem, so a word is a form of a term if it begins like its stem: the term
 * without plural and possessive endings and, of verbal nouns, without theirs. A last к, қ, п may have become г, ғ, б before
 * a vowel, and a narrow vowel may have fallen out («шаҳар – шаҳри»).
 */
function turkicStems(term: string): string[] {
  const stems = new Set<string>();
  const add = (stem: string): void => {
    if (stem.length < 3) return;
    stems.add(stem);
    const soft = { к: 'г', қ: 'ғ', п: 'б', k: 'g', q: 'gʻ' }[stem.slice(-1)];
    if (soft !== undefined) stems.add(stem.slice(0, -1) + soft);
    const fallen = /^(.*[^аәеиоөуүұыіaeiou])[аеиоөуүыіaiou]([^аәеиоөуүұыіaeiou])$/.exec(stem);
    if (fallen !== null && stem.length >= 5) stems.add(`${fallen[1]}${fallen[2]}`);
  };
  add(term);
  const single = term.replace(/(?:лар|лер|лор|лөр|дар|дер|дор|дөр|тар|тер|тор|төр|lar)$/, '');
  add(single);
  add(single.replace(/(?:сы|сі|су|сү|си|ы|і|и|у|ү|si|i)$/, ''));
  const action = single.replace(/(?:уу|үү|оо|өө|у|ү|иш|ш|ish|sh)$/, '');
  add(action);
  // «импорттау» is made from «импорт», «tahrirlash» from «tahrir».
  const named = action.replace(/(?:ла|ле|да|де|та|те|la|т)$/, '');
  if (named.length >= 6) add(named);
  return [...stems];
}

function tajikStems(term: string): string[] {
  const single = term.replace(/ҳо$/, '');
  // A last ӣ becomes и when a suffix follows; a verbal noun in -ан and its past share the stem.
  return [single.replace(/[ӣи]$/, '').replace(/(?<=.{4})(?:дан|тан)$/, '')];
}
