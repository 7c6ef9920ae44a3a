/**
 * What officials of each country would write, by hand. Never generated from the code.
 *
 * Sources:
 * [acts] the form of dates in acts themselves: adilet.zan.kz «2026 жылғы 23 қараша», shailoo.gov.kg «2027-жылдын 24-январы», lex.uz «2026-yil
 *   23-noyabr» and «2026 йил 23 ноябрь», kmir.tj «23 ноябри соли 2026», Russian acts of all four states «23 ноября 2026 года».
 * [CLDR] Unicode CLDR 48, common/main: long dates, months, weekdays, units, number signs, list words, today and yesterday. Where CLDR misspells
 *   (uz-Cyrl «ноябр», tg «23 Ноябр 2026») the national spelling stands.
 * [usage] DD.MM.YYYY is used with dots in all four countries; CLDR's short forms (23/11/26, 23.11.26) are not.
 * [grammar] Kyrgyz possessive by vowel harmony (январы, апрели, июлу, августу, майы); Tajik izafet (ноябри, майи); Russian genitive after «около» and
 *   one/few/many after numerals; Turkic and Tajik nouns stay singular after numerals.
 * Columns: ru, kk, ky, uz, uz-Cyrl, tg, en. «~» is a no-break space.
 */
export const expectedColumns = ['ru', 'kk', 'ky', 'uz', 'uz-Cyrl', 'tg', 'en'] as const;

type Row = readonly [ru: string, kk: string, ky: string, uz: string, uzCyrl: string, tg: string, en: string];

function same(text: string): Row {
  return [text, text, text, text, text, text, text];
}

