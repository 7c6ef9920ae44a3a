/**
 * How a passport would write a Cyrillic name in Latin letters. For hints beside the field only: the passport in the person's hand is what counts,
 * offices differ, and people may ask for another spelling. Never stored without the person's click.
 *
 * Sources, by country, and how sure they are:
 *   all  ICAO Doc 9303 part 3, section 6, «transliteration of Cyrillic characters» (ж zh, х kh, ц ts, щ shch, ъ ie, ю iu, я ia, й i, ё e); for the letters
 *        it lacks, the table of airlines (ә a, ғ g, қ k, ң n, ө o, ұ ү ў u, һ ҳ kh, ӣ i, ҷ ch, ӯ u). Sure for Russian letters.
 *   kz   the ministry's replies (2017: Хилл → Khill) and spellings in use (Yerlan, Abayev, Aigul, Sergey): ю yu, я ya, е ye at the beginning and after a
 *        vowel, й y at the end of a word, i before a consonant, ь ъ dropped. Likely; the table itself was not at hand.
 *   kg   ICAO as it stands: passports write ж as zh, though geographical names have had j since the resolution of 27 May 2022, No. 284 (debate in
 *        parliament, April 2025: also ы wavers between y and i). Likely; the second spelling has j.
 *   uz   the Uzbek Latin orthography (the page in the state language), and ICAO on the other page of older passports (answer of the interior
 *        ministry's experts, 12 June 2016). Sure for the first; the machine-readable zone drops the apostrophe.
 *   tj   spellings in use (Rahmon, Qodir, Jamshed, Ghafur): ҳ h, қ q, ҷ j, ғ gh, х kh, ю yu, я ya, ё yo, ӣ i, ӯ u: BGN/PCGN 1994 without its marks. Sources
 *        contradict each other (airlines: ҳ kh, қ k, ҷ ch). Doubtful.
 *
 * Lost on the way, so that nothing can be computed back: ә/а, ө/о, ұ/ү/у, қ/к (but tj), ң/н, ғ/г (but tj), і/и, һ/х, ӣ/и, ӯ/у, ь, ъ (but ICAO), ё/е (ICAO),
 * е/э, й/и, щ/ш+ч, ц/т+с.
 */
import { inCaseOf } from './letter-case.ts';
import { uzbekToLatin } from './transliterate-uzbek.ts';

export type PassportCountry = 'kz' | 'kg' | 'uz' | 'tj';

/** Doc 9303, then the airlines' letters. */
const icao: Readonly<Record<string, string>> = {
  а: 'a',
  ә: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  ғ: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  ӣ: 'i',
  й: 'i',
  і: 'i',
  к: 'k',
  қ: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  ң: 'n',
  о: 'o',
  ө: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ұ: 'u',
  ү: 'u',
  ў: 'u',
  ӯ: 'u',
  ф: 'f',
  х: 'kh',
  ҳ: 'kh',
  һ: 'kh',
  ц: 'ts',
  ч: 'ch',
  ҷ: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: 'ie',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'iu',
  я: 'ia',
};
const kyrgyzWithJ = { ...icao, ж: 'j' };
const kazakh = { ...icao, ё: 'yo', й: 'y', ъ: '', ю: 'yu', я: 'ya', һ: 'h' };
const tajik = {
  ...icao,
  ғ: 'gh',
  ё: 'yo',
  й: 'y',
  қ: 'q',
  ҳ: 'h',
  ҷ: 'j',
  ъ: '',
  ю: 'yu',
  я: 'ya',
};

const vowels = 'аәеёиӣоөуұүўӯыіэюя';

/**
 * Spellings of a Cyrillic name that a passport of `country` may have, the likeliest first, each once: one or two. Empty when the name holds no
 * Cyrillic letter, or one that no alphabet of the region has (an old font's, see repair-text.ts). Words, hyphens and case stay as they are.
 */
export function passportSpellings(name: string, country: PassportCountry): string[] {
  const composed = name.normalize('NFC').trim();
  if (!/\p{Script=Cyrillic}/u.test(composed)) return [];
  const spellings = spellingsOf(composed, country).filter((spelling) => !/\p{Script=Cyrillic}/u.test(spelling));
  return [...new Set(spellings)];
}

function spellingsOf(name: string, country: PassportCountry): string[] {
  switch (country) {
    case 'kz':
      return [spell(name, kazakh, kazakhLetter), spell(name, icao)];
    case 'kg':
      return [spell(name, icao), spell(name, kyrgyzWithJ)];
    case 'uz':
      return [uzbekToLatin(name), spell(name, icao)];
    case 'tj':
      return [spell(name, tajik, yeAtStart), spell(name, icao)];
  }
}

/** What a letter becomes between its neighbours (small letters, '' at the edges of a word); null where the table decides. */
type Rule = (letter: string, before: string, after: string) => string | null;

const yeAtStart: Rule = (letter, before) => (letter === 'е' && before === '' ? 'ye' : null);

const kazakhLetter: Rule = (letter, before, after) => {
  if (letter === 'е' && (before === '' || vowels.includes(before))) return 'ye';
  return letter === 'й' && after !== '' && !vowels.includes(after) ? 'i' : null;
};

function spell(name: string, letters: Readonly<Record<string, string>>, rule: Rule = () => null): string {
  const chars = [...name];
  const letterAt = (place: number): string => {
    const char = chars[place] ?? '';
    return /\p{L}/u.test(char) ? char : '';
  };
  return chars
    .map((char, place) => {
      const small = char.toLowerCase();
      const before = letterAt(place - 1);
      const after = letterAt(place + 1);
      const written = rule(small, before.toLowerCase(), after.toLowerCase()) ?? letters[small];
      return written === undefined ? char : inCaseOf(char, written, before, after);
    })
    .join('');
}
