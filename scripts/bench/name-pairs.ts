/**
 * Spellings of one name, and different names that look alike: what `npm run bench -- names` measures the search by.
 *
 * The names are the common given names and surname stems of the five languages (public inventories of names; no row is a person). The
 * spellings beside each come from rules, never from this project's own tables:
 *   own        the national orthography;
 *   ru         the Russian spelling: Kazakh by the instruction on passing Kazakh names in Russian (а ә → а, о ө → о, у ұ ү → у, к қ → к, н ң → н, г ғ → г,
 *              йы → и), the other languages as their Russian-language papers do (ҷ → дж, ж → ж or дж, ў → у, ҳ → х);
 *   passport   ICAO Doc 9303 part 3 (ж zh, х kh, й i, ю iu, я ia, щ shch, ъ ie), the same with й y, ю yu, я ya, е ye as older passports of the region
 *              have it, and what national offices write (Kyrgyz ж j, Tajik ҷ j, қ q, ҳ h, ғ gh, Uzbek ў oʻ, u or bare o);
 *   typed      what a keyboard without the national letters gives: Russian letters, one of seven apostrophes, English letters.
 * `oldFont` and `lookAlikes` add spellings made by the stand-in letters of 8-bit fonts and by Latin letters among Cyrillic ones.
 */
import type { Locale } from '#shared/i18n/locales.ts';
import { matchesKey, searchIndexText } from '#shared/text/search-key.ts';

export type NamePair = { readonly a: string; readonly b: string; readonly from: string };

