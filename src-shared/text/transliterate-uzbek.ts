/**
 * Uzbek from Cyrillic to Latin letters and back, by the law of 2 September 1993 as changed on 6 May 1995 and the spelling rules of 24 August 1995
 * (Cabinet of Ministers, No. 339). For search, hints and what the screen offers: **never for stored text without asking**, for both ways lose:
 *
 *   to Latin: ь (only the listed words keep their sound: oktabr, sentabr, budjet); ц is ts after a vowel and s elsewhere, so both come back
 *     as ц and с; э and е at the beginning of a word stay apart (e, ye), inside they do not; ъ before е ё ю я and after ў; щ and ы of Russian names.
 *   to Cyrillic: s may have been ц (aksiya → аксия, not акция), ts may have been т+с, sh without ʼ may have been с+ҳ, yo yu ya after a consonant may
 *     have been ь+о у а, and ь is never restored outside the listed words. Foreign w and c become в and к.
 *
 * `doubtfulUzbekWords` names the words of a text that may be wrong, so that a screen can show them.
 */
import { inCaseOf } from './letter-case.ts';
import { normalizeUzbekApostrophes } from './normalize.ts';

const latinLetters: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  ғ: 'gʻ',
  д: 'd',
  е: 'e',
  ё: 'yo',
  ж: 'j',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  қ: 'q',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  ў: 'oʻ',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'x',
  ҳ: 'h',
  ц: 's',
  ч: 'ch',
  ш: 'sh',
  щ: 'sh',
  ъ: 'ʼ',
  ы: 'i',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
};

/** Longest first: «yoʻ» is й+ў, not ё+ʻ; «sʼh» parts с and ҳ. */
const cyrillicLetters: readonly (readonly [latin: string, cyrillic: string])[] = [
  ['yoʻ', 'йў'],
  ['sʼh', 'сҳ'],
  ['oʻ', 'ў'],
  ['gʻ', 'ғ'],
  ['sh', 'ш'],
  ['ch', 'ч'],
  ['yo', 'ё'],
  ['yu', 'ю'],
  ['ya', 'я'],
  ['ye', 'е'],
  ['ts', 'ц'],
  ['ʼ', 'ъ'],
  ...Object.entries({
    a: 'а',
    b: 'б',
    c: 'к',
    d: 'д',
    e: 'е',
    f: 'ф',
    g: 'г',
    h: 'ҳ',
    i: 'и',
    j: 'ж',
    k: 'к',
    l: 'л',
    m: 'м',
    n: 'н',
    o: 'о',
    p: 'п',
    q: 'қ',
    r: 'р',
    s: 'с',
    t: 'т',
    u: 'у',
    v: 'в',
    w: 'в',
    x: 'х',
    y: 'й',
    z: 'з',
  }),
];

/** Words whose soft sign leaves a trace of its own; their beginnings, for Uzbek puts endings behind. */
const irregular: readonly (readonly [cyrillic: string, latin: string])[] = [
  ['сентябрь', 'sentabr'],
  ['октябрь', 'oktabr'],
  ['ноябрь', 'noyabr'],
  ['декабрь', 'dekabr'],
  ['апрель', 'aprel'],
  ['январь', 'yanvar'],
  ['февраль', 'fevral'],
  ['июнь', 'iyun'],
  ['июль', 'iyul'],
  ['бюджет', 'budjet'],
  ['бюллетень', 'byulleten'],
  ['модуль', 'modul'],
];

const vowels = 'аеёиоуўэюяыaeiou';
const wordPattern = /[\p{L}ʻʼ]+/gu;

/** Uzbek Cyrillic text in Latin letters; what is not Uzbek Cyrillic stays as it is. */
export function uzbekToLatin(text: string): string {
  return text.normalize('NFC').replaceAll(wordPattern, wordToLatin);
}

/** Uzbek Latin text in Cyrillic letters; any apostrophe will do. What is not Latin stays as it is. */
export function uzbekToCyrillic(text: string): string {
  return normalizeUzbekApostrophes(text.normalize('NFC')).replaceAll(wordPattern, wordToCyrillic);
}

