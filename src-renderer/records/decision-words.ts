/** Words for decisions: fields and values, and the text of a decision in the nearest language. */
import { type Locale, localeFacts, locales } from '#shared/i18n/locales.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import { paperFields } from '#shared/records/decision.ts';
import { attachmentsOf } from '#shared/files/attachment.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { localizedText } from '#shared/records/record-title.ts';
import { optionOf, splitLocalized } from '../commissions/commission-words.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import type { FieldWords } from './record-history.tsx';
import { listOf, textOf } from './record-values.ts';

const decisionFields = [
  'state',
  'number',
  'decidedOn',
  'place',
  'basis',
  'languages',
  'votesFor',
  'votesAgainst',
  'votesAbstained',
  'present',
  'chair',
  'secretary',
  'signedAt',
  'signedBy',
  'corrects',
  'files',
  'sealedFiles',
] as const;

/** Labels and values of a decision's fields, for its history. */
export function useDecisionWords(): FieldWords {
  const { t } = useTranslation('records');
  const format = useFormat();
  return {
    labelOf: (field) => {
      const known = optionOf(decisionFields, field);
      if (known !== null) return t(`field.${known}`);
      const [base, locale] = splitLocalized(field) ?? [field, null];
      if (locale === null) return field;
      const language = format.language(locale);
      const ofPaper = optionOf(paperFields, base);
      if (ofPaper !== null) return t('field.ofPaperIn', { field: t(`field.${ofPaper}`), language });
      return t(base === 'title' ? 'field.titleIn' : 'field.bodyIn', { language });
    },
    valueOf: (field, value) => {
      if (value === null) return '';
      if (field === 'state') return t(value === 'signed' ? 'state.signed' : 'state.draft');
      if (field === 'decidedOn') return format.date(String(value));
      if (field === 'signedAt' && typeof value === 'number') return format.dateTime(value);
      // Ids say nothing to a reader; the step's own line names who acted.
      if (field === 'signedBy' || field === 'corrects') return t('history.set');
      if (field === 'files' || field === 'sealedFiles') {
        const list = attachmentsOf(field === 'files' ? { files: value } : { sealedFiles: value }).own;
        return format.list(list.map(({ name }) => name));
      }
      if (Array.isArray(value))
        return format.list(locales.filter((locale) => value.includes(locale)).map((locale) => format.language(locale)));
      return String(value);
    },
  };
}

/** The languages a decision is written in: those it names, and any that has words. In the order of our list. */
export function decisionLocales(record: Pick<RecordView, 'values'>): Locale[] {
  const named = listOf(record, 'languages');
  return locales.filter(
    (locale) =>
      named.includes(locale) ||
      textOf(record, localizedField('title', locale)) !== '' ||
      textOf(record, localizedField('body', locale)) !== '',
  );
}

/** The title in the reader's language, else in the nearest; with its `lang` where it is another. */
export function titleIn(record: Pick<RecordView, 'values'>, locale: Locale): { text: string; lang: string } | null {
  const title = localizedText(record, 'title', locale);
  return title === null ? null : { text: title.text, lang: localeFacts[title.locale].htmlLang };
}
