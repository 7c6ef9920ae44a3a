/**
 * Texts that break programs: a selection in the manner of the Big List of Naughty Strings (MIT), and what the six orthographies add. Each is
 * a name somebody might paste. Names of the list say what is hard about them.
 */
export const naughtyTexts: Readonly<Record<string, string>> = {
  'word of JavaScript': 'undefined',
  'name of a prototype': '__proto__',
  constructor: 'constructor',
  'looks like null': 'null',
  'looks like a number': '1E+02',
  'leading zeros': '0000123',
  'formula of a spreadsheet': '=1+1|cmd',
  quotes: `"'«»„“‘’'"`,
  'SQL in quotes': `Robert'); drop table contact;--`,
  'FTS syntax': 'a" OR b* NOT (c NEAR d) ^e:f',
  'like pattern': '100%_\\',
  markup: '<b>Анна</b> <script>alert(1)</script>',
  'placeholder of a catalogue': '{{name}} $t(list.title) %s {0}',
  'template of JavaScript': '${process.env}',
  'path upwards': '../../etc/passwd',
  'control characters': 'a\u0001\u001Bb\u007Fc',
  'line break and tab': 'Анна\nБек\tӘли',
  'byte order mark inside': 'А\uFEFFнна',
  'zero width': 'А\u200Bн\u200Cн\u200Dа',
  'no-break spaces': 'Анна\u00A0Бек\u202FӘли',
  'soft hyphen': 'Ан\u00ADна',
  'right to left': 'الاسم عربی שם',
  'Persian Tajik': 'محمّد تاجیکستان',
  'override of direction': 'abc\u202Efed\u202C',
  isolates: '\u2066Анна\u2069',
  emoji: '😀 Анна 👍🏽',
  'emoji of a family': '👩‍👩‍👧‍👦',
  flags: '🇰🇿🇰🇬🇺🇿🇹🇯',
  'astral letters': '𝔸𝕟𝕟𝕒 𐐷',
  zalgo: 'А\u0300\u0301\u0302\u0303\u0304\u0308н\u0336\u0489а',
  'decomposed letters': 'И\u0306од Е\u0308лкин и\u0304 у\u0304',
  'letters of no language': 'ꙮꚘ ẞ ﬁ Ǆ İı ſ ΣΑΣ',
  'Korean, Thai, Georgian': '김민수 สมชาย გიორგი',
  'unassigned and private': '\u0378\uE000\u{F0000}',
  noncharacters: 'a\uFFFEb\uFFFFc',
  'all Uzbek apostrophes': "O'k O`k O´k Oʹk Oʻk Oʼk O‘k O’k O′k",
  'old fonts': 'ЃЌЊЉЂѓќњљђѳəЇїЎў¤µ±',
  'two scripts': 'Кapимoв Каrimov',
  'one letter': 'Ә',
  'only signs': '…№—«»',
};

/** Lone surrogates, which no UTF-8 can hold. */
export const loneSurrogates: Readonly<Record<string, string>> = {
  'high alone': 'Анна\uD800 Бек',
  'low alone': 'Анна\uDC00 Бек',
  'wrong way round': 'Анна\uDC00\uD800 Бек',
  'high at the end': 'Анна Бек\uD83D',
};

export const veryLongName = 'Қуанышбекұлы '.repeat(800).slice(0, 10_000).trim();
