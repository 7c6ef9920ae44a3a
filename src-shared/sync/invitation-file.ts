/**
 * An invitation that travels whole: as a file on a stick, or as the link in a QR code. Unlike the typed code it carries the
 * hub's whole key, so nobody can answer in the hub's place, and the address. A laptop without a line answers the file with an
 * enrolment request on the same stick (parcel.ts).
 */
import { z } from 'zod';
import { Partition } from '../access/partitions.ts';
import { PublicKey } from '../kernel/hex.ts';
import { AgeRecipient } from './messages.ts';

export const invitationFileName = 'komissiya-invitation.json';

/** Whether a file's name is that of an invitation or of a copy of one: `komissiya-invitation (2).json`. */
export function isInvitationName(name: string): boolean {
  return /^komissiya-invitation.*\.json$/i.test(name);
}

export const InvitationFile = z.strictObject({
  format: z.literal('komissiya invitation 1'),
  hubName: z.string().max(120),
  /** Ed25519 public key of the hub. */
  hubKey: PublicKey,
  /** Where an enrolment request for this hub is sealed to, when it travels by stick; hubs of the first builds say none. */
  hubRecipient: AgeRecipient.optional(),
  /** Origin of the hub; null where the operator did not say it. */
  address: z.string().max(300).nullable(),
  /** The twenty digits, without spaces. */
  code: z.string().regex(/^\d{20}$/),
  /** How the laptop will be listed, and for which partitions the invitation is. */
  laptop: z.string().max(120),
  partitions: z.array(Partition).min(1).max(20),
  /** Milliseconds UTC. */
  expiresAt: z.int(),
});
export type InvitationFile = z.infer<typeof InvitationFile>;

/** Reads an invitation file's text; null when it is none. */
export function parseInvitationFile(text: string): InvitationFile | null {
  try {
    return InvitationFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What stands in the QR code: `komissiya:invite?code=…&key=…&hub=…`. */
export function invitationLink(invitation: Pick<InvitationFile, 'code' | 'hubKey' | 'address'>): string {
  const hub = invitation.address === null ? '' : `&hub=${encodeURIComponent(invitation.address)}`;
  return `komissiya:invite?code=${invitation.code}&key=${invitation.hubKey}${hub}`;
}

/** Takes a link apart; null when it is none. */
export function parseInvitationLink(link: string): Pick<InvitationFile, 'code' | 'hubKey' | 'address'> | null {
  const [, code, hubKey, hub] =
    /^komissiya:invite\?code=(\d{20})&key=([0-9a-f]{64})(?:&hub=([A-Za-z0-9%._~:-]{1,900}))?$/.exec(link.trim()) ?? [];
  if (code === undefined || hubKey === undefined) return null;
  try {
    return { code, hubKey, address: hub === undefined ? null : decodeURIComponent(hub) };
  } catch {
    return null;
  }
}
