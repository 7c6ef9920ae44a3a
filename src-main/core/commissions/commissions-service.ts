/** The commission's own page. See #shared/commissions/contract.ts. */
import { Commission } from '#shared/commissions/commission.ts';
import type { commissionsContract } from '#shared/commissions/contract.ts';
import { Membership } from '#shared/commissions/membership.ts';
import { changeDays, lastDay, sitsOn, type Term, vacancies } from '#shared/commissions/membership-rules.ts';
import { Contact } from '#shared/contacts/contact.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { OpenProfile } from '../access/profile.ts';
import { toldCommission } from '../access/told-commission.ts';

/** More members than any commission has. */
const mostMembers = 500;
const roleOrder = ['chair', 'deputy', 'secretary', 'member'];

export function createCommissionsService(deps: {
  open: () => OpenProfile;
}): DomainHandlers<typeof commissionsContract> {
  return {
    own({ on }) {
      const { store, session } = deps.open();
      if (session.commission === null) return err({ code: 'commissions/none' });
      const record = store.queries.get(Commission, session.commission);
      const commission = record ?? toldCommission(store, session.commission);
      if (commission === null) return err({ code: 'commissions/none' });
      const all = store.queries.list({
        kind: Membership,
        where: { commission: commission.id },
        sort: { field: 'startsOn' },
        locale: 'ru',
        limit: mostMembers,
      }).rows;
      const nameOf = (membership: RecordView): string | null => {
        const name = store.queries.get(Contact, String(membership.values.contact))?.values.name;
        return typeof name === 'string' ? name : null;
      };
      const members = all
        .filter((membership) => sitsOn(termOf(membership), on))
        .sort((a, b) => roleOrder.indexOf(String(a.values.role)) - roleOrder.indexOf(String(b.values.role)))
        .flatMap((membership) => {
          const contact = store.queries.get(Contact, String(membership.values.contact));
          if (contact === null) return []; // its contact has not arrived yet
          const last = lastDay(termOf(membership));
          const next =
            last === null
              ? undefined
              : all.find((other) => other.values.role === membership.values.role && termOf(other).startsOn > last);
          return [{ membership, contact, nextName: next === undefined ? null : nameOf(next) }];
        });
      const terms = all.map(termOf);
      const seats = typeof commission.values.seats === 'number' ? commission.values.seats : null;
      return ok({
        commission,
        isTold: record === null,
        members,
        changedOn: changeDays(terms),
        seats,
        vacancies: vacancies(terms, seats ?? 0, on).map((since) => ({ since })),
      });
    },
    ofContact({ contact }) {
      const { rows } = deps.open().store.queries.list({
        kind: Membership,
        where: { contact },
        sort: { field: 'startsOn', descending: true },
        locale: 'ru',
        limit: mostMembers,
      });
      return ok({ rows });
    },
  };
}

function termOf(membership: RecordView): Term {
  const { startsOn, endsOn, leftOn } = membership.values;
  return {
    startsOn: String(startsOn),
    endsOn: typeof endsOn === 'string' ? endsOn : null,
    leftOn: typeof leftOn === 'string' ? leftOn : null,
  };
}
