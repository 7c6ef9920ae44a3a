/**
 * Made-up contacts for measuring: the same list for the same number. Names are put together from syllables in the manner of each
 * language and stand for nobody; addresses end in example.org, telephone numbers in an unused block, organisations say «sample».
 */
import type { Locale } from '#shared/i18n/locales.ts';
import type { Values } from '#shared/kinds/define-kind.ts';

/** Parts of names: each part in the language's own writing and in Latin letters as a passport has it. */
type Parts = {
  readonly country: 'kz' | 'kg' | 'uz' | 'tj';
  readonly heads: string;
  readonly tails: string;
  readonly surnameEnds: string;
  readonly givenHeads: string;
  readonly givenTails: string;
  readonly organisation: string;
  readonly position: string;
};

const parts: Readonly<Record<Locale, Parts>> = {
  ru: {
    country: 'kz',
    heads: 'Бере:Bere Вол:Vol Гор:Gor Дуб:Dub Ерм:Yerm Жур:Zhur Зай:Zay Кузь:Kuz Лес:Les Мор:Mor Щер:Shcher Соб:Sob',
    tails: 'зов:zov як:yak ник:nik ыч:ych ит:it ац:ats ел:el ён:yon овьё:ovyo ук:uk',
    surnameEnds: 'ов:ov ин:in ский:skiy енко:enko',
    givenHeads: 'Але:Ale Вла:Vla Ев:Yev Ири:Iri Мак:Mak Оль:Ol Ан:An Юли:Yuli',
    givenTails: 'на:na сим:sim ра:ra мира:mira нис:nis ся:sya тон:ton ша:sha',
    organisation: 'Комиссия-образец',
    position: 'член комиссии',
  },
  kk: {
    country: 'kz',
    heads: 'Ақ:Aq Әб:Ab Бай:Bai Ғаб:Gab Дәу:Dau Ерғ:Yerg Жұм:Zhum Қар:Qar Мұх:Mukh Нұр:Nur Өте:Ote Тоқ:Toq Үсе:Use',
    tails: 'аман:aman бек:bek дос:dos ғали:gali жан:zhan кен:ken мұрат:murat сары:sary тай:tai',
    surnameEnds: 'ов:ov ев:ev ұлы:uly қызы:qyzy',
    givenHeads: 'Ай:Ai Әсе:Ase Бол:Bol Гүл:Gul Ерк:Yerk Қана:Qana Мәди:Madi Сәу:Sau',
    givenTails: 'гүл:gul ла:la нар:nar ат:at іш:ish жол:zhol ша:sha ия:iya',
    organisation: 'Үлгі комиссия',
    position: 'комиссия мүшесі',
  },
  ky: {
    country: 'kg',
    heads: 'Абд:Abd Баат:Baat Жээн:Jeen Кад:Kad Мам:Mam Өмү:Omu Сад:Sad Токт:Tokt Үсө:Uso Чын:Chyn Ыса:Ysa',
    tails: 'бек:bek алы:aly бай:bai гожо:gojo ыр:yr кан:kan өн:on суу:suu',
    surnameEnds: 'ов:ov ева:eva уулу:uulu кызы:kyzy',
    givenHeads: 'Ай:Ai Бак:Bak Гүл:Gul Жаң:Jang Кыял:Kyial Нур:Nur Чол:Chol Элн:Eln',
    givenTails: 'ура:ura ыт:yt пери:peri бек:bek зат:zat пон:pon га:ga мира:mira',
    organisation: 'Үлгү комиссия',
    position: 'комиссиянын мүчөсү',
  },
  uz: {
    country: 'uz',
    heads: 'Oʻrin:Urin Gʻan:Gan Qar:Kar Yoʻl:Yul Shar:Shar Choʻl:Chul Xol:Khol Tosh:Tosh Nor:Nor Joʻr:Jur Ber:Ber',
    tails: 'boy:boy dosh:dosh im:im mat:mat niyoz:niyoz qul:kul temir:temir vali:vali',
    surnameEnds: 'ov:ov yev:yev ova:ova',
    givenHeads: 'Az:Az Dil:Dil Gul:Gul Jah:Jah Mad:Mad Oʻkt:Ukt Sher:Sher Zul:Zul',
    givenTails: 'iz:iz am:am nora:nora ongir:ongir ina:ina murod:murod zod:zod fiya:fiya',
    organisation: 'Namuna komissiya',
    position: 'komissiya aʼzosi',
  },
  'uz-Cyrl': {
    country: 'uz',
    heads: 'Ўрин:Urin Ған:Gan Қар:Kar Йўл:Yul Шар:Shar Чўл:Chul Хол:Khol Тош:Tosh Нор:Nor Жўр:Jur Бер:Ber',
    tails: 'бой:boy дош:dosh им:im мат:mat ниёз:niyoz қул:kul темир:temir вали:vali',
    surnameEnds: 'ов:ov ев:yev ова:ova',
    givenHeads: 'Аз:Az Дил:Dil Гул:Gul Жаҳ:Jah Мад:Mad Ўкт:Ukt Шер:Sher Зул:Zul',
    givenTails: 'из:iz ам:am нора:nora онгир:ongir ина:ina мурод:murod зод:zod фия:fiya',
    organisation: 'Намуна комиссия',
    position: 'комиссия аъзоси',
  },
  tg: {
    country: 'tj',
    heads: 'Ҷӯра:Jura Раҳ:Rah Қар:Kar Ғаф:Ghaf Ҳас:Has Саф:Saf Наз:Naz Ӯрун:Urun Шар:Shar Давл:Davl Хол:Khol',
    tails: 'бой:boi им:im мон:mon ор:or ат:at дод:dod шоҳ:shoh ӣ:i',
    surnameEnds: 'зода:zoda ов:ov ӣ:i ён:yon',
    givenHeads: 'Ба:Ba Гул:Gul Ҷам:Jam Зеб:Zeb Меҳр:Mehr Ниг:Nig Фир:Fir Шаҳ:Shah',
    givenTails: 'ҳром:hrom нор:nor шед:shed уннисо:unniso она:ona ина:ina давс:davs ло:lo',
    organisation: 'Комиссияи намунавӣ',
    position: 'узви комиссия',
  },
  en: {
    country: 'kz',
    heads: 'Ash:Ash Brad:Brad Cole:Cole Dun:Dun Ever:Ever Fair:Fair Green:Green Hart:Hart Lang:Lang Whit:Whit',
    tails: 'by:by den:den field:field ham:ham ley:ley more:more ton:ton worth:worth',
    surnameEnds: 's:s er:er man:man',
    givenHeads: 'Al:Al Ber:Ber Cor:Cor Ed:Ed Hel:Hel Jon:Jon Mar:Mar Ro:Ro',
    givenTails: 'an:an bert:bert en:en gar:gar ia:ia is:is lyn:lyn vin:vin',
    organisation: 'Sample office',
    position: 'observer',
  },
};

