/** The hub's tables as TypeScript sees them. Columns `*_at` are milliseconds UTC; keys and hashes are lower-case hex. */

export type HubIdentityTable = {
  /** Always 1: a hub has one identity. */
  id: number;
  epoch: string;
  name: string;
  public_key: string;
  /** PKCS 8, hex. Whoever reads the database can speak as the hub: guard it like a key. */
  private_key: string;
  created_at: number;
  /** PEM of the hub's own certificate and its key; null until first needed. */
  tls_certificate: string | null;
  tls_key: string | null;
};

export type ReplicaTable = {
  id: string;
  public_key: string;
  /** How the operator calls the laptop. */
  laptop: string;
  /** The commission's name as the operator wrote it; null when not given. */
  commission: string | null;
  /** What the laptop writes to. */
  partition: string;
  /** Role of the person who enrolled it. */
  role: string;
  enrolled_at: number;
  last_contact_at: number | null;
  /** Version of the app at the last contact; null before it. */
  app_version: string | null;
  /** What it held at its last exchange, a `Summary` as JSON: what waits for it is counted from here. */
  summary: string | null;
  /** The replica that goes on in its place (#shared/sync/succession.ts), and until when others may hand over what it wrote. */
  succeeded_by: string | null;
  handed_over_at: number | null;
  /** Digests of the attachments it held when it last came by stick, JSON; null where it was on the line since, and fetches them there. */
  stick_blobs: string | null;
};

export type CredentialTable = {
  serial: string;
  replica: string;
  /** The signed credential, JSON. */
  body: string;
  valid_until: number;
  issued_at: number;
  revoked_at: number | null;
};

/** What the hub signed and has forgotten, as laptops handed it over (learnt.ts): by its rights ops are judged, and nobody is let in. */
export type LearntCredentialTable = {
  serial: string;
  /** Not among those enrolled when it was learnt. */
  replica: string;
  laptop: string;
  /** The signed credential, JSON. */
  body: string;
  learnt_at: number;
};

/** Revoked, and not enrolled here: known from `learnt_credential`, or not at all (revoking.ts). */
export type RevokedIdentityTable = { replica: string; revoked_at: number };

export type InvitationTable = {
  /** Hash of the code: the code itself is printed once and not kept. */
  code_hash: string;
  partitions: string;
  roles: string;
  laptop: string;
  commission: string | null;
  /** How long the credential will be valid, days. */
  valid_days: number;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  used_by: string | null;
  /** Serial of the credential it became, so that a lost answer can be given again. */
  serial: string | null;
};

export type LogTable = {
  replica: string;
  partition: string;
  head_seq: number;
  head: string;
  /** Sum of its segments. */
  bytes: number;
  moved_at: number;
};

export type SegmentTable = {
  replica: string;
  partition: string;
  from_seq: number;
  to_seq: number;
  /** Head of the chain after `to_seq`. */
  head: string;
  size: number;
  bytes: Buffer;
  received_at: number;
};

export type ExchangeTable = {
  id: string;
  replica: string;
  at: number;
  ops_in: number;
  bytes_in: number;
  segments_out: number;
  bytes_out: number;
};

export type RefusalTable = {
  replica: string;
  reason: string;
  /** Day since 1970 UTC: refusals are counted per day. */
  day: number;
  count: number;
  last_at: number;
};

export type BlobTable = { sha256: string; bytes: number; stored_at: number };

/** Who may read a blob: whoever may see the partition. `replica` was the first to refer to it there: it pays. */
export type BlobRefTable = { sha256: string; partition: string; replica: string; referred_at: number };

/** A piece of an unfinished upload. */
export type BlobPartTable = {
  replica: string;
  sha256: string;
  from_byte: number;
  bytes: number;
  /** Where it lies in the blob store. */
  key: string;
  received_at: number;
};

/** A published pack. */
export type ShelfPackTable = {
  id: string;
  version: number;
  /** Of the whole pack file, which is a blob. */
  sha256: string;
  /** What laptops are told of it, a `ShelfPack` as JSON. */
  body: string;
  published_at: number;
};

/** A snapshot of a partition, kept as a blob; see snapshots.ts. */
export type SnapshotTable = {
  sha256: string;
  partition: string;
  bytes: number;
  /** Of them before the chunks. */
  head_bytes: number;
  /** Sum of the seqs it covers. */
  ops: number;
  rules: number;
  /** What holds who has loaded it, a `Summary` as JSON. */
  summary: string;
  made_at: number;
};

/** The hub's age identity for parcels. Guard it like `private_key`. */
export type SealKeyTable = {
  /** Always 1. */
  id: number;
  identity: string;
};

export type HubDatabase = {
  blob: BlobTable;
  blob_ref: BlobRefTable;
  blob_part: BlobPartTable;
  shelf_pack: ShelfPackTable;
  hub_identity: HubIdentityTable;
  replica: ReplicaTable;
  credential: CredentialTable;
  learnt_credential: LearntCredentialTable;
  revoked_identity: RevokedIdentityTable;
  invitation: InvitationTable;
  log: LogTable;
  segment: SegmentTable;
  exchange: ExchangeTable;
  refusal: RefusalTable;
  seal_key: SealKeyTable;
  snapshot: SnapshotTable;
};
