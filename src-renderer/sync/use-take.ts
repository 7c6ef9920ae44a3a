import type { Failure } from '#shared/kernel/result.ts';
import type { StickPlace } from '#shared/sync/stick-contract.ts';
import { useState } from 'react';
import { useCommand } from '#renderer/app/use-command.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useNotify } from '#renderer/ui/notification.tsx';

export type Take = {
  /** Takes in what lies in one place; answers whether all of it was fine. */
  readonly run: (place: string) => Promise<boolean>;
  /** The same for all places, where nobody knows which stick it is. */
  readonly all: (places: readonly StickPlace[]) => Promise<void>;
  readonly isBusy: boolean;
  /** Why nothing could be taken, or what of it was refused. */
  readonly failure: Failure | null;
};

/** Taking in from a stick, and saying what came of it. */
export function useTake(): Take {
  const { t } = useTranslation('stick');
  const take = useCommand('stick.take');
  const notify = useNotify();
  const [refused, setRefused] = useState<Failure | null>(null);
  const run = async (place: string): Promise<boolean> => {
    setRefused(null);
    const result = await take.run({ place });
    if (!result.ok) return false;
    const { received, attachments, problems } = result.value;
    const [problem] = problems;
    if (problem !== undefined) setRefused(problem);
    const counts = { number: received, files: attachments };
    notify({ text: t(attachments > 0 ? 'takenFiles' : received > 0 ? 'taken' : 'takenNone', counts) });
    return problem === undefined;
  };
  return {
    run,
    async all(places) {
      for (const place of places) if (await run(place.id)) return;
    },
    isBusy: take.isBusy,
    failure: take.failure ?? refused,
  };
}
