/**
 * The words and patterns of dates, units and lists in the seven languages, as data. `format.ts` is the only reader.
 *
 * Sources: month and weekday names, units and list words from Unicode CLDR 48 (common/main/{ru,kk,ky,uz,uz_Cyrl,tg,en}.xml),
 * with these corrections where CLDR differs from national spelling and official papers: Uzbek Cyrillic months end in -ь
 * («ноябрь», CLDR «ноябр»); Tajik months are written small and joined to the year by izafet («23 ноябри соли 2026», CLDR
 * «23 Ноябр 2026»); Kyrgyz official dates put the year in the genitive and the month in the possessive («2026-жылдын
 * 23-ноябры»); short dates are DD.MM.YYYY in all seven. No word here starts with a capital unless its language asks for it.
 */
import type { Locale } from './locales.ts';
import type { PluralCategory } from './plural.ts';

/** `other` must be there; a category that is absent reads as `other`. `{n}` is the number. */
export type CountPattern = { other: string } & { [category in Exclude<PluralCategory, 'other'>]?: string };

export type CountryCode = 'kz' | 'kg' | 'uz' | 'tj';

export type FormatWords = {
  /** Twelve names as they stand alone. */
  months: readonly string[];
  /** Twelve names as they stand inside a date: Russian genitive, Kyrgyz possessive, Tajik izafet; else as alone. */
  monthsInDate: readonly string[];
  /** Seven names from Monday. */
  weekdays: readonly string[];
  weekdaysShort: readonly string[];
  /** Patterns with {d} day, {m} month alone, {M} month in a date, {y} year, {w} weekday. {d} may be a span of days «23–25». */
  dateLong: string;
  dateOfficial: string;
  dayMonth: string;
  /** A heading, so its first letter is a capital. */
  monthYear: string;
  weekdayLong: string;
  weekdayDayMonth: string;
  since: string;
  until: string;
  decimal: '.' | ',';
  group: string;
  percent: string;
  /** Bytes, kilo, mega, giga, tera. */
  byteUnits: readonly string[];
  hourShort: string;
  minuteShort: string;
  today: string;
  yesterday: string;
  tomorrow: string;
  justNow: string;
  minutesAgo: CountPattern;
  hoursAgo: CountPattern;
  daysAgo: CountPattern;
  inMinutes: CountPattern;
  inHours: CountPattern;
  inDays: CountPattern;
  daysLeft: CountPattern;
  daysOverdue: CountPattern;
  dueToday: string;
  minutesLeft: CountPattern;
  hoursLeft: CountPattern;
  lessThanMinuteLeft: string;
  and: string;
  or: string;
  countries: Readonly<Record<CountryCode, string>>;
  languages: Readonly<Record<Locale, string>>;
};

const cyrillicBytes = ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'] as const;
const latinBytes = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
const noBreakSpace = '\u00A0';