/**
 * The words of an Uzbek text that its other alphabet cannot tell from another spelling: those that do not come back as they were, and Latin
 * ones with an s where Cyrillic may have ц. Each once, in order.
 */
export function doubtfulUzbekWords(text: string): string[] {
  const words = normalizeUzbekApostrophes(text.normalize('NFC')).match(wordPattern) ?? [];
  return [...new Set(words.filter(isDoubtful))];
}

function isDoubtful(word: string): boolean {
  if (/\p{Script=Cyrillic}/u.test(word)) return uzbekToCyrillic(uzbekToLatin(word)) !== word;
  return uzbekToLatin(uzbekToCyrillic(word)) !== word || /ts|[^aeiousʻ]siy|^sir/i.test(word);
}

function wordToLatin(word: string): string {
  if (!/\p{Script=Cyrillic}/u.test(word)) return word;
  const known = startOf(word, 0);
  if (known !== null) return cased(word, known.to) + wordToLatin(word.slice(known.from.length));
  let result = '';
  const chars = [...word];
  chars.forEach((char, index) => {
    const small = char.toLowerCase();
    const before = chars[index - 1] ?? '';
    const after = chars[index + 1] ?? '';
    result += inCaseOf(char, latinOf(small, before.toLowerCase(), after.toLowerCase()) ?? small, before, after);
  });
  return result;
}

function latinOf(letter: string, before: string, after: string): string | undefined {
  switch (letter) {
    case 'е':
      return before === '' || vowels.includes(before) || before === 'ъ' || before === 'ь' ? 'ye' : 'e';
    case 'ц':
      return before !== '' && vowels.includes(before) ? 'ts' : 's';
    case 'ъ':
      return before === 'ў' || (after !== '' && 'еёюя'.includes(after)) ? '' : 'ʼ';
    case 'о':
      return before === 'ь' ? 'yo' : 'o';
    case 'с':
      return after === 'ҳ' ? 'sʼ' : 's';
    default:
      return latinLetters[letter];
  }
}

function wordToCyrillic(word: string): string {
  if (!/[a-zA-Z]/.test(word)) return word;
  const known = startOf(word, 1);
  if (known !== null) return cased(word, known.to) + wordToCyrillic(word.slice(known.from.length));
  let result = '';
  for (let index = 0; index < word.length; ) {
    const rest = word.slice(index).toLowerCase();
    const found = cyrillicLetters.find(([latin]) => rest.startsWith(latin));
    if (found === undefined) {
      result += word.charAt(index);
      index += 1;
      continue;
    }
    const [latin, letters] = found;
    // At the beginning of a word and after a vowel a bare e is э.
    const isE = latin === 'e' && (index === 0 || vowels.includes(word.charAt(index - 1).toLowerCase()));
    const first = word.charAt(index);
    const written = isE ? 'э' : letters;
    result += inCaseOf(first, written, word.charAt(index - 1), word.charAt(index + latin.length));
    index += latin.length;
  }
  return result;
}

/** The listed word at the beginning of `word`, in column 0 or 1, and what it is in the other. Before an ending the ь is often left out. */
function startOf(word: string, column: 0 | 1): { from: string; to: string } | null {
  const small = word.toLowerCase();
  for (const pair of irregular) {
    const whole = pair[column];
    const to = pair[column === 0 ? 1 : 0];
    if (small.startsWith(whole)) return { from: whole, to };
    if (whole.endsWith('ь') && small.startsWith(whole.slice(0, -1))) return { from: whole.slice(0, -1), to };
  }
  return null;
}

function cased(word: string, written: string): string {
  const first = word.slice(0, 1);
  if (first === first.toLowerCase()) return written;
  return word.length > 1 && word === word.toUpperCase()
    ? written.toUpperCase()
    : written.slice(0, 1).toUpperCase() + written.slice(1);
}