/** One name a line: the national spelling first, then all others. */
const spellings: Readonly<Partial<Record<Locale, string>>> = {
  ru: `
    Алексей Aleksei Aleksey Alexey Alexei
    Александр Aleksandr Alexandr
    Максим Maksim Maxim
    Оксана Oksana Oxana
    Ксения Kseniia Kseniya Ksenia Xenia
    Виктор Viktor Victor
    Дмитрий Dmitrii Dmitriy Dmitry Dmitri
    Фёдор Федор Fedor Fyodor
    Семён Семен Semen Semyon
    Артём Артем Artem Artyom
    Соловьёв Соловьев Solovev Solovyov Solovyev
    Ковалёва Ковалева Kovaleva Kovalyova
    Пётр Петр Petr Pyotr
    Юлия Iuliia Yuliya Yulia
    Юрий Iurii Yuriy Yury Yuri
    Яна Iana Yana
    Татьяна Tatiana Tatyana
    Наталья Natalia Natalya
    Илья Ilia Ilya
    Игорь Igor Igor'
    Ольга Olga Ol'ga
    Евгений Evgenii Evgeny Yevgeniy
    Елена Elena Yelena
    Екатерина Ekaterina Yekaterina
    Щербаков Shcherbakov
    Цой Tsoi Tsoy
    Цветков Tsvetkov
    Хохлов Khokhlov Hohlov
    Жуков Zhukov
    Чайковский Chaikovskii Chaykovskiy Chaykovsky
    Объедков Obedkov Obyedkov
    Филиппов Filippov Filipov
    Геннадий Gennadii Gennadiy Gennady
    Кирилл Kirill Kiril
    Мария Mariia Mariya Maria
    Софья Sofia Sofya
    Эдуард Eduard
    Шевченко Shevchenko
    Григорьев Grigorev Grigoryev
    Зайцев Zaitsev Zaytsev`,
  kk: `
    Әбдірахманов Абдирахманов Abdirakhmanov Abdirahmanov
    Айгүл Айгуль Aigul Aygul
    Ақан Акан Akan Aqan
    Асқар Аскар Askar Asqar
    Әсел Асель Asel Assel
    Бақытжан Bakytzhan Baqytjan
    Бауыржан Bauyrzhan Bauyrjan
    Бекболат Bekbolat
    Болатбек Bolatbek
    Гүлнәр Гульнар Gulnar
    Ғабит Габит Gabit Ghabit Ğabit
    Ғалым Галым Galym Ghalym
    Дәурен Даурен Dauren Däuren Dawren
    Динара Dinara
    Ерлан Yerlan Erlan
    Есенов Yesenov Esenov
    Жақсылық Жаксылык Zhaksylyk Jaqsylyq
    Жанар Zhanar Janar
    Жұмабаев Жумабаев Zhumabayev Zhumabaev Jumabayev
    Жібек Жибек Zhibek Jibek
    Зәуре Зауре Zaure
    Іңкәр Инкар Inkar
    Қайрат Кайрат Kairat Kayrat Qairat
    Қалиев Калиев Kaliyev Kaliev Qaliev
    Қанат Канат Kanat Qanat
    Қасымов Касымов Kassymov Kasymov Qasymov
    Қуаныш Куаныш Kuanysh Quanysh
    Құрманғазы Курмангазы Kurmangazy Qurmangazy
    Мақсат Максат Maksat Maqsat
    Мұхтар Мухтар Mukhtar Muhtar
    Мәдина Мадина Madina
    Нұрлан Нурлан Nurlan
    Нұрсұлтан Нурсултан Nursultan
    Оразбаев Orazbayev Orazbaev
    Өмірбек Омирбек Omirbek Ömirbek
    Сәуле Сауле Saule
    Серік Серик Serik
    Сейітжан Сейтжан Seitzhan
    Тоқтар Токтар Toktar Toqtar
    Ұлан Улан Ulan
    Үміт Умит Umit
    Шоқан Шокан Shokan Shoqan
    Шыңғыс Шынгыс Shyngys
    Ыбырай Ybyrai
    Гауһар Гаухар Gaukhar Gauhar
    Асайын Асаин Asaiyn Assain
    Әлихан Алихан Alikhan Alihan
    Қожахмет Кожахмет Kozhakhmet Qojahmet
    Ғалиұлы Галиулы Galiuly
    Серікқызы Сериккызы Serikkyzy`,
  ky: `
    Айбек Aibek Aybek
    Айжамал Aijamal Aizhamal
    Акылбек Akylbek Akilbek
    Алмазбек Almazbek
    Асанбай Asanbai Asanbay
    Атамбай Atambai
    Бакыт Bakyt Bakit
    Баатырбек Baatyrbek Батырбек
    Бөрүбай Борубай Borubai Börübay
    Гүлзат Гульзат Gulzat
    Гүлмира Гульмира Gulmira
    Жаңыл Жаныл Janyl Zhanyl Jangyl
    Жапар Japar Zhapar
    Жолдош Joldosh Zholdosh
    Жумабек Jumabek Zhumabek Djumabek Джумабек
    Жээнбеков Жеенбеков Jeenbekov Zheenbekov
    Жыргал Jyrgal Zhyrgal
    Замирбек Zamirbek
    Кубанычбек Kubanychbek
    Кыдырмаев Kydyrmaev Kydyrmayev
    Кыялбек Kyialbek Kyyalbek
    Мирбек Mirbek
    Назгүл Назгуль Nazgul
    Нурбек Nurbek
    Өмүрбек Омурбек Omurbek
    Өскөнбай Осконбай Oskonbai
    Сагынбай Sagynbai Sagynbay
    Сүйүн Суюн Suiun Suyun
    Сыдыков Sydykov
    Талантбек Talantbek
    Темирбек Temirbek
    Токтогул Toktogul
    Төлөгөн Тологон Tologon
    Турсунбек Tursunbek
    Үсөнбай Усонбай Usonbai
    Чолпон Cholpon
    Чыңгыз Чынгыз Chyngyz Chingiz Чингиз
    Шайырбек Shaiyrbek
    Ырысбек Yrysbek Irisbek
    Эркинбай Erkinbai Erkinbay
    Эсенгул Esengul
    Элчибек Elchibek`,
  uz: `
    Абдуқодир Abduqodir Абдукодир Abdukodir
    Аҳмад Ahmad Axmad Ахмад Akhmad
    Баҳодир Bahodir Баходир Bakhodir
    Бекзод Bekzod
    Ботир Botir
    Гулнора Gulnora
    Дилшод Dilshod
    Ёдгор Yodgor
    Ёқуб Yoqub Екуб Yokub
    Жамшид Jamshid Джамшид Dzhamshid
    Жасур Jasur Джасур Djasur
    Жўраев Joʻrayev Jo'rayev Джураев Dzhuraev Jurayev Jorayev
    Зайнаб Zaynab Zainab
    Зиёда Ziyoda
    Икром Ikrom
    Исҳоқ Isʼhoq Исхок Iskhok
    Камолиддин Kamoliddin
    Латиф Latif
    Маъмур Maʼmur Ma'mur Мамур Mamur
    Маҳмуд Mahmud Maxmud Махмуд Makhmud
    Мунаввар Munavvar
    Нодирбек Nodirbek
    Озод Ozod
    Раҳим Rahim Raxim Рахим Rakhim
    Рўзиев Roʻziyev Roʼziyev Рузиев Ruziev Roziyev
    Саъдулла Saʼdulla Садулла Sadulla
    Сардор Sardor
    Тошпўлат Toshpoʻlat Toshpo‘lat Toshpulat
    Тўхтаев Toʻxtayev To'xtayev Тухтаев Tukhtaev Toxtayev
    Умид Umid
    Умаров Umarov
    Феруза Feruza
    Фирдавс Firdavs
    Хуршид Xurshid Khurshid
    Холиқов Xoliqov Холиков Kholikov
    Чориев Choriyev Choriev
    Шавкат Shavkat
    Шерзод Sherzod
    Шуҳрат Shuhrat Шухрат Shukhrat
    Эшмат Eshmat
    Юсуф Yusuf Iusuf
    Ўктам Oʻktam O'ktam O’ktam Уктам Uktam Oktam
    Ўрин Oʻrin O‘rin Урин Urin Orin
    Қаҳрамон Qahramon Кахрамон Kakhramon
    Қодиров Qodirov Кодиров Kodirov
    Қурбон Qurbon Курбон Kurbon
    Ғайрат Gʻayrat G'ayrat Гайрат Gayrat Gairat
    Ғулом Gʻulom G‘ulom Гулом Gulom
    Ҳасан Hasan Xasan Хасан Khasan
    Ҳусан Husan Хусан Khusan
    Улуғбек Ulugʻbek Ulug'bek Улугбек Ulugbek
    Йўлдош Yoʻldosh Yo'ldosh Юлдош Yuldosh Yoldosh`,
  tg: `
    Абдуллоҳ Абдуллох Abdulloh Abdullokh
    Амирӣ Амири Amiri
    Баҳром Бахром Bahrom Bakhrom
    Беҳрӯз Бехруз Behruz Bekhruz
    Ғаффор Гаффор Ghaffor Gaffor
    Ғулом Гулом Ghulom Gulom
    Гулчеҳра Гулчехра Gulchehra Gulchekhra
    Давлат Davlat
    Зайниддин Zayniddin Zainiddin
    Зарина Zarina
    Исмоил Ismoil
    Карим Karim
    Қодир Кодир Qodir Kodir
    Қосим Косим Qosim Kosim
    Қурбонӣ Курбони Qurboni Kurboni
    Маҳмадалӣ Махмадали Mahmadali Makhmadali
    Меҳрона Мехрона Mehrona Mekhrona
    Мирзоӣ Мирзои Mirzoi
    Муҳаммад Мухаммад Muhammad Mukhammad
    Наргис Nargis
    Насрулло Nasrullo
    Нигора Nigora
    Одина Odina
    Парвиз Parviz
    Раҳмон Рахмон Rahmon Rakhmon
    Раҷаб Раджаб Rajab Radzhab
    Рустам Rustam
    Саидҷон Саиджон Saidjon Saidzhon
    Сӯҳроб Сухроб Suhrob Sukhrob
    Тоҷиддин Тоджиддин Tojiddin Todzhiddin
    Файзулло Fayzullo Faizullo
    Фирӯз Фируз Firuz
    Хуршед Khurshed Xurshed
    Хуҷанд Худжанд Khujand Khudzhand
    Ҳабиб Хабиб Habib Khabib
    Ҳаким Хаким Hakim Khakim
    Ҳоҷӣ Ходжи Hoji Khodzhi
    Ҷамшед Джамшед Jamshed Dzhamshed Chamshed
    Ҷӯрабой Джурабой Juraboy Dzhuraboy
    Ҷаҳонгир Джахонгир Jahongir Dzhakhongir
    Шариф Sharif
    Шоҳрух Шохрух Shohrukh Shokhrukh
    Эмомалӣ Эмомали Emomali
    Юсуфӣ Юсуфи Yusufi Iusufi
    Ятим Yatim
    Ӯктам Уктам Uktam
    Ӯрунбой Урунбой Urunboy Urunboi`,
};

