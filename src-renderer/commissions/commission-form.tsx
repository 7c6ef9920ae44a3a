import { localizedText, paperText } from '#shared/records/record-title.ts';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useAutosave } from '#renderer/app/autosave.ts';
import { call } from '#renderer/app/bridge.ts';
import { useCountry } from '#renderer/app/country.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { AutosaveNote } from '#renderer/ui/autosave-note.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { DateField } from '#renderer/ui/date-field.tsx';
import { FootBar } from '#renderer/ui/foot-bar.tsx';
import { NumberField } from '#renderer/ui/number-field.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { HeldTextField } from '../records/held-text-field.tsx';
import { givenValues } from '../records/record-values.ts';
import { useEscape } from '../records/use-escape.ts';

type Values = RecordView['values'];

/** The commission's own facts. Saved after each field. */
export function CommissionForm({ commission, onDone }: { commission: RecordView; onDone: () => void }) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const session = useSession();
  const country = useCountry(session.country);
  const autosave = useAutosave<Values>(commission.values, (changes) =>
    call('records.save', { kind: 'commission', id: commission.id, values: givenValues(changes) }),
  );
  const { values, set } = autosave;
  const leave = () => void autosave.flush().then((isSaved) => isSaved && onDone());
  useEscape(leave);
  useShortcut('save', () => void autosave.flush());

  const bound = (field: 'appointedBy' | 'appointmentAct' | 'address' | 'phone' | 'email') => ({
    label: t(`field.${field}`),
    optional: true,
    value: String(values[field] ?? ''),
    onChange: (value: string) => set({ [field]: value === '' ? null : value }),
    onBlur: () => void autosave.flush(),
  });
  const boundIn = (base: 'name' | 'place', locale: Locale) => ({
    label: t(`field.${base}In`, { language: format.language(locale) }),
    optional: true,
    lang: localeFacts[locale].htmlLang,
    value: String(values[localizedField(base, locale)] ?? ''),
    onChange: (value: string) => set({ [localizedField(base, locale)]: value === '' ? null : value }),
    onBlur: () => void autosave.flush(),
  });
  const boundNumber = (field: 'seats' | 'quorum') => ({
    label: t(`field.${field}`),
    value: typeof values[field] === 'number' ? values[field] : null,
    min: 1,
    max: 500,
    onChange: (value: number | null) => set({ [field]: value }),
    onBlur: () => void autosave.flush(),
  });
  const seats = values['seats'];
  const quorum = values['quorum'];
  const isTooFew = typeof seats === 'number' && typeof quorum === 'number' && quorum > seats;
  const ownLocales: readonly Locale[] = country === null ? [] : [...new Set([...country.languages, format.locale])];
  return (
    <Page
      foot={
        <FootBar left={<AutosaveNote autosave={autosave} />}>
          <Button variant="filled" icon={IconCheck} onClick={leave}>
            {t('formDone')}
          </Button>
        </FootBar>
      }
    >
      <PageTitle
        title={t('formTitle')}
        crumb={<span>{localizedText(commission, 'name', format.locale)?.text ?? t('title')}</span>}
      />
      <div className="commissions-form">
        {ownLocales.map((locale) => (
          <HeldTextField key={locale} {...boundIn('name', locale)} />
        ))}
        <div className="commissions-three">
          <NumberField {...boundNumber('seats')} />
          <NumberField
            {...boundNumber('quorum')}
            hint={t('quorumHint')}
            {...(isTooFew && { error: t('quorumTooBig') })}
          />
          <DateField
            label={t('field.formedOn')}
            optional
            value={typeof values['formedOn'] === 'string' ? values['formedOn'] : null}
            onChange={(value) => set({ formedOn: value })}
          />
        </div>
        <HeldTextField {...bound('appointedBy')} letters />
        <HeldTextField {...bound('appointmentAct')} />
        {ownLocales.map((locale) => (
          <HeldTextField
            key={locale}
            {...boundIn('place', locale)}
            placeholder={paperText({ values }, 'place', locale)}
            hint={t('placeHint')}
          />
        ))}
        <HeldTextField {...bound('address')} />
        <div className="commissions-three">
          <HeldTextField {...bound('phone')} type="tel" />
          <HeldTextField {...bound('email')} type="email" />
        </div>
      </div>
    </Page>
  );
}
