/**
 * What is typed into a contact form and not saved yet. It lives in the memory of the signed-in window, beside its answers: another page
 * does not lose it, locking erases it, and nothing of it reaches the disk.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { RecordView } from '#shared/records/contract.ts';

export type ContactChanges = { readonly [field: string]: RecordView['values'][string] };

export type ContactDraft = {
  readonly changes: ContactChanges;
  readonly set: (changes: ContactChanges) => void;
  readonly clear: () => void;
};

/** The draft of one contact, `new` for the one that is being added. */
export function useContactDraft(id: string): ContactDraft {
  const client = useQueryClient();
  const [changes, setChanges] = useState<ContactChanges>(() => client.getQueryData<ContactChanges>(keyOf(id)) ?? {});
  const set = useCallback(
    (more: ContactChanges) => {
      client.setQueryDefaults(['draft'], { gcTime: Number.POSITIVE_INFINITY });
      const next = { ...client.getQueryData<ContactChanges>(keyOf(id)), ...more };
      client.setQueryData<ContactChanges>(keyOf(id), next);
      setChanges(next);
    },
    [client, id],
  );
  const clear = useCallback(() => {
    client.removeQueries({ queryKey: keyOf(id), exact: true });
    setChanges({});
  }, [client, id]);
  return { changes, set, clear };
}

function keyOf(id: string): readonly string[] {
  return ['draft', 'contact', id];
}
