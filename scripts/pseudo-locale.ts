/**
 * A language that nobody speaks, for testing layouts: Russian made longer by two fifths, word by word, with the tall, wide and
 * tailed letters of all our alphabets. What fits in it fits in every language; what is cut or overlaps in it will be in one of them.
 */

/** Relatives of Russian letters in the other alphabets: more ink above and below the line, as wide or wider. */
const relatives: Readonly<Record<string, string>> = {
  а: 'ә',
  г: 'ғ',
  и: 'ӣ',
  к: 'қ',
  н: 'ң',
  о: 'ө',
  у: 'ұ',
  х: 'ҳ',
  ч: 'ҷ',
  А: 'Ә',
  Г: 'Ғ',
  И: 'Ӣ',
  К: 'Қ',
  Н: 'Ң',
  О: 'Ө',
  У: 'Ў',
  Х: 'Ҳ',
  Ч: 'Ҷ',
};
const filler = 'щжюңмҷыӯф';
const growth = 1.4;
/** Hardly a word of ours is longer; where a word stops growing the next ones make up for it. */
const longestWord = 22;

/**
 * A string of the catalogue in the pseudo-language; placeholders stay.
 * @param atLeast length in characters of its longest real translation: a short word may be three times as long in another language
 */
export function pseudoText(text: string, atLeast = 0): string {
  const wanted = Math.max(Math.round(text.length * growth), atLeast);
  const stretch = wanted / Math.max(1, text.length) - 1;
  let owed = 0;
  let long = text.replaceAll(/\{\{.*?\}\}|\p{Letter}+/gu, (word) => {
    if (word.startsWith('{{')) return word;
    const dressed = [...word].map((letter) => relatives[letter] ?? letter).join('');
    owed += word.length * stretch;
    const more = Math.min(
      Math.round(owed),
      Math.max(3, Math.ceil(word.length / 2)),
      Math.max(0, longestWord - word.length),
    );
    owed -= more;
    // Abbreviations stay in capitals: PIN, USB.
    return dressed + fill(more, word.length, word.length > 1 && word === word.toUpperCase());
  });
  // What single words could not take becomes words of their own.
  while (long.length < wanted)
    long += ` ${fill(Math.min(8, Math.max(2, wanted - long.length - 1)), long.length, false)}`;
  return long;
}

function fill(count: number, from: number, isCapital: boolean): string {
  const letters = Array.from({ length: count }, (_, index) => filler[(from + index) % filler.length]).join('');
  return isCapital ? letters.toUpperCase() : letters;
}

/** All strings of a Russian catalogue, each no shorter than in any of the real `translations`. */
export function pseudoCatalogue(
  strings: Readonly<Record<string, string>>,
  translations: readonly Readonly<Record<string, string>>[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(strings).map(([key, text]) => [
      key,
      pseudoText(text, Math.max(...translations.map((translation) => translation[key]?.length ?? 0))),
    ]),
  );
}
