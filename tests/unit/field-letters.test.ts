import { describe, expect, it } from 'vitest';
import { localeFacts } from '#shared/i18n/locales.ts';
import { fieldLetters } from '#renderer/i18n/field-letters.ts';

describe('the letters a text field offers', () => {
  it('are those of the language of its text, whatever the window speaks', () => {
    expect(fieldLetters('kk', 'ru', 'kg')?.letters).toEqual(localeFacts.kk.extraLetters);
    expect(fieldLetters('uz-Latn', 'ru', 'uz')).toEqual({ locale: 'uz', letters: ['oʻ', 'gʻ', 'ʼ'] });
    expect(fieldLetters('tg', 'kk', null)?.locale).toBe('tg');
    for (const lang of ['ru', 'en', 'de']) expect(fieldLetters(lang, 'kk', 'kz'), lang).toBeNull();
  });

  it('are the window’s where the field declares none, else those of the names of the country', () => {
    expect(fieldLetters('', 'ky', 'kz')?.locale).toBe('ky');
    expect(fieldLetters('', 'ru', 'kz')?.locale).toBe('kk');
    expect(fieldLetters('', 'ru', 'uz')?.locale).toBe('uz-Cyrl');
    expect(fieldLetters('', 'en', 'uz')?.locale).toBe('uz');
    expect(fieldLetters('', 'en', 'tj')?.locale).toBe('tg');
    expect(fieldLetters('', 'ru', null)).toBeNull();
  });
});