export const formatWords: Readonly<Record<Locale, FormatWords>> = {
  ru: {
    months: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
    monthsInDate: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'.split(' '),
    weekdays: 'понедельник вторник среда четверг пятница суббота воскресенье'.split(' '),
    weekdaysShort: 'пн вт ср чт пт сб вс'.split(' '),
    dateLong: '{d} {M} {y} г.',
    dateOfficial: '{d} {M} {y} года',
    dayMonth: '{d} {M}',
    monthYear: '{m} {y}',
    weekdayLong: '{w}, {d} {M} {y} г.',
    weekdayDayMonth: '{w}, {d} {M}',
    since: 'с {date}',
    until: 'до {date}',
    decimal: ',',
    group: noBreakSpace,
    percent: `{n}${noBreakSpace}%`,
    byteUnits: cyrillicBytes,
    hourShort: 'ч',
    minuteShort: 'мин',
    today: 'сегодня',
    yesterday: 'вчера',
    tomorrow: 'завтра',
    justNow: 'только что',
    minutesAgo: {
      one: '{n} минуту назад',
      few: '{n} минуты назад',
      many: '{n} минут назад',
      other: '{n} минуты назад',
    },
    hoursAgo: { one: '{n} час назад', few: '{n} часа назад', many: '{n} часов назад', other: '{n} часа назад' },
    daysAgo: { one: '{n} день назад', few: '{n} дня назад', many: '{n} дней назад', other: '{n} дня назад' },
    inMinutes: { one: 'через {n} минуту', few: 'через {n} минуты', many: 'через {n} минут', other: 'через {n} минуты' },
    inHours: { one: 'через {n} час', few: 'через {n} часа', many: 'через {n} часов', other: 'через {n} часа' },
    inDays: { one: 'через {n} день', few: 'через {n} дня', many: 'через {n} дней', other: 'через {n} дня' },
    daysLeft: {
      one: 'остался {n} день',
      few: 'осталось {n} дня',
      many: 'осталось {n} дней',
      other: 'осталось {n} дня',
    },
    daysOverdue: {
      one: 'просрочено на {n} день',
      few: 'просрочено на {n} дня',
      many: 'просрочено на {n} дней',
      other: 'просрочено на {n} дня',
    },
    dueToday: 'срок сегодня',
    // «около» takes the genitive: one form for 1 and 21, another for all else.
    minutesLeft: { one: 'осталось около {n} минуты', other: 'осталось около {n} минут' },
    hoursLeft: { one: 'осталось около {n} часа', other: 'осталось около {n} часов' },
    lessThanMinuteLeft: 'осталось меньше минуты',
    and: 'и',
    or: 'или',
    countries: { kz: 'Казахстан', kg: 'Кыргызстан', uz: 'Узбекистан', tj: 'Таджикистан' },
    languages: {
      kk: 'казахский',
      ky: 'кыргызский',
      uz: 'узбекский (латиница)',
      'uz-Cyrl': 'узбекский (кириллица)',
      tg: 'таджикский',
      ru: 'русский',
      en: 'английский',
    },
  },
  kk: {
    months: 'қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан'.split(' '),
    monthsInDate: 'қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан'.split(' '),
    weekdays: 'дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі'.split(' '),
    weekdaysShort: 'дс сс ср бс жм сб жс'.split(' '),
    dateLong: '{y} ж. {d} {m}',
    dateOfficial: '{y} жылғы {d} {m}',
    dayMonth: '{d} {m}',
    monthYear: '{y} ж. {m}',
    weekdayLong: '{y} ж. {d} {m}, {w}',
    weekdayDayMonth: '{d} {m}, {w}',
    since: '{date} бастап',
    until: '{date} дейін',
    decimal: ',',
    group: noBreakSpace,
    percent: '{n}%',
    byteUnits: cyrillicBytes,
    hourShort: 'сағ',
    minuteShort: 'мин',
    today: 'бүгін',
    yesterday: 'кеше',
    tomorrow: 'ертең',
    justNow: 'жаңа ғана',
    minutesAgo: { other: '{n} минут бұрын' },
    hoursAgo: { other: '{n} сағат бұрын' },
    daysAgo: { other: '{n} күн бұрын' },
    inMinutes: { other: '{n} минуттан кейін' },
    inHours: { other: '{n} сағаттан кейін' },
    inDays: { other: '{n} күннен кейін' },
    daysLeft: { other: '{n} күн қалды' },
    daysOverdue: { other: 'мерзімі {n} күн өтіп кетті' },
    dueToday: 'мерзімі бүгін',
    minutesLeft: { other: 'шамамен {n} минут қалды' },
    hoursLeft: { other: 'шамамен {n} сағат қалды' },
    lessThanMinuteLeft: 'бір минуттан аз қалды',
    and: 'және',
    or: 'немесе',
    countries: { kz: 'Қазақстан', kg: 'Қырғызстан', uz: 'Өзбекстан', tj: 'Тәжікстан' },
    languages: {
      kk: 'қазақ тілі',
      ky: 'қырғыз тілі',
      uz: 'өзбек тілі (латын)',
      'uz-Cyrl': 'өзбек тілі (кирилл)',
      tg: 'тәжік тілі',
      ru: 'орыс тілі',
      en: 'ағылшын тілі',
    },
  },
  ky: {
    months: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
    monthsInDate: 'январы февралы марты апрели майы июну июлу августу сентябры октябры ноябры декабры'.split(' '),
    weekdays: 'дүйшөмбү шейшемби шаршемби бейшемби жума ишемби жекшемби'.split(' '),
    weekdaysShort: 'дш шш шр бш жм иш жш'.split(' '),
    dateLong: '{y}-ж., {d}-{m}',
    dateOfficial: '{y}-жылдын {d}-{M}',
    dayMonth: '{d}-{m}',
    monthYear: '{y}-ж., {m}',
    weekdayLong: '{y}-ж., {d}-{m}, {w}',
    weekdayDayMonth: '{d}-{m}, {w}',
    since: '{date} баштап',
    until: '{date} чейин',
    decimal: ',',
    group: noBreakSpace,
    percent: '{n}%',
    byteUnits: cyrillicBytes,
    hourShort: 'саат',
    minuteShort: 'мүн',
    today: 'бүгүн',
    yesterday: 'кечээ',
    tomorrow: 'эртең',
    justNow: 'азыр эле',
    minutesAgo: { other: '{n} мүнөт мурун' },
    hoursAgo: { other: '{n} саат мурун' },
    daysAgo: { other: '{n} күн мурун' },
    inMinutes: { other: '{n} мүнөттөн кийин' },
    inHours: { other: '{n} сааттан кийин' },
    inDays: { other: '{n} күндөн кийин' },
    daysLeft: { other: '{n} күн калды' },
    daysOverdue: { other: 'мөөнөтү {n} күн өтүп кетти' },
    dueToday: 'мөөнөтү бүгүн',
    minutesLeft: { other: 'болжол менен {n} мүнөт калды' },
    hoursLeft: { other: 'болжол менен {n} саат калды' },
    lessThanMinuteLeft: 'бир мүнөттөн аз калды',
    and: 'жана',
    or: 'же',
    countries: { kz: 'Казакстан', kg: 'Кыргызстан', uz: 'Өзбекстан', tj: 'Тажикстан' },
    languages: {
      kk: 'казак тили',
      ky: 'кыргыз тили',
      uz: 'өзбек тили (латын)',
      'uz-Cyrl': 'өзбек тили (кирилл)',
      tg: 'тажик тили',
      ru: 'орус тили',
      en: 'англис тили',
    },
  },
  uz: {
    months: 'yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr'.split(' '),
    monthsInDate: 'yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr'.split(' '),
    weekdays: 'dushanba seshanba chorshanba payshanba juma shanba yakshanba'.split(' '),
    weekdaysShort: 'du se ch pa ju sh ya'.split(' '),
    dateLong: '{d}-{m}, {y}',
    dateOfficial: '{y}-yil {d}-{m}',
    dayMonth: '{d}-{m}',
    monthYear: '{m}, {y}',
    weekdayLong: '{w}, {d}-{m}, {y}',
    weekdayDayMonth: '{w}, {d}-{m}',
    since: '{date} dan',
    until: '{date} gacha',
    decimal: ',',
    group: noBreakSpace,
    percent: '{n}%',
    byteUnits: latinBytes,
    hourShort: 'soat',
    minuteShort: 'daq',
    today: 'bugun',
    yesterday: 'kecha',
    tomorrow: 'ertaga',
    justNow: 'hozirgina',
    minutesAgo: { other: '{n} daqiqa oldin' },
    hoursAgo: { other: '{n} soat oldin' },
    daysAgo: { other: '{n} kun oldin' },
    inMinutes: { other: '{n} daqiqadan keyin' },
    inHours: { other: '{n} soatdan keyin' },
    inDays: { other: '{n} kundan keyin' },
    daysLeft: { other: '{n} kun qoldi' },
    daysOverdue: { other: 'muddati {n} kun oʻtib ketdi' },
    dueToday: 'muddati bugun',
    minutesLeft: { other: 'taxminan {n} daqiqa qoldi' },
    hoursLeft: { other: 'taxminan {n} soat qoldi' },
    lessThanMinuteLeft: 'bir daqiqadan kam qoldi',
    and: 'va',
    or: 'yoki',
    countries: { kz: 'Qozogʻiston', kg: 'Qirgʻiziston', uz: 'Oʻzbekiston', tj: 'Tojikiston' },
    languages: {
      kk: 'qozoq tili',
      ky: 'qirgʻiz tili',
      uz: 'oʻzbek tili (lotin)',
      'uz-Cyrl': 'oʻzbek tili (kirill)',
      tg: 'tojik tili',
      ru: 'rus tili',
      en: 'ingliz tili',
    },
  },
  'uz-Cyrl': {
    months: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
    monthsInDate: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
    weekdays: 'душанба сешанба чоршанба пайшанба жума шанба якшанба'.split(' '),
    weekdaysShort: 'ду се чо па жу ша як'.split(' '),
    dateLong: '{d} {m}, {y}',
    dateOfficial: '{y} йил {d} {m}',
    dayMonth: '{d} {m}',
    monthYear: '{m}, {y}',
    weekdayLong: '{w}, {d} {m}, {y}',
    weekdayDayMonth: '{w}, {d} {m}',
    since: '{date} дан',
    until: '{date} гача',
    decimal: ',',
    group: noBreakSpace,
    percent: '{n}%',
    byteUnits: cyrillicBytes,
    hourShort: 'соат',
    minuteShort: 'дақ',
    today: 'бугун',
    yesterday: 'кеча',
    tomorrow: 'эртага',
    justNow: 'ҳозиргина',
    minutesAgo: { other: '{n} дақиқа олдин' },
    hoursAgo: { other: '{n} соат олдин' },
    daysAgo: { other: '{n} кун олдин' },
    inMinutes: { other: '{n} дақиқадан кейин' },
    inHours: { other: '{n} соатдан кейин' },
    inDays: { other: '{n} кундан кейин' },
    daysLeft: { other: '{n} кун қолди' },
    daysOverdue: { other: 'муддати {n} кун ўтиб кетди' },
    dueToday: 'муддати бугун',
    minutesLeft: { other: 'тахминан {n} дақиқа қолди' },
    hoursLeft: { other: 'тахминан {n} соат қолди' },
    lessThanMinuteLeft: 'бир дақиқадан кам қолди',
    and: 'ва',
    or: 'ёки',
    countries: { kz: 'Қозоғистон', kg: 'Қирғизистон', uz: 'Ўзбекистон', tj: 'Тожикистон' },
    languages: {
      kk: 'қозоқ тили',
      ky: 'қирғиз тили',
      uz: 'ўзбек тили (лотин)',
      'uz-Cyrl': 'ўзбек тили (кирилл)',
      tg: 'тожик тили',
      ru: 'рус тили',
      en: 'инглиз тили',
    },
  },
  tg: {
    months: 'январ феврал март апрел май июн июл август сентябр октябр ноябр декабр'.split(' '),
    monthsInDate: 'январи феврали марти апрели майи июни июли августи сентябри октябри ноябри декабри'.split(' '),
    weekdays: 'душанбе сешанбе чоршанбе панҷшанбе ҷумъа шанбе якшанбе'.split(' '),
    weekdaysShort: 'дш сш чш пш ҷм шн яш'.split(' '),
    dateLong: '{d} {M} {y}',
    dateOfficial: '{d} {M} соли {y}',
    dayMonth: '{d} {m}',
    monthYear: '{M} {y}',
    weekdayLong: '{w}, {d} {M} {y}',
    weekdayDayMonth: '{w}, {d} {m}',
    since: 'аз {date}',
    until: 'то {date}',
    decimal: ',',
    group: noBreakSpace,
    percent: '{n}%',
    byteUnits: cyrillicBytes,
    hourShort: 'соат',
    minuteShort: 'дақ',
    today: 'имрӯз',
    yesterday: 'дирӯз',
    tomorrow: 'фардо',
    justNow: 'ҳозир',
    minutesAgo: { other: '{n} дақиқа пеш' },
    hoursAgo: { other: '{n} соат пеш' },
    daysAgo: { other: '{n} рӯз пеш' },
    inMinutes: { other: 'пас аз {n} дақиқа' },
    inHours: { other: 'пас аз {n} соат' },
    inDays: { other: 'пас аз {n} рӯз' },
    daysLeft: { other: '{n} рӯз боқӣ монд' },
    daysOverdue: { other: 'муҳлаташ {n} рӯз гузашт' },
    dueToday: 'муҳлат имрӯз',
    minutesLeft: { other: 'тақрибан {n} дақиқа монд' },
    hoursLeft: { other: 'тақрибан {n} соат монд' },
    lessThanMinuteLeft: 'камтар аз як дақиқа монд',
    and: 'ва',
    or: 'ё',
    countries: { kz: 'Қазоқистон', kg: 'Қирғизистон', uz: 'Ӯзбекистон', tj: 'Тоҷикистон' },
    languages: {
      kk: 'забони қазоқӣ',
      ky: 'забони қирғизӣ',
      uz: 'забони ӯзбекӣ (лотинӣ)',
      'uz-Cyrl': 'забони ӯзбекӣ (кириллӣ)',
      tg: 'забони тоҷикӣ',
      ru: 'забони русӣ',
      en: 'забони англисӣ',
    },
  },
  en: {
    months: 'January February March April May June July August September October November December'.split(' '),
    monthsInDate: 'January February March April May June July August September October November December'.split(' '),
    weekdays: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
    weekdaysShort: 'Mon Tue Wed Thu Fri Sat Sun'.split(' '),
    dateLong: '{d} {m} {y}',
    dateOfficial: '{d} {m} {y}',
    dayMonth: '{d} {m}',
    monthYear: '{m} {y}',
    weekdayLong: '{w}, {d} {m} {y}',
    weekdayDayMonth: '{w}, {d} {m}',
    since: 'from {date}',
    until: 'until {date}',
    decimal: '.',
    group: ',',
    percent: '{n}%',
    byteUnits: latinBytes,
    hourShort: 'h',
    minuteShort: 'min',
    today: 'today',
    yesterday: 'yesterday',
    tomorrow: 'tomorrow',
    justNow: 'just now',
    minutesAgo: { one: '{n} minute ago', other: '{n} minutes ago' },
    hoursAgo: { one: '{n} hour ago', other: '{n} hours ago' },
    daysAgo: { one: '{n} day ago', other: '{n} days ago' },
    inMinutes: { one: 'in {n} minute', other: 'in {n} minutes' },
    inHours: { one: 'in {n} hour', other: 'in {n} hours' },
    inDays: { one: 'in {n} day', other: 'in {n} days' },
    daysLeft: { one: '{n} day left', other: '{n} days left' },
    daysOverdue: { one: '{n} day overdue', other: '{n} days overdue' },
    dueToday: 'due today',
    minutesLeft: { one: 'about {n} minute left', other: 'about {n} minutes left' },
    hoursLeft: { one: 'about {n} hour left', other: 'about {n} hours left' },
    lessThanMinuteLeft: 'less than a minute left',
    and: 'and',
    or: 'or',
    countries: { kz: 'Kazakhstan', kg: 'Kyrgyzstan', uz: 'Uzbekistan', tj: 'Tajikistan' },
    languages: {
      kk: 'Kazakh',
      ky: 'Kyrgyz',
      uz: 'Uzbek (Latin)',
      'uz-Cyrl': 'Uzbek (Cyrillic)',
      tg: 'Tajik',
      ru: 'Russian',
      en: 'English',
    },
  },
};
