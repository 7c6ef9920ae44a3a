/** Words of the operator's page. Only English and Russian: it is for the staff of the hub, not for commissions. */

export type PageLocale = 'en' | 'ru';

export type StatusTexts = {
  readonly brand: string;
  readonly otherLanguage: { readonly locale: PageLocale; readonly name: string };
  readonly version: (version: string) => string;
  readonly title: string;
  readonly allInTouch: string;
  readonly noLaptops: string;
  readonly silent: (count: number) => string;
  readonly made: (moment: string) => string;
  readonly refresh: string;
  readonly figures: {
    readonly enrolled: string;
    readonly recent: string;
    readonly silent: string;
    readonly waiting: string;
    readonly refused: string;
  };
  readonly laptops: string;
  readonly commission: string;
  readonly laptop: string;
  readonly lastContact: string;
  readonly appVersion: string;
  readonly waitingForIt: string;
  readonly never: string;
  readonly today: (time: string) => string;
  readonly daysAgo: (date: string, days: number) => string;
  readonly revoked: string;
  /** A laptop that goes on under another identity, after its data were put back from a copy. */
  readonly succeeded: string;
  readonly copiesRefused: (count: number) => string;
  readonly expired: string;
  /** A laptop that the hub has forgotten and was told of by others. */
  readonly knownBySignature: string;
  readonly noLaptopsYet: string;
  readonly refusedTitle: string;
  readonly nothingRefused: string;
  readonly reason: string;
  readonly count: string;
  readonly last: string;
  readonly whatToDo: string;
  readonly unknownLaptop: string;
  readonly inviteTitle: string;
  readonly inviteText: string;
  readonly inviteOnServer: string;
  readonly inviteLaptop: string;
  readonly inviteHand: string;
  readonly revokeTitle: string;
  readonly revokeText: string;
  readonly revokeLaptop: string;
  readonly storage: string;
  readonly records: string;
  readonly attachments: string;
  readonly packs: string;
  readonly free: string;
  readonly forbiddenTitle: string;
  readonly forbiddenText: string;
  readonly units: readonly [string, string, string, string];
  readonly decimal: string;
  readonly reasons: { readonly [reason: string]: readonly [string, string] };
  readonly otherReason: readonly [string, string];
};

/** Russian plural: one, few, many. */
function plural(count: number, one: string, few: string, many: string): string {
  const tens = count % 100;
  const ones = count % 10;
  if (tens >= 11 && tens <= 14) return many;
  return ones === 1 ? one : ones >= 2 && ones <= 4 ? few : many;
}

