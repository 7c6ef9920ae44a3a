import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { normalizeText } from '#shared/text/normalize.ts';

describe('normalizeText', () => {
  it('writes the two Uzbek apostrophes whichever was typed', () => {
    for (const mark of "'`‘’ʻʼ´′") {
      expect(normalizeText(`O${mark}zbekiston, g${mark}isht, ma${mark}no, bog${mark}`, 'uz')).toBe(
        'Oʻzbekiston, gʻisht, maʼno, bogʻ',
      );
    }
  });

  it('keeps quotations and leaves other languages alone', () => {
    expect(normalizeText("'Tong' gazetasi, ‘Bogʻ’ va ‘Tong’", 'uz')).toBe("'Tong' gazetasi, ‘Bogʻ’ va ‘Tong’");
    expect(normalizeText("l'État о'г'", 'ru')).toBe("l'État о'г'");
  });

  it('composes and trims, and never twice', () => {
    expect(normalizeText('  и\u0306од у\u0304 \n', 'tg')).toBe('йод ӯ');
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."oOgGa'‘’ʻʼ` .зу\u0304\ud800") }),
        fc.constantFrom(...locales),
        (text, locale) => {
          const once = normalizeText(text, locale);
          expect(normalizeText(once, locale)).toBe(once);
        },
      ),
    );
  });

  it('leaves a lone surrogate where it is', () => {
    expect(normalizeText(' a\ud800b ', 'uz')).toBe('a\ud800b');
  });
});
