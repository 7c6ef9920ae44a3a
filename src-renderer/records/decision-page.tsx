import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { keepers } from '#shared/access/roles.ts';
import { locales } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useCountry } from '#renderer/app/country.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { DecisionForm } from './decision-form.tsx';
import { DecisionPreview } from './decision-preview.tsx';
import { DecisionRecord } from './decision-record.tsx';
import { idFrom, textOf, textOrNull } from './record-values.ts';
import './decisions.css';
import './records.css';

type Values = RecordView['values'];

/** A decision: a new one, a draft in its form, or the signed record. */
export function DecisionPage() {
  const params = useParams({ strict: false });
  const given = params['id'];
  const id = idFrom(given);
  if (given === undefined) return <Decision key="new" stored={null} />;
  if (id !== null) return <Decision key={id} stored={id} />;
  return (
    <Page>
      <FailureNote failure={{ code: 'records/not-found' }} />
    </Page>
  );
}

/** Stands in the input of a call that is not made. */
const noId = '00000000-0000-7000-8000-000000000000' as Id;

/** A new decision becomes a record with the first word typed and stays the same form, so that nothing is torn from under the hands. */
function Decision({ stored }: { stored: Id | null }) {
  const session = useSession();
  const navigate = useNavigate();
  const [created, setCreated] = useState<Id | null>(null);
  const [isPreview, setIsPreview] = useState(false);
  const id = stored ?? created;
  const decision = useCall('records.get', { kind: 'decision', id: id ?? noId }, { enabled: id !== null });
  const start = useStart(stored === null);
  // What is being typed must not be torn away with a draft that somebody removes meanwhile, or that is gone from here.
  const [held, setHeld] = useState<RecordView | null>(null);
  const record = decision.value ?? held;
  const values = record?.values ?? start.values;

  if (values === null || (stored !== null && record === null)) {
    return (
      <Page>
        {(decision.isLoading || start.isLoading) && <Skeleton lines={8} />}
        <FailureNote failure={decision.failure} />
      </Page>
    );
  }
  if (record !== null && isPreview) return <DecisionPreview decision={record} onBack={() => setIsPreview(false)} />;
  const isDraft = keepers.includes(session.role) && textOf({ values }, 'state') !== 'signed';
  if (isDraft && record?.removed === false && record !== held) setHeld(record);
  if (isDraft && (record?.removed !== true || held !== null))
    return <DecisionForm stored={values} record={record} onCreated={setCreated} onPreview={() => setIsPreview(true)} />;
  if (record === null) return null;
  return (
    <DecisionRecord
      decision={record}
      onPreview={() => setIsPreview(true)}
      onOpen={(other) => void navigate({ to: '/records/decisions/$id', params: { id: other } })}
    />
  );
}

/** What a new decision begins with: the next number, today, the commission's place and languages, who signs. Fixed once it is known. */
function useStart(isWanted: boolean): { values: Values | null; isLoading: boolean } {
  const session = useSession();
  const format = useFormat();
  const country = useCountry(isWanted ? session.country : null);
  const [today] = useState(format.today);
  const [values, setValues] = useState<Values | null>(null);
  const isOpen = isWanted && values === null;
  const hasCommission = session.commission !== null;
  const number = useCall('records.nextDecisionNumber', {}, { enabled: isOpen });
  const own = useCall('commissions.own', { on: today }, { enabled: isOpen && hasCommission });
  const hasCountry = session.country === null || country !== null;
  const isKnown =
    number.value !== undefined && hasCountry && (!hasCommission || own.value !== undefined || own.failure !== null);
  useEffect(() => {
    if (!isOpen || !isKnown) return;
    const holder = (role: string, field: 'name' | 'nameLatin' = 'name'): string | null => {
      const member = own.value?.members.find((candidate) => candidate.membership.values['role'] === role);
      return member === undefined ? null : textOrNull(member.contact, field);
    };
    setValues({
      state: 'draft',
      number: number.value?.number ?? null,
      decidedOn: today,
      ...Object.fromEntries(
        ['place', ...locales.map((locale) => localizedField('place', locale))].map((field) => [
          field,
          own.value === undefined ? null : textOrNull(own.value.commission, field),
        ]),
      ),
      languages: [...(country?.languages ?? [format.locale])].toSorted(),
      chair: holder('chair'),
      secretary: holder('secretary'),
      // An English paper has names as passports do.
      chair_en: holder('chair', 'nameLatin'),
      secretary_en: holder('secretary', 'nameLatin'),
    });
  }, [isOpen, isKnown, own.value, number.value, country, today, format.locale]);
  return { values, isLoading: number.isLoading };
}