const en: StatusTexts = {
  brand: 'Komissiya hub',
  otherLanguage: { locale: 'ru', name: 'Русский' },
  version: (version) => `version ${version}`,
  title: 'The hub is working',
  allInTouch: 'No laptop has been silent for over 30 days.',
  noLaptops: 'No laptop is enrolled yet.',
  silent: (count) =>
    count === 1 ? 'One laptop silent for over 30 days.' : `${count} laptops silent for over 30 days.`,
  made: (moment) => `Page made ${moment}.`,
  refresh: 'Refresh',
  figures: {
    enrolled: 'laptops enrolled',
    recent: 'in contact in 24 hours',
    silent: 'silent over 30 days',
    waiting: 'waiting to be collected',
    refused: 'refusals in 30 days',
  },
  laptops: 'Laptops, longest silence first',
  commission: 'Commission',
  laptop: 'Laptop',
  lastContact: 'Last contact',
  appVersion: 'Version',
  waitingForIt: 'Waiting for it',
  never: 'never',
  today: (time) => `today, ${time}`,
  daysAgo: (date, days) => `${date}, ${days} days`,
  revoked: 'revoked',
  succeeded: 'put back from a copy, goes on',
  copiesRefused: (count) => `put back from a copy, goes on; another copy refused: ${count}`,
  expired: 'permission has run out',
  knownBySignature: 'not enrolled since the hub was restored: invite it anew',
  noLaptopsYet:
    'Here will be the laptops that exchange records through this hub. Make the first invitation on the server.',
  refusedTitle: 'Refused changes, by reason',
  nothingRefused: 'Nothing was refused in the last 30 days.',
  reason: 'Reason',
  count: 'Count',
  last: 'Last',
  whatToDo: 'What to do',
  unknownLaptop: 'unknown laptop',
  inviteTitle: 'Invite a laptop',
  inviteText:
    'An invitation is for one commission and one laptop. It works once, within the days you give. On the server:',
  inviteOnServer: 'npm run hub -- invite --partition kz/kz-19/sample --roles chair,secretary --laptop',
  inviteLaptop: '"LAPTOP-01"',
  inviteHand: 'Hand the printed code over, or read it out by phone.',
  revokeTitle: 'Revoke a laptop',
  revokeText: 'A lost or retired laptop is refused from its next contact on. What it sent before stays. On the server:',
  revokeLaptop: 'npm run hub -- revoke "LAPTOP-01"',
  storage: 'Storage',
  records: 'Records',
  attachments: 'Attachments',
  packs: 'Course packs',
  free: 'Free on disk',
  forbiddenTitle: 'This page is closed from here',
  forbiddenText:
    'The status page answers on the hub’s own machine, or to whoever knows its password. To read it from elsewhere, set KOMISSIYA_HUB_STATUS_PASSWORD (12 characters or more) and restart the hub.',
  units: ['B', 'kB', 'MB', 'GB'],
  decimal: '.',
  reasons: {
    revoked: ['From a revoked laptop', 'Nothing: the revocation works'],
    succeeded: [
      'From a copy of a laptop that goes on elsewhere',
      'Ask at the commission which laptop is theirs and where the copy is; if unsure, revoke the laptop and invite it anew',
    ],
    expired: ['Permission has run out', 'Make a new invitation for this laptop'],
    'wrong-role': ['Not allowed to its role', 'Check the roles of the invitation'],
    'wrong-partition': ['For another commission', 'Check which commission the laptop was invited for'],
    'no-credential': ['From a laptop not enrolled', 'Make an invitation for this laptop'],
    garbage: ['Unreadable', 'Update the app on this laptop; if it goes on, tell support'],
    altered: ['Altered on the way', 'Check the line; if it goes on, revoke the laptop'],
    'bad-signature': ['Signed by another key', 'Ask at the commission; revoke the laptop if unsure'],
    'broken-chain': ['The order does not fit', 'If it goes on, tell support'],
    gap: ['Something before it is missing', 'Nothing: the laptop sends it again by itself'],
    forked: ['Laptop restored from an old copy', 'Nothing: it goes on under a new identity by itself'],
    'too-large': ['Too large or over the quota', 'Raise KOMISSIYA_HUB_QUOTA_BYTES or ask what is being sent'],
  },
  otherReason: ['Other', 'Look into the hub’s log'],
};