/** How many of a hundred contacts are written in each language. */
const shares: readonly (readonly [Locale, number])[] = [
  ['ru', 22],
  ['kk', 22],
  ['ky', 14],
  ['uz', 14],
  ['uz-Cyrl', 8],
  ['tg', 16],
  ['en', 4],
];

const roles = ['chair', 'deputy', 'secretary', 'member', 'member', 'member', 'trainer', 'partner', 'other'];
const messengers = ['telegram', 'whatsapp', 'imo', null];
const consents = ['given', 'given', 'asked', null];

/** A stream of numbers in [0, 1) that depends on the seed only (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(from: readonly T[], next: () => number): T {
  const value = from[Math.floor(next() * from.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

function word(lists: readonly string[], next: () => number): { own: string; latin: string } {
  const pairs = lists.map((list) => pick(list.split(' '), next).split(':'));
  return { own: pairs.map(([own]) => own).join(''), latin: pairs.map(([, latin]) => latin).join('') };
}

/** The language of the contact with this number, by `shares`. */
function languageOf(next: () => number): Locale {
  let place = next() * 100;
  for (const [locale, share] of shares) {
    place -= share;
    if (place < 0) return locale;
  }
  return 'ru';
}

/** Contact number `index` (from 0) as the values of the kind `contact`. */
export function sampleContact(index: number): Values {
  const next = seededNumbers(index + 1);
  const own = parts[languageOf(next)];
  const surname = word([own.heads, own.tails, own.surnameEnds], next);
  const given = word([own.givenHeads, own.givenTails], next);
  const digits = String(index).padStart(7, '0');
  const month = String(1 + Math.floor(next() * 12)).padStart(2, '0');
  return {
    name: `${surname.own} ${given.own}`,
    nameLatin: next() < 0.6 ? `${surname.latin} ${given.latin}` : null,
    role: pick(roles, next),
    position: own.position,
    organisation: `${own.organisation} № ${1 + Math.floor(next() * 2000)}`,
    country: own.country,
    phone: `+999 ${digits.slice(0, 3)} ${digits.slice(3)}`,
    messenger: pick(messengers, next),
    email: `${surname.latin.toLowerCase()}${index}@example.org`,
    languages: [],
    consent: pick(consents, next),
    checkedOn: next() < 0.2 ? null : `${next() < 0.6 ? 2026 : 2025}-${month}-15`,
  };
}

/**
 * What people type into the search: beginnings of names in every language, letter by letter («Қ», «Қа», «Қар» …), half of them in
 * Latin letters whatever the name is written in, some with the first letter of the given name after a space.
 */
export function typedSearches(count: number): string[] {
  const next = seededNumbers(20_261_123);
  const typed: string[] = [];
  while (typed.length < count) {
    const own = parts[pick(shares, next)[0]];
    const surname = word([own.heads, own.tails, own.surnameEnds], next);
    const given = word([own.givenHeads, own.givenTails], next);
    const script = next() < 0.5 ? 'own' : 'latin';
    const whole = next() < 0.3 ? `${surname[script]} ${given[script].slice(0, 3)}` : surname[script];
    const text = next() < 0.5 ? whole.toLowerCase() : whole;
    for (let length = 1; length <= text.length && typed.length < count; length += 1) typed.push(text.slice(0, length));
  }
  return typed;
}