export const expectedFormats: Readonly<Record<string, Row>> = {
  // [CLDR]
  'date long': [
    '23 ноября 2026 г.',
    '2026 ж. 23 қараша',
    '2026-ж., 23-ноябрь',
    '23-noyabr, 2026',
    '23 ноябрь, 2026',
    '23 ноябри 2026',
    '23 November 2026',
  ],
  // [acts]
  'date official': [
    '23 ноября 2026 года',
    '2026 жылғы 23 қараша',
    '2026-жылдын 23-ноябры',
    '2026-yil 23-noyabr',
    '2026 йил 23 ноябрь',
    '23 ноябри соли 2026',
    '23 November 2026',
  ],
  'date official, January': [
    '24 января 2027 года',
    '2027 жылғы 24 қаңтар',
    '2027-жылдын 24-январы',
    '2027-yil 24-yanvar',
    '2027 йил 24 январь',
    '24 январи соли 2027',
    '24 January 2027',
  ],
  // [acts] [grammar]
  'date official, April': [
    '10 апреля 2026 года',
    '2026 жылғы 10 сәуір',
    '2026-жылдын 10-апрели',
    '2026-yil 10-aprel',
    '2026 йил 10 апрель',
    '10 апрели соли 2026',
    '10 April 2026',
  ],
  'date official, May': [
    '5 мая 2026 года',
    '2026 жылғы 5 мамыр',
    '2026-жылдын 5-майы',
    '2026-yil 5-may',
    '2026 йил 5 май',
    '5 майи соли 2026',
    '5 May 2026',
  ],
  'date official, July': [
    '1 июля 2026 года',
    '2026 жылғы 1 шілде',
    '2026-жылдын 1-июлу',
    '2026-yil 1-iyul',
    '2026 йил 1 июль',
    '1 июли соли 2026',
    '1 July 2026',
  ],
  'date official, August': [
    '31 августа 2026 года',
    '2026 жылғы 31 тамыз',
    '2026-жылдын 31-августу',
    '2026-yil 31-avgust',
    '2026 йил 31 август',
    '31 августи соли 2026',
    '31 August 2026',
  ],
  // [usage]
  'date short': same('05.03.2026'),
  // [CLDR]
  'day and month': ['23 ноября', '23 қараша', '23-ноябрь', '23-noyabr', '23 ноябрь', '23 ноябр', '23 November'],
  'month and year': [
    'Ноябрь 2026',
    '2026 ж. қараша',
    '2026-ж., ноябрь',
    'Noyabr, 2026',
    'Ноябрь, 2026',
    'Ноябри 2026',
    'November 2026',
  ],
  'weekday and date': [
    'понедельник, 23 ноября 2026 г.',
    '2026 ж. 23 қараша, дүйсенбі',
    '2026-ж., 23-ноябрь, дүйшөмбү',
    'dushanba, 23-noyabr, 2026',
    'душанба, 23 ноябрь, 2026',
    'душанбе, 23 ноябри 2026',
    'Monday, 23 November 2026',
  ],
  'weekday and day': [
    'понедельник, 23 ноября',
    '23 қараша, дүйсенбі',
    '23-ноябрь, дүйшөмбү',
    'dushanba, 23-noyabr',
    'душанба, 23 ноябрь',
    'душанбе, 23 ноябр',
    'Monday, 23 November',
  ],
  weekday: ['среда', 'сәрсенбі', 'шаршемби', 'chorshanba', 'чоршанба', 'чоршанбе', 'Wednesday'],
  'weekdays short': [
    'пн вт ср чт пт сб вс',
    'дс сс ср бс жм сб жс',
    'дш шш шр бш жм иш жш',
    'du se ch pa ju sh ya',
    'ду се чо па жу ша як',
    'дш сш чш пш ҷм шн яш',
    'Mon Tue Wed Thu Fri Sat Sun',
  ],
  // [usage] spaced en dash between full dates, close between days
  'range short': same('12.01.2022 – 12.01.2027'),
  'range long, one month': [
    '23–25 ноября 2026 г.',
    '2026 ж. 23–25 қараша',
    '2026-ж., 23–25-ноябрь',
    '23–25-noyabr, 2026',
    '23–25 ноябрь, 2026',
    '23–25 ноябри 2026',
    '23–25 November 2026',
  ],
  'range long, two months': [
    '28 ноября 2026 г. – 2 декабря 2026 г.',
    '2026 ж. 28 қараша – 2026 ж. 2 желтоқсан',
    '2026-ж., 28-ноябрь – 2026-ж., 2-декабрь',
    '28-noyabr, 2026 – 2-dekabr, 2026',
    '28 ноябрь, 2026 – 2 декабрь, 2026',
    '28 ноябри 2026 – 2 декабри 2026',
    '28 November 2026 – 2 December 2026',
  ],
  // [usage] the forms of tables and registers
  since: [
    'с 02.11.2026',
    '02.11.2026 бастап',
    '02.11.2026 баштап',
    '02.11.2026 dan',
    '02.11.2026 дан',
    'аз 02.11.2026',
    'from 02.11.2026',
  ],
  until: [
    'до 27.11.2026',
    '27.11.2026 дейін',
    '27.11.2026 чейин',
    '27.11.2026 gacha',
    '27.11.2026 гача',
    'то 27.11.2026',
    'until 27.11.2026',
  ],
  'date and time': same('23.11.2026, 14:40'),
  // [CLDR] fields: relative days
  'recent, today': [
    'сегодня, 14:40',
    'бүгін, 14:40',
    'бүгүн, 14:40',
    'bugun, 14:40',
    'бугун, 14:40',
    'имрӯз, 14:40',
    'today, 14:40',
  ],
  'recent, yesterday': [
    'вчера, 14:40',
    'кеше, 14:40',
    'кечээ, 14:40',
    'kecha, 14:40',
    'кеча, 14:40',
    'дирӯз, 14:40',
    'yesterday, 14:40',
  ],
  // [CLDR] symbols: group U+00A0 and decimal comma in the six, only Russian parts the per cent sign
  'number of voters': [
    '12~416~759',
    '12~416~759',
    '12~416~759',
    '12~416~759',
    '12~416~759',
    '12~416~759',
    '12,416,759',
  ],
  'number with fraction': ['-1~234,5', '-1~234,5', '-1~234,5', '-1~234,5', '-1~234,5', '-1~234,5', '-1,234.5'],
  'share of voters': ['47,62~%', '47,62%', '47,62%', '47,62%', '47,62%', '47,62%', '47.62%'],
  'share, one decimal': ['50,0~%', '50,0%', '50,0%', '50,0%', '50,0%', '50,0%', '50.0%'],
  // [CLDR] units digital: МБ in Cyrillic, MB in Latin
  'size in megabytes': ['539~МБ', '539~МБ', '539~МБ', '539~MB', '539~МБ', '539~МБ', '539~MB'],
  'size in gigabytes': ['9,1~ГБ', '9,1~ГБ', '9,1~ГБ', '9,1~GB', '9,1~ГБ', '9,1~ГБ', '9.1~GB'],
  'size in bytes': ['512~Б', '512~Б', '512~Б', '512~B', '512~Б', '512~Б', '512~B'],
  // [CLDR] units duration, without the full stops that CLDR adds in ky, uz and tg
  duration: [
    '1~ч 20~мин',
    '1~сағ 20~мин',
    '1~саат 20~мүн',
    '1~soat 20~daq',
    '1~соат 20~дақ',
    '1~соат 20~дақ',
    '1~h 20~min',
  ],
  // [grammar]
  'minutes left': [
    'осталось около 3 минут',
    'шамамен 3 минут қалды',
    'болжол менен 3 мүнөт калды',
    'taxminan 3 daqiqa qoldi',
    'тахминан 3 дақиқа қолди',
    'тақрибан 3 дақиқа монд',
    'about 3 minutes left',
  ],
  'minutes left, 21': [
    'осталось около 21 минуты',
    'шамамен 21 минут қалды',
    'болжол менен 21 мүнөт калды',
    'taxminan 21 daqiqa qoldi',
    'тахминан 21 дақиқа қолди',
    'тақрибан 21 дақиқа монд',
    'about 21 minutes left',
  ],
  'hours left': [
    'осталось около 2 часов',
    'шамамен 2 сағат қалды',
    'болжол менен 2 саат калды',
    'taxminan 2 soat qoldi',
    'тахминан 2 соат қолди',
    'тақрибан 2 соат монд',
    'about 2 hours left',
  ],
  'seconds left': [
    'осталось меньше минуты',
    'бір минуттан аз қалды',
    'бир мүнөттөн аз калды',
    'bir daqiqadan kam qoldi',
    'бир дақиқадан кам қолди',
    'камтар аз як дақиқа монд',
    'less than a minute left',
  ],
  // [CLDR] fields
  'yesterday, today, tomorrow': [
    'вчера, сегодня, завтра',
    'кеше, бүгін, ертең',
    'кечээ, бүгүн, эртең',
    'kecha, bugun, ertaga',
    'кеча, бугун, эртага',
    'дирӯз, имрӯз, фардо',
    'yesterday, today, tomorrow',
  ],
  'two days ago': [
    '2 дня назад',
    '2 күн бұрын',
    '2 күн мурун',
    '2 kun oldin',
    '2 кун олдин',
    '2 рӯз пеш',
    '2 days ago',
  ],
  'in four days': [
    'через 4 дня',
    '4 күннен кейін',
    '4 күндөн кийин',
    '4 kundan keyin',
    '4 кундан кейин',
    'пас аз 4 рӯз',
    'in 4 days',
  ],
  // [grammar]
  'deadline in a day': [
    'остался 1 день',
    '1 күн қалды',
    '1 күн калды',
    '1 kun qoldi',
    '1 кун қолди',
    '1 рӯз боқӣ монд',
    '1 day left',
  ],
  'deadline in four days': [
    'осталось 4 дня',
    '4 күн қалды',
    '4 күн калды',
    '4 kun qoldi',
    '4 кун қолди',
    '4 рӯз боқӣ монд',
    '4 days left',
  ],
  'deadline in 50 days': [
    'осталось 50 дней',
    '50 күн қалды',
    '50 күн калды',
    '50 kun qoldi',
    '50 кун қолди',
    '50 рӯз боқӣ монд',
    '50 days left',
  ],
  'deadline today': [
    'срок сегодня',
    'мерзімі бүгін',
    'мөөнөтү бүгүн',
    'muddati bugun',
    'муддати бугун',
    'муҳлат имрӯз',
    'due today',
  ],
  overdue: [
    'просрочено на 2 дня',
    'мерзімі 2 күн өтіп кетті',
    'мөөнөтү 2 күн өтүп кетти',
    'muddati 2 kun oʻtib ketdi',
    'муддати 2 кун ўтиб кетди',
    'муҳлаташ 2 рӯз гузашт',
    '2 days overdue',
  ],
  // [CLDR] listPatterns, without a comma before the last word
  'list and': ['1, 2 и 3', '1, 2 және 3', '1, 2 жана 3', '1, 2 va 3', '1, 2 ва 3', '1, 2 ва 3', '1, 2 and 3'],
  'list or': ['1 или 2', '1 немесе 2', '1 же 2', '1 yoki 2', '1 ёки 2', '1 ё 2', '1 or 2'],
  // [CLDR] territories; Russian «Кыргызстан» as the state itself writes
  countries: [
    'Казахстан, Кыргызстан, Узбекистан, Таджикистан',
    'Қазақстан, Қырғызстан, Өзбекстан, Тәжікстан',
    'Казакстан, Кыргызстан, Өзбекстан, Тажикстан',
    'Qozogʻiston, Qirgʻiziston, Oʻzbekiston, Tojikiston',
    'Қозоғистон, Қирғизистон, Ўзбекистон, Тожикистон',
    'Қазоқистон, Қирғизистон, Ӯзбекистон, Тоҷикистон',
    'Kazakhstan, Kyrgyzstan, Uzbekistan, Tajikistan',
  ],
  'name of Uzbek in Cyrillic': [
    'узбекский (кириллица)',
    'өзбек тілі (кирилл)',
    'өзбек тили (кирилл)',
    'oʻzbek tili (kirill)',
    'ўзбек тили (кирилл)',
    'забони ӯзбекӣ (кириллӣ)',
    'Uzbek (Cyrillic)',
  ],
  // [CLDR] plurals.xml; Tajik by the alphabet survey: nouns stay singular
  'plural forms of 0 1 2 5 11 21 1.5': [
    'many one few many many one other',
    'other one other other other other other',
    'other one other other other other other',
    'other one other other other other other',
    'other one other other other other other',
    'other other other other other other other',
    'other one other other other other other',
  ],
  'count in a string': ['12~345', '12~345', '12~345', '12~345', '12~345', '12~345', '12,345'],
};
