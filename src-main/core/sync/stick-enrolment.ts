/** Enrolment by stick: writes the request, judges the answer. */
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { checkCredential } from '#shared/sync/credential.ts';
import { keyDigits } from '#shared/sync/invitation.ts';
import { type EnrolAnswerParcel, makeParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import { verifyByKey } from '../store/identity.ts';
import { sha256 } from '../store/segment-ports.ts';
import { loadSealKey, sealTo } from './parcel-seal.ts';
import { type StickFolder, wrapForStick, writeStickFile } from './stick-files.ts';
import { type ScanCache, scanPlace, type StickFile } from './stick-scan.ts';
import type { SyncProfile } from './sync-profile.ts';

/**
 * Writes a request into a place: sealed to the hub where its invitation lies beside it, open where there is none. Answers
 * six digits of this laptop's key, for hub staff to compare. Failures: those of `writeStickFile`.
 */
export async function requestEnrolment(
  at: SyncProfile,
  place: StickFolder,
  now: number,
  cache: ScanCache,
): Promise<Result<{ digits: string; isInvited: boolean }>> {
  const { store } = at;
  const key = await loadSealKey(store);
  const found = (await scanPlace(place.path, key, cache)).find((file) => file.what === 'invitation');
  // Without its key the code would lie open: such an invitation is for the line only.
  const invitation = found?.invitation.hubRecipient === undefined ? null : found.invitation;
  const message = makeParcel(
    {
      what: 'enrol-request',
      code: invitation?.code ?? null,
      replica: store.replica,
      publicKey: at.publicKey,
      recipient: key.recipient,
      partition: store.ownPartition(),
      role: store.ownRole(),
    },
    [],
    at.sign,
  );
  const hub = invitation?.hubRecipient;
  const file =
    hub === undefined ? wrapForStick('request.json', message) : wrapForStick('parcel.age', await sealTo(hub, message));
  const written = await writeStickFile(place, parcelName(store.replica, 'enrolment', 1, sha256), file);
  if (!written.ok) return written;
  store.setPendingEnrolment({ hubKey: invitation?.hubKey ?? null, writtenAt: now });
  return ok({ digits: keyDigits(at.publicKey, sha256), isInvited: invitation !== null });
}

/**
 * Enrols with the newest answer of a place. Failures: `stick/nothing`, `stick/other-hub`, `stick/wrong-answer` (of another
 * laptop, forged, or of a hub that had not invited and whose digits nobody compared), `sync/bad-credential`.
 */
export async function acceptEnrolment(
  at: SyncProfile,
  place: string,
  { confirmed, now }: { readonly confirmed: boolean; readonly now: number },
  cache: ScanCache,
): Promise<Result<{ hubName: string }>> {
  const { store } = at;
  const answer = newestAnswer(await scanPlace(place, await loadSealKey(store), cache));
  if (answer === null) return err({ code: 'stick/nothing' });
  const { hubKey, hubName, hubRecipient, epoch, credential, address } = answer;
  const enrolment = store.enrolment();
  if (enrolment !== null && enrolment.hubKey !== hubKey) return err({ code: 'stick/other-hub' });
  const isOurs = credential.replica === store.replica && credential.publicKey === at.publicKey;
  const isExpected = confirmed || digitsToCompare(at, answer) === null;
  if (!isOurs || !isExpected || !checkCredential(credential, hubKey, verifyByKey).ok) {
    return err({ code: 'stick/wrong-answer' });
  }
  store.setSuccession(null);
  store.setEnrolment({ address, hubName, hubKey, hubRecipient, epoch, credential, enrolledAt: now });
  const added = store.addCredentials([credential]);
  if (!added.ok) return added;
  store.setPendingEnrolment(null);
  return ok({ hubName });
}

/** The digits a person must compare before an answer counts; null where its hub had invited this laptop. */
export function digitsToCompare(at: SyncProfile, answer: EnrolAnswerParcel): string | null {
  const known = at.store.pendingEnrolment()?.hubKey ?? at.store.enrolment()?.hubKey ?? null;
  return known === answer.hubKey ? null : keyDigits(answer.hubKey, sha256);
}

export function newestAnswer(files: readonly StickFile[]): EnrolAnswerParcel | null {
  const answers = files.flatMap((file) => (file.what === 'answer' ? [file.answer] : []));
  return answers.sort((a, b) => b.credential.validFrom - a.credential.validFrom)[0] ?? null;
}
