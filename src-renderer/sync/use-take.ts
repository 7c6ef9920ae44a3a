import type { Failure } from '#shared/kernel/result.ts';
import type { StickPlace } from '#shared/sync/stick-contract.ts';
import { useState } from 'react';
import { useCommand } from '#renderer/app/use-command.ts';
import { useNotify } from '#renderer/ui/notification.tsx';
import { takenFailure } from './received-failure.ts';

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
    // Where nothing came because something was refused, the failure says it: that there was nothing would be wrong.
    if (received + attachments > 0 || problem === undefined) {
      const text = attachments > 0 ? 'stick:takenFiles' : received > 0 ? 'stick:taken' : 'stick:takenNone';
      notify({ text, values: { number: received, files: attachments } });
    }
    return problem === undefined;
  };
  const failure = take.failure ?? refused;
  return {
    run,
    async all(places) {
      for (const place of places) if (await run(place.id)) return;
    },
    isBusy: take.isBusy,
    failure: failure === null ? null : takenFailure(failure),
  };
}
