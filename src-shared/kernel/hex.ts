/** Bytes as they stand in messages, files and the contract: lower-case hex of a fixed length. */
import { z } from 'zod';

const bytes32 = /^[0-9a-f]{64}$/;

/** A SHA-256 digest. */
export const Sha256 = z.string().regex(bytes32);
export type Sha256 = z.infer<typeof Sha256>;

/** An Ed25519 public key. */
export const PublicKey = z.string().regex(bytes32);
