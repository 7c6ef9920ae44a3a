import { describe, expect, it } from 'vitest';
import type { Locale } from '#shared/i18n/locales.ts';
import { holdsTerm } from '../../scripts/word-forms.ts';

const holds: [Locale, string, string][] = [
  ['ru', 'Список записей', 'запись'],
  ['ru', 'в настройках и настроек', 'настройки'],
  ['ru', 'Занятия на занятиях', 'занятие'],
  ['ru', 'Измените его место', 'изменить'],
  ['ru', 'заседание избирательной комиссии', 'избирательная комиссия'],
  ['ru', 'Выйдите и войдите', 'выйти'],
  ['kk', 'Байланыстарыңыз', 'байланыс'],
  ['kk', 'комиссия мүшелерінің тізімі', 'комиссия мүшесі'],
  ['kk', 'Баптауларда', 'баптаулар'],
  ['kk', 'Импорт аяқталды', 'импорттау'],
  ['ky', 'Сабагыңыз бүттү', 'сабак'],
  ['ky', 'Шаардын аты', 'шаар'],
  ['uz', 'Shahri va qarorlari', 'shahar'],
  ['uz', 'Import tugadi', 'import qilish'],
  ['uz', 'oʻqitishning', 'oʻqitish'],
  ['uz-Cyrl', 'Шаҳри', 'шаҳар'],
  ['tg', 'Натиҷаи санҷиш', 'натиҷаҳо'],
  ['tg', 'Воридот ба анҷом расид', 'ворид кардан'],
  ['tg', 'навсозии барнома', 'навсозӣ'],
  ['en', 'Chairs', 'chair'],
  ['en', 'test result', 'results'],
  ['en', 'Deputies', 'deputy'],
  ['en', 'It was cancelled and saved', 'save'],
];
const lacks: [Locale, string, string][] = [
  ['ru', 'Запишите код', 'запись'],
  ['ru', 'Уже занято', 'занятие'],
  ['ru', 'Запись изменена', 'изменить'],
  ['ru', 'Итоговый тест', 'итоги'],
  ['ru', 'Ваш выбор', 'выборы'],
  ['ru', 'избирательных комиссий', 'избиратель'],
  ['ru', 'Печатается', 'печать'],
  ['kk', 'Өзгерту', 'түзету'],
  ['uz', 'Oʻzgartirish', 'tahrirlash'],
  ['tg', 'Робитаҳои нав', 'тамос'],
  ['en', 'The testimony', 'test'],
];

describe('holdsTerm', () => {
  it.each(holds)('%s: «%s» holds «%s»', (locale, text, term) => expect(holdsTerm(locale, text, term)).toBe(true));
  it.each(lacks)('%s: «%s» does not hold «%s»', (locale, text, term) =>
    expect(holdsTerm(locale, text, term)).toBe(false),
  );
});
