import { choice, defineKind, text } from '../kinds/define-kind.ts';
import { everyone, keepers, Role } from './roles.ts';

/** Somebody who signs in on one of the commission's laptops. Says who wrote what in every history. */
export const Person = defineKind({
  name: 'person',
  number: 1,
  domain: 'access',
  partition: 'commission',
  rights: { write: everyone, remove: keepers },
  fields: {
    name: text(1, { required: true, personal: true, searchable: true, sortable: true }),
    role: choice(2, Role.options, { required: true }),
  },
});

/** The role of a person record, or null when the value is unknown to this version. */
export function roleOf(value: unknown): Role | null {
  const parsed = Role.safeParse(value);
  return parsed.success ? parsed.data : null;
}
