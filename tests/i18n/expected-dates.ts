/**
 * What officials of each country would write of days and moments, by hand. Never generated from the code; the other formats stand in
 * expected-formats.ts.
 *
 * Sources:
 * [acts] the form of dates in acts themselves: adilet.zan.kz «2026 жылғы 23 қараша», shailoo.gov.kg «2027-жылдын 24-январы», lex.uz «2026-yil
 *   23-noyabr» and «2026 йил 23 ноябрь», kmir.tj «23 ноябри соли 2026», Russian acts of all four states «23 ноября 2026 года».
 * [CLDR] Unicode CLDR 48, common/main: long dates, months, weekdays, units, number signs, list words, today and yesterday. Where CLDR misspells
 *   (uz-Cyrl «ноябр», tg «23 Ноябр 2026») the national spelling stands.
 * [usage] DD.MM.YYYY is used with dots in all four countries; CLDR's short forms (23/11/26, 23.11.26) are not.
 * [grammar] Kyrgyz possessive by vowel harmony (январы, апрели, июлу, августу, майы); Tajik izafet (ноябри, майи); Russian genitive after «около» and
 *   one/few/many after numerals; Turkic and Tajik nouns stay singular after numerals.
 * [spelling] spelling rules on ordinals in figures: Kazakh (2013, 5-сынып), Kyrgyz (5-класс) and Uzbek (1995, 5-sinf) put a hyphen for the
 *   ending; Russian one letter (1-е); Tajik -ум, after a vowel -юм.
 * Columns: source, ru, kk, ky, uz, uz-Cyrl, tg, en. «~» is a no-break space.
 */
export const expectedColumns = ['ru', 'kk', 'ky', 'uz', 'uz-Cyrl', 'tg', 'en'] as const;

/** Where the texts of a row are from, then the texts. */
export type Row = readonly [
  source: string,
  ru: string,
  kk: string,
  ky: string,
  uz: string,
  uzCyrl: string,
  tg: string,
  en: string,
];

export function same(source: string, text: string): Row {
  return [source, text, text, text, text, text, text, text];
}