/** Spellings heard otherwise in the other language: hard, and kept in the list so that the figure is not flattered. */
const heardOtherwise = `
    Раҳмонов Рахманов
    Абдураҳмон Абдурахман
    Дилмурод Дилмурат
    Юлия Julia
    Ислом Ислам
    Александр Alexander
    Бақытжан Бахытжан
    Бауыржан Бауржан
    Ыбырай Ибрай
    Тошпўлат Ташпулат
    Шыңғыс Чингис`;

/** The stand-in letters of the 8-bit fonts of each country («Республикасыныњ», «Рањмонов», «Суѓд», «ќазаќ»). */
const oldFont: Readonly<Partial<Record<Locale, Readonly<Record<string, string>>>>> = {
  kk: { ә: 'ə', ө: 'ѳ', қ: 'ќ', ғ: 'ѓ', ң: 'њ', і: 'i' },
  ky: { ө: 'ѳ' },
  uz: { қ: 'ќ', ғ: 'ѓ', ҳ: 'њ' },
  tg: { ғ: 'ѓ', қ: 'ќ', ҳ: 'њ', ҷ: 'љ', ӯ: 'ў', ӣ: 'ї' },
};

/** Latin letters that stand among Cyrillic ones in typed texts; the first that a name has is replaced. */
const lookAlikes: Readonly<Record<string, string>> = { а: 'a', о: 'o', е: 'e', р: 'p', с: 'c', у: 'y', х: 'x' };