const ru: StatusTexts = {
  brand: 'Хаб «Комиссия»',
  otherLanguage: { locale: 'en', name: 'English' },
  version: (version) => `версия ${version}`,
  title: 'Хаб работает',
  allInTouch: 'Нет ноутбуков, которые молчат больше 30 дней.',
  noLaptops: 'Пока не подключён ни один ноутбук.',
  silent: (count) =>
    `${plural(count, 'Молчит', 'Молчат', 'Молчат')} больше 30 дней: ${count} ${plural(count, 'ноутбук', 'ноутбука', 'ноутбуков')}.`,
  made: (moment) => `Страница составлена ${moment}.`,
  refresh: 'Обновить',
  figures: {
    enrolled: 'ноутбуков подключено',
    recent: 'на связи за 24 часа',
    silent: 'молчат больше 30 дней',
    waiting: 'ждёт, пока заберут',
    refused: 'отказов за 30 дней',
  },
  laptops: 'Ноутбуки, дольше всех молчащие сверху',
  commission: 'Комиссия',
  laptop: 'Ноутбук',
  lastContact: 'Последняя связь',
  appVersion: 'Версия',
  waitingForIt: 'Ждёт его',
  never: 'не было',
  today: (time) => `сегодня, ${time}`,
  daysAgo: (date, days) => `${date}, ${days} ${plural(days, 'день', 'дня', 'дней')}`,
  revoked: 'отозван',
  succeeded: 'восстановлен из копии, работает дальше',
  copiesRefused: (count) => `восстановлен из копии, работает дальше; отказано другой копии: ${count}`,
  expired: 'срок допуска истёк',
  knownBySignature: 'не подключён после восстановления хаба: пригласите заново',
  noLaptopsYet:
    'Здесь будут ноутбуки, которые обмениваются записями через этот хаб. Создайте первое приглашение на сервере.',
  refusedTitle: 'Непринятые изменения по причинам',
  nothingRefused: 'За последние 30 дней отказов не было.',
  reason: 'Причина',
  count: 'Число',
  last: 'Последний раз',
  whatToDo: 'Что делать',
  unknownLaptop: 'неизвестный ноутбук',
  inviteTitle: 'Пригласить ноутбук',
  inviteText:
    'Приглашение действует для одной комиссии и одного ноутбука, один раз, в течение указанных дней. На сервере:',
  inviteOnServer: 'npm run hub -- invite --partition kz/kz-19/sample --roles chair,secretary --laptop',
  inviteLaptop: '"LAPTOP-01"',
  inviteHand: 'Передайте распечатанный код или продиктуйте его по телефону.',
  revokeTitle: 'Отозвать ноутбук',
  revokeText:
    'Потерянный или списанный ноутбук получит отказ при следующей связи. Отправленное раньше сохранится. На сервере:',
  revokeLaptop: 'npm run hub -- revoke "LAPTOP-01"',
  storage: 'Хранилище',
  records: 'Записи',
  attachments: 'Вложения',
  packs: 'Учебные пакеты',
  free: 'Свободно на диске',
  forbiddenTitle: 'Отсюда страница закрыта',
  forbiddenText:
    'Страница открывается на самом сервере хаба или по паролю. Чтобы читать её с другого компьютера, задайте KOMISSIYA_HUB_STATUS_PASSWORD (не короче 12 знаков) и перезапустите хаб.',
  units: ['Б', 'кБ', 'МБ', 'ГБ'],
  decimal: ',',
  reasons: {
    revoked: ['От отозванного ноутбука', 'Ничего: отзыв действует'],
    succeeded: [
      'От копии ноутбука, который уже работает дальше',
      'Уточните в комиссии, какой ноутбук их и где копия; при сомнении отзовите ноутбук и пригласите заново',
    ],
    expired: ['Срок допуска истёк', 'Создайте новое приглашение для этого ноутбука'],
    'wrong-role': ['Не разрешено его роли', 'Проверьте роли в приглашении'],
    'wrong-partition': ['Для другой комиссии', 'Проверьте, для какой комиссии приглашён ноутбук'],
    'no-credential': ['От неподключённого ноутбука', 'Создайте приглашение для этого ноутбука'],
    garbage: ['Не читается', 'Обновите приложение на ноутбуке; если повторится, сообщите в поддержку'],
    altered: ['Изменено в пути', 'Проверьте линию; если повторится, отзовите ноутбук'],
    'bad-signature': ['Подписано другим ключом', 'Уточните в комиссии; при сомнении отзовите ноутбук'],
    'broken-chain': ['Нарушен порядок', 'Если повторится, сообщите в поддержку'],
    gap: ['Не хватает предыдущего', 'Ничего: ноутбук отправит снова сам'],
    forked: ['Ноутбук восстановлен из старой копии', 'Ничего: он сам продолжит под новым номером'],
    'too-large': ['Слишком велико или сверх квоты', 'Увеличьте KOMISSIYA_HUB_QUOTA_BYTES или уточните, что отправляют'],
  },
  otherReason: ['Другое', 'Посмотрите журнал хаба'],
};

export const statusTexts: { readonly [L in PageLocale]: StatusTexts } = { en, ru };
