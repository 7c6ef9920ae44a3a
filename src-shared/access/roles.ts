/**
 * Roles a person may hold and what they allow. A person holds one role on a laptop; a hub credential grants
 * roles on partition prefixes.
 */
import { z } from 'zod';

export const Role = z.enum(['chair', 'deputy', 'secretary', 'member', 'trainer', 'staff']);
export type Role = z.infer<typeof Role>;

/** Those who keep the commission's papers. */
export const keepers: readonly Role[] = ['chair', 'deputy', 'secretary', 'staff'];
/** Everybody, trainers and members too. */
export const everyone: readonly Role[] = Role.options;
/** Those whose signature freezes a paper. */
export const signers: readonly Role[] = ['chair', 'deputy', 'secretary'];