/** Names that must not find each other: of the same shape, mostly one letter apart; the last few differ by what the fold gives up. */
const differentNames = `
    Каримов Керимов | Шарипов Зарипов | Насыров Касыров | Алиев Валиев | Осмонов Асанов | Жусупов Юсупов | Рустам Рустем
    Саид Сабит | Олим Алим | Тохтаев Тоштаев | Чориев Ториев | Бобоев Бабаев | Ахмад Ахмет | Хасан Хусан | Ҳасан Ҳусан
    Қодир Нодир | Қодир Қадир | Ғани Қани | Ғолиб Толиб | Ҷамол Камол | Ҷамшед Хуршед | Ҷалол Ҳалол | Шариф Зариф | Шухрат Шавкат
    Нурлан Нурбек | Нурлан Ерлан | Ерлан Арлан | Асқар Асхат | Айгүл Айнұр | Айгүл Айсұлу | Болат Талат | Бақыт Сабыт | Дәурен Дархан
    Жанар Жанат | Жанар Сания | Жібек Жазира | Қанат Қайрат | Қанат Манат | Марат Мурат | Мұрат Мұхтар | Оразов Оралов | Серік Берік
    Тоқтар Тоқаев | Ұлан Асан | Шоқан Шолпан | Шыңғыс Шыныбек | Әсел Әсем | Әлия Әлина | Мәдина Мадияр | Гүлнәр Гүлмира
    Айбек Азамат | Бакыт Бакай | Жапар Сапар | Жээнбек Жоробек | Жолдош Жоомарт | Кыдыр Кадыр | Өмүр Өкүм | Токтогул Токтосун
    Чолпон Чынара | Эркин Эсен | Эсен Асан | Үсөн Өсөр | Сыдык Садык | Төлөгөн Төлөбай | Назгүл Назира | Мээрим Мирим
    Баҳром Шаҳром | Беҳзод Бекзод | Фируз Фарруз | Фирӯза Феруза | Давлат Давлет | Зарина Карина | Карим Рахим | Рахим Раҳмат
    Қосим Қобил | Исмоил Исроил | Наргис Нигора | Парвиз Парвин | Ҳабиб Ҳаким | Ҷӯра Сӯра | Юсуф Юнус | Шоҳрух Шоҳрат
    Гулнора Гулноза | Дилшод Дилором | Жасур Мансур | Жўраев Жобиров | Зафар Музаффар | Икром Акром | Озод Обод | Сардор Санжар
    Тўхта Тошпўлат | Умид Умар | Умаров Умиров | Хуршид Хумор | Ўктам Ўткир | Ўктам Актам | Ғулом Ғафур | Қурбон Сурбон
    Иванов Иваненко | Петров Попов | Сергей Андрей | Марина Мария | Жуков Чуков | Семён Симон | Цой Той | Щербаков Чербаков | Наталья Виталья
    Anvar Enver | Karimov Kamilov | Sharipov Sharapov | Jalilov Jamilov | Kozim Qobil | Mirzo Murzo
    Жанна Жаңа | Алла Ала | Инна Іңа | Хасан Хазан`;

