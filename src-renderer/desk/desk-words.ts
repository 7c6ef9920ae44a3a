/** Words of the conflict desk: names of records, fields by kind, who and where. */
import { localeFacts } from '#shared/i18n/locales.ts';
import type { DeskAuthor, DeskLine } from '#shared/desk/contract.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCommissionWords } from '../commissions/commission-words.ts';
import { useMembershipWords } from '../commissions/membership-words.ts';
import { useContactWords } from '../contacts/contact-words.ts';
import { useDecisionWords } from '../records/decision-words.ts';
import type { FieldWords } from '../records/record-history.tsx';

type Kind = DeskLine['kind'];

/** Labels and values of a kind's fields. */
export function useFieldWords(): (kind: Kind) => FieldWords {
  const decision = useDecisionWords();
  const contact = useContactWords();
  const commission = useCommissionWords();
  const membership = useMembershipWords();
  return (kind) =>
    kind === 'contact' ? contact : kind === 'commission' ? commission : kind === 'membership' ? membership : decision;
}

/** What a list calls a record; `detail` is its title where the name is a number. */
export function useRecordName(): (line: Pick<DeskLine, 'kind' | 'title' | 'titleLocale' | 'number'>) => {
  name: string;
  lang: string | undefined;
  detail: string;
} {
  const { t } = useTranslation('records');
  const { t: tApp } = useTranslation('app');
  return ({ kind, title, titleLocale, number }) => {
    const lang = titleLocale === null ? undefined : localeFacts[titleLocale].htmlLang;
    if (kind === 'decision')
      return { name: number === '' ? t('form.titleNoNumber') : t('form.title', { number }), lang, detail: title };
    return { name: title === '' ? tApp(`kind.${kind}`) : title, lang, detail: tApp(`kind.${kind}`) };
  };
}

export type AuthorWords = { readonly where: string; readonly who: string; readonly when: string };

/** On which laptop, who, when. */
export function useAuthorWords(): (author: DeskAuthor) => AuthorWords {
  const { t } = useTranslation('desk');
  const format = useFormat();
  const session = useSession();
  return ({ by, byName, laptop, isThisLaptop, at }) => ({
    where: isThisLaptop ? t('laptop.this') : laptop === null ? t('laptop.other') : t('laptop.named', { name: laptop }),
    who: by === session.person ? t('author.you') : (byName ?? t('author.unknown')),
    when: format.dateTime(at),
  });
}
