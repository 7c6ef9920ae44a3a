/** Where a record is shown, and its sign. */
import IconAddressBook from '@tabler/icons-react/dist/esm/icons/IconAddressBook.mjs';
import IconCertificate from '@tabler/icons-react/dist/esm/icons/IconCertificate.mjs';
import IconGavel from '@tabler/icons-react/dist/esm/icons/IconGavel.mjs';
import IconId from '@tabler/icons-react/dist/esm/icons/IconId.mjs';
import IconVersions from '@tabler/icons-react/dist/esm/icons/IconVersions.mjs';
import IconSchool from '@tabler/icons-react/dist/esm/icons/IconSchool.mjs';
import IconUsersGroup from '@tabler/icons-react/dist/esm/icons/IconUsersGroup.mjs';
import type { RecordView } from '#shared/records/contract.ts';
import type { TablerIcon } from '#renderer/ui/icon.tsx';

export type RecordKind = RecordView['kind'];
export type Address =
  | { to: '/contacts/$id' | '/records/decisions/$id'; params: { id: string } }
  | { to: '/commission' | '/training' | '/settings' | '/records/desk' | '/sync' };

/** The page of a record, for `navigate` and `Link`. */
export function recordAddress(kind: RecordKind, id: string): Address {
  switch (kind) {
    case 'contact':
      return { to: '/contacts/$id', params: { id } };
    case 'decision':
      return { to: '/records/decisions/$id', params: { id } };
    case 'commission':
    case 'membership':
      return { to: '/commission' };
    case 'progress':
    case 'attempt':
      return { to: '/training' };
    case 'person':
      return { to: '/settings' };
    case 'settlement':
      return { to: '/records/desk' };
    case 'stray':
      return { to: '/sync' };
  }
}

const icons: Record<RecordKind, TablerIcon> = {
  contact: IconAddressBook,
  decision: IconGavel,
  commission: IconUsersGroup,
  membership: IconUsersGroup,
  person: IconId,
  progress: IconSchool,
  attempt: IconCertificate,
  settlement: IconVersions,
  stray: IconVersions,
};

/** The sign of a kind. */
export function kindIcon(kind: RecordKind): TablerIcon {
  return icons[kind];
}