const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row.length > 1 || row[0] !== '');

function replaceAllLetters(name: string, letters: Readonly<Record<string, string>>): string {
  return [...name]
    .map((letter) => {
      const small = letters[letter.toLowerCase()];
      if (small === undefined) return letter;
      return letter === letter.toLowerCase() ? small : small.toUpperCase();
    })
    .join('');
}

function withLookAlike(name: string): string {
  const place = [...name].findIndex((letter, index) => index > 0 && lookAlikes[letter] !== undefined);
  return place < 0 ? name : [...name].map((letter, index) => (index === place ? lookAlikes[letter] : letter)).join('');
}

/** The pairs that must find each other, each with the language and the rule it comes from. */
export function samePairs(): NamePair[] {
  const pairs: NamePair[] = [];
  for (const [locale, text] of Object.entries(spellings)) {
    rowsOf(text).forEach(([own = '', ...others], index) => {
      for (const other of others) pairs.push({ a: own, b: other, from: locale });
      // Object.entries forgets that the keys are locales.
      const old = replaceAllLetters(own, oldFont[locale as Locale] ?? {});
      if (old !== own) pairs.push({ a: own, b: old, from: `${locale}, old font` });
      const mixed = withLookAlike(own);
      if (index % 2 === 0 && mixed !== own) pairs.push({ a: own, b: mixed, from: `${locale}, look-alikes` });
    });
  }
  for (const [a = '', b = ''] of rowsOf(heardOtherwise)) pairs.push({ a, b, from: 'heard otherwise' });
  return pairs;
}

/** Any two of the other spellings of a name: harder, for what two of them lost on different ways (Uktam, Oktam) no key can bring back. */
export function foreignPairs(): NamePair[] {
  return Object.entries(spellings).flatMap(([from, text]) =>
    rowsOf(text).flatMap(([, ...others]) =>
      others.flatMap((a, place) => others.slice(place + 1).map((b) => ({ a, b, from }))),
    ),
  );
}

/** True if whoever types one spelling finds the other in a list, both ways round. */
export function findEachOther({ a, b }: NamePair): boolean {
  return matchesKey(searchIndexText(a), b) && matchesKey(searchIndexText(b), a);
}

/** True if one of them is found by typing the other. */
export function findByEither({ a, b }: NamePair): boolean {
  return matchesKey(searchIndexText(a), b) || matchesKey(searchIndexText(b), a);
}

/** The pairs that must not. */
export function differentPairs(): NamePair[] {
  return differentNames.split(/[|\n]/).flatMap((text) => {
    const [a, b] = text.trim().split(/\s+/);
    return a === undefined || b === undefined ? [] : [{ a, b, from: 'different' }];
  });
}
