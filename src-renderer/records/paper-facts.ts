import { useState } from 'react';
import type { Id } from '#shared/kernel/ids.ts';
import { useCall } from '#renderer/app/api.ts';
import { useProfile, useSession } from '#renderer/app/profile.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import type { PaperFacts } from './decision-paper.tsx';
import { textOrNull } from './record-values.ts';

/** Stands in the input of a call that is not made. */
const noId = '00000000-0000-7000-8000-000000000000' as Id;

/** All that a decision's paper shows; null until it is known. */
export function usePaperFacts(id: Id | null): PaperFacts | null {
  const session = useSession();
  const profile = useProfile();
  const format = useFormat();
  const [printedAt] = useState(Date.now);
  const decision = useCall('records.get', { kind: 'decision', id: id ?? noId }, { enabled: id !== null });
  const on = decision.value === undefined ? null : (textOrNull(decision.value, 'decidedOn') ?? format.today());
  const hasCommission = session.commission !== null;
  const own = useCall('commissions.own', { on: on ?? format.today() }, { enabled: hasCommission && on !== null });
  const isKnown = !hasCommission || own.value !== undefined || own.failure !== null;
  if (decision.value === undefined || !isKnown) return null;
  return {
    decision: decision.value,
    commission: own.value?.commission ?? null,
    seats: own.value === undefined || own.value.members.length === 0 ? null : own.value.members.length,
    isSample: profile.state.sample,
    printedBy: session.name,
    printedAt,
  };
}