export const expectedDates: Readonly<Record<string, Row>> = {
  'date long': [
    '[CLDR]',
    '23 ноября 2026 г.',
    '2026 ж. 23 қараша',
    '2026-ж., 23-ноябрь',
    '23-noyabr, 2026',
    '23 ноябрь, 2026',
    '23 ноябри 2026',
    '23 November 2026',
  ],
  'date official': [
    '[acts]',
    '23 ноября 2026 года',
    '2026 жылғы 23 қараша',
    '2026-жылдын 23-ноябры',
    '2026-yil 23-noyabr',
    '2026 йил 23 ноябрь',
    '23 ноябри соли 2026',
    '23 November 2026',
  ],
  'date official, January': [
    '[acts]',
    '24 января 2027 года',
    '2027 жылғы 24 қаңтар',
    '2027-жылдын 24-январы',
    '2027-yil 24-yanvar',
    '2027 йил 24 январь',
    '24 январи соли 2027',
    '24 January 2027',
  ],
  'date official, April': [
    '[acts] [grammar]',
    '10 апреля 2026 года',
    '2026 жылғы 10 сәуір',
    '2026-жылдын 10-апрели',
    '2026-yil 10-aprel',
    '2026 йил 10 апрель',
    '10 апрели соли 2026',
    '10 April 2026',
  ],
  'date official, May': [
    '[acts] [grammar]',
    '5 мая 2026 года',
    '2026 жылғы 5 мамыр',
    '2026-жылдын 5-майы',
    '2026-yil 5-may',
    '2026 йил 5 май',
    '5 майи соли 2026',
    '5 May 2026',
  ],
  'date official, July': [
    '[acts] [grammar]',
    '1 июля 2026 года',
    '2026 жылғы 1 шілде',
    '2026-жылдын 1-июлу',
    '2026-yil 1-iyul',
    '2026 йил 1 июль',
    '1 июли соли 2026',
    '1 July 2026',
  ],
  'date official, August': [
    '[acts] [grammar]',
    '31 августа 2026 года',
    '2026 жылғы 31 тамыз',
    '2026-жылдын 31-августу',
    '2026-yil 31-avgust',
    '2026 йил 31 август',
    '31 августи соли 2026',
    '31 August 2026',
  ],
  'date short': same('[usage]', '05.03.2026'),
  'day and month': [
    '[CLDR]',
    '23 ноября',
    '23 қараша',
    '23-ноябрь',
    '23-noyabr',
    '23 ноябрь',
    '23 ноябр',
    '23 November',
  ],
  'month and year': [
    '[CLDR]',
    'Ноябрь 2026',
    '2026 ж. қараша',
    '2026-ж., ноябрь',
    'Noyabr, 2026',
    'Ноябрь, 2026',
    'Ноябри 2026',
    'November 2026',
  ],
  'weekday and date': [
    '[CLDR]',
    'понедельник, 23 ноября 2026 г.',
    '2026 ж. 23 қараша, дүйсенбі',
    '2026-ж., 23-ноябрь, дүйшөмбү',
    'dushanba, 23-noyabr, 2026',
    'душанба, 23 ноябрь, 2026',
    'душанбе, 23 ноябри 2026',
    'Monday, 23 November 2026',
  ],
  'weekday and day': [
    '[CLDR]',
    'понедельник, 23 ноября',
    '23 қараша, дүйсенбі',
    '23-ноябрь, дүйшөмбү',
    'dushanba, 23-noyabr',
    'душанба, 23 ноябрь',
    'душанбе, 23 ноябр',
    'Monday, 23 November',
  ],
  weekday: ['[CLDR]', 'среда', 'сәрсенбі', 'шаршемби', 'chorshanba', 'чоршанба', 'чоршанбе', 'Wednesday'],
  'weekdays short': [
    '[CLDR]',
    'пн вт ср чт пт сб вс',
    'дс сс ср бс жм сб жс',
    'дш шш шр бш жм иш жш',
    'du se ch pa ju sh ya',
    'ду се чо па жу ша як',
    'дш сш чш пш ҷм шн яш',
    'Mon Tue Wed Thu Fri Sat Sun',
  ],
  'range short': same('[usage] spaced en dash between full dates, close between days', '12.01.2022 – 12.01.2027'),
  'range long, one month': [
    '[usage] spaced en dash between full dates, close between days',
    '23–25 ноября 2026 г.',
    '2026 ж. 23–25 қараша',
    '2026-ж., 23–25-ноябрь',
    '23–25-noyabr, 2026',
    '23–25 ноябрь, 2026',
    '23–25 ноябри 2026',
    '23–25 November 2026',
  ],
  'range long, two months': [
    '[usage] spaced en dash between full dates, close between days',
    '28 ноября 2026 г. – 2 декабря 2026 г.',
    '2026 ж. 28 қараша – 2026 ж. 2 желтоқсан',
    '2026-ж., 28-ноябрь – 2026-ж., 2-декабрь',
    '28-noyabr, 2026 – 2-dekabr, 2026',
    '28 ноябрь, 2026 – 2 декабрь, 2026',
    '28 ноябри 2026 – 2 декабри 2026',
    '28 November 2026 – 2 December 2026',
  ],
  since: [
    '[usage] the forms of tables and registers',
    'с 02.11.2026',
    '02.11.2026 бастап',
    '02.11.2026 баштап',
    '02.11.2026 dan',
    '02.11.2026 дан',
    'аз 02.11.2026',
    'from 02.11.2026',
  ],
  until: [
    '[usage] the forms of tables and registers',
    'до 27.11.2026',
    '27.11.2026 дейін',
    '27.11.2026 чейин',
    '27.11.2026 gacha',
    '27.11.2026 гача',
    'то 27.11.2026',
    'until 27.11.2026',
  ],
  'date and time': same('[usage] the forms of tables and registers', '23.11.2026, 14:40'),
  'recent, today': [
    '[CLDR] fields: relative days',
    'сегодня, 14:40',
    'бүгін, 14:40',
    'бүгүн, 14:40',
    'bugun, 14:40',
    'бугун, 14:40',
    'имрӯз, 14:40',
    'today, 14:40',
  ],
  'recent, yesterday': [
    '[CLDR] fields: relative days',
    'вчера, 14:40',
    'кеше, 14:40',
    'кечээ, 14:40',
    'kecha, 14:40',
    'кеча, 14:40',
    'дирӯз, 14:40',
    'yesterday, 14:40',
  ],
};
