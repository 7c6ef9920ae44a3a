/**
 * The id of a person's progress in a course follows from both, so that two laptops on which the person learns before
 * they ever meet write one record. A UUID of version 8 (RFC 9562 section 5.8) made of a SHA-256.
 */
import { createHash } from 'node:crypto';
import { bytesToId, type Id } from '#shared/kernel/ids.ts';

export function progressId(person: Id, course: string): Id {
  const bytes = createHash('sha256').update(`progress|${person}|${course}`, 'utf8').digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToId(bytes);
}
