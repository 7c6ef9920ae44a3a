/**
 * The road to the hub: HTTP as #shared/sync/hub-http.ts describes. Every answer is checked against the hub's key before
 * anything of it is believed.
 *
 * Failures: `sync/hub-unreachable` {cause}, `sync/hub-slow`, `sync/wrong-certificate`, `sync/certificate-date`, `sync/wrong-hub-key`, `sync/hub-refused` {reason},
 * `sync/revoked`, `sync/succeeded`, `sync/protocol` {hub, app}, `sync/stopped`; for enrolment also `sync/bad-code`, `sync/code-used`,
 * `sync/code-expired`, `sync/wrong-partition` {invited}.
 */
import { z } from 'zod';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import { checkCredential } from '#shared/sync/credential.ts';
import type { Transport } from '#shared/sync/exchange.ts';
import { hubPaths, type WaitRequest, WaitResponse } from '#shared/sync/hub-http.ts';
import { type Invitation, keyDigits } from '#shared/sync/invitation.ts';
import {
  type Credential,
  type EnrolRequest,
  EnrolResponse,
  parseMessage,
  protocolVersion,
} from '#shared/sync/messages.ts';
import { type Succession, type SuccessionRequest, SuccessionResponse } from '#shared/sync/succession.ts';
import { verifyByKey } from '../store/identity.ts';
import { sha256 } from '../store/segment-ports.ts';
import { createHubBlobs, type HubBlobs } from './hub-blobs.ts';
import { createHubMessages } from './hub-messages.ts';
import { createHubDoor, type HubDoorDeps } from './hub-door.ts';
import { createTrustedLine } from './hub-trust.ts';
import { createHubUploads } from './hub-uploads.ts';

export type HubTransportDeps = HubDoorDeps & {
  readonly timing?: HubTiming;
};

export type HubTiming = {
  /** How long nothing at all may come, ms. */
  readonly idleMs: number;
  /** How long a wait for news may be held open by the hub, ms. */
  readonly waitMs: number;
};

const usualTiming: HubTiming = { idleMs: 30_000, waitMs: 40_000 };

export type HubTransport = Transport & {
  wait(request: WaitRequest): Promise<Result<WaitResponse>>;
  /** Asks to go on in the place of an earlier identity; the credential is the hub's own and for this one. */
  succeed(succession: Succession): Promise<Result<Credential>>;
  readonly blobs: HubBlobs;
  /** Lets go of the line. */
  close(): void;
};

/** The road for exchanges with an enrolled hub. */
export function createHubTransport(deps: HubTransportDeps & { readonly hubKey: string }): HubTransport {
  const timing = deps.timing ?? usualTiming;
  const { hubKey } = deps;
  const line = createTrustedLine(deps, (key) => key === hubKey);
  const door = createHubDoor(deps, line, hubKey);
  const uploads = createHubUploads(door, timing.idleMs);
  return {
    send: createHubMessages(door, uploads, timing.idleMs),
    blobs: createHubBlobs(door, uploads, timing.idleMs),
    async wait(request) {
      const answer = await door.ask(hubPaths.wait, utf8(JSON.stringify(request)), timing.waitMs);
      if (!answer.ok) return answer;
      return parseMessage(parseForeignJson(answer.value), WaitResponse);
    },
    async succeed(succession) {
      const request: SuccessionRequest = { protocol: protocolVersion, succession };
      const answer = await door.ask(hubPaths.succeed, utf8(JSON.stringify(request)), timing.idleMs);
      const response = answer.ok ? parseMessage(parseForeignJson(answer.value), SuccessionResponse) : answer;
      if (!response.ok) return response;
      const { credential } = response.value;
      return isIssuedTo(succession, credential, hubKey) ? ok(credential) : err({ code: 'sync/wrong-hub-key' });
    },
    close: line.close,
  };
}

/** Whether the hub with this key issued a credential to the one who asked for it. */
function isIssuedTo(
  asker: { readonly replica: string; readonly publicKey: string },
  credential: Credential,
  hubKey: string,
): boolean {
  const isAskers = credential.replica === asker.replica && credential.publicKey === asker.publicKey;
  return isAskers && checkCredential(credential, hubKey, verifyByKey).ok;
}

/** Whose answer it says it is: in every version. */
const SaysKey = z.looseObject({ hubKey: z.string() });

/** A hub's answer to an invitation, and the key of its TLS line as it signed for it (null: public, or plain HTTP). */
export type Enrolled = EnrolResponse & { readonly tlsKey: string | null };

/**
 * Turns an invitation into an enrolment. The hub that answers must own the key whose digits stand in the code, and the
 * credential must be this laptop's and signed by that key; anything else is `sync/wrong-hub-key`. On TLS all this is
 * proved before the code is sent.
 */
export async function enrolAtHub(
  deps: HubTransportDeps,
  invitation: Invitation & { readonly hubKey?: string | undefined },
  request: EnrolRequest,
): Promise<Result<Enrolled>> {
  // A file or a link names the whole key, typed digits six of its digits.
  const isHub = (key: string): boolean =>
    keyDigits(key, sha256) === invitation.keyDigits && (invitation.hubKey ?? key) === key;
  const line = createTrustedLine(deps, isHub);
  const idleMs = (deps.timing ?? usualTiming).idleMs;
  const door = createHubDoor(deps, line, null, (message) => {
    const said = SaysKey.safeParse(parseForeignJson(message));
    return said.success && isHub(said.data.hubKey) ? said.data.hubKey : null;
  });
  const answer = await door.ask(hubPaths.enrol, utf8(JSON.stringify(request)), idleMs);
  line.close();
  if (!answer.ok) return answer;
  const parsed = parseMessage(parseForeignJson(answer.value), EnrolResponse);
  if (!parsed.ok) return parsed;
  const response = parsed.value;
  const { credential, hubKey } = response;
  if (!isIssuedTo(request, credential, hubKey)) return err({ code: 'sync/wrong-hub-key' });
  return ok({ ...response, tlsKey: line.tlsKey() ?? null });
}
