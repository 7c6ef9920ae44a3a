/** Enrolment over the line: shows the hub an invitation, and keeps what it answers. By stick: stick-enrolment.ts. */
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { parseInvitation } from '#shared/sync/invitation.ts';
import { type Credential, protocolVersion } from '#shared/sync/messages.ts';
import { emptyMemory } from './exchange-outcome.ts';
import { parseHubAddress } from './hub-address.ts';
import { enrolAtHub, type HubTransportDeps } from './hub-transport.ts';
import { loadSealKey } from './parcel-seal.ts';
import type { SyncProfile } from './sync-profile.ts';

/** What a person typed, or a file or link said: only those name the hub's whole key. */
export type TypedInvitation = { readonly address: string; readonly code: string; readonly hubKey?: string | undefined };

/**
 * Answers the credential the hub gave; the enrolment stands then.
 * @param transportDeps what a road to an address takes
 * @param now milliseconds UTC
 * Failures: those of `parseInvitation`, `enrolAtHub` and the store; `sync/hub-unreachable` {cause: bad-address}.
 */
export async function enrolOverLine(
  { store, publicKey }: SyncProfile,
  input: TypedInvitation,
  transportDeps: (address: string) => HubTransportDeps,
  now: () => number,
): Promise<Result<Credential>> {
  const invitation = parseInvitation(input.code);
  if (!invitation.ok) return invitation;
  const address = parseHubAddress(input.address);
  if (address === null) return err({ code: 'sync/hub-unreachable', cause: 'bad-address' });
  const asked = { ...invitation.value, hubKey: input.hubKey };
  const answer = await enrolAtHub(transportDeps(address), asked, {
    protocol: protocolVersion,
    code: invitation.value.digits,
    replica: store.replica,
    publicKey,
    partition: store.ownPartition(),
    role: store.ownRole(),
    recipient: (await loadSealKey(store)).recipient,
  });
  if (!answer.ok) return answer;
  const { hubKey, hubName, epoch, credential, tlsKey } = answer.value;
  const hubRecipient = answer.value.hubRecipient ?? null;
  const enrolledAt = now();
  store.setSuccession(null);
  store.setEnrolment({ address, hubKey, hubRecipient, tlsKey, hubName, epoch, credential, enrolledAt });
  store.setSyncMemory({ ...emptyMemory, lastContactAt: enrolledAt });
  const added = store.addCredentials([credential]);
  return added.ok ? ok(credential) : added;
}
