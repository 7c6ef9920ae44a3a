/** The contacts list and its groups. See #shared/contacts/contract.ts. */
import { Contact } from '#shared/contacts/contact.ts';
import { ContactGroup, type contactsContract } from '#shared/contacts/contract.ts';
import { needsCheckBefore } from '#shared/contacts/contact-rules.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { isoDateOf } from '#shared/i18n/dates.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { ok } from '#shared/kernel/result.ts';
import type { OpenProfile } from '../access/profile.ts';
import type { ListOptions } from '../store/records-queries.ts';

type Conditions = NonNullable<ListOptions['conditions']>;

export function createContactsService(deps: {
  open: () => OpenProfile;
  time: Time;
}): DomainHandlers<typeof contactsContract> {
  function conditionsOf(group: ContactGroup): Conditions {
    switch (group) {
      case 'all':
        return [];
      case 'needs-check':
        return [
          {
            sql: '(r.f_checkedOn is null or r.f_checkedOn < ?)',
            values: [needsCheckBefore(isoDateOf(deps.time.now(), 0))],
          },
        ];
      case 'no-consent':
        return [{ sql: `(r.f_consent is null or r.f_consent <> 'given')`, values: [] }];
      case 'chair':
      case 'secretary':
      case 'member':
      case 'trainer':
      case 'partner':
        return [{ sql: 'r.f_role = ?', values: [group] }];
    }
  }

  return {
    list({ group, search, country, locale, offset, limit }) {
      const page = deps.open().store.queries.list({
        kind: Contact,
        conditions: conditionsOf(group),
        ...(country === null ? {} : { where: { country } }),
        search,
        sort: { field: 'name' },
        locale,
        offset,
        limit,
      });
      return ok(page);
    },
    groups() {
      const { queries } = deps.open().store;
      const counts = Object.fromEntries(
        ContactGroup.options.map((group) => [group, queries.count(Contact, conditionsOf(group))]),
      );
      return ok({ counts: counts as { [group in ContactGroup]: number } }); // made from all groups
    },
  };
}
