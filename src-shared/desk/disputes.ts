/**
 * What is on the conflict desk: a pure function of a record's ops and of the settlements about it, so every laptop that holds the
 * same ops lists the same.
 *
 * - **Versions of a field.** Each write names the write it replaced. A write nobody replaced is somebody's last word about the field;
 *   the greatest of them stands, the others were overruled by people who had not seen them. What a person has seen and replaced is
 *   never a version, so a clean edit never comes to the desk.
 * - **Signed papers.** A signing op says what its author had seen (`seen`, as a removal does). The values under a signature are
 *   versions too: an edit made meanwhile on another laptop may stand in the table, but it cannot slip under the signature unnoticed.
 * - **Removals** that an unseen edit has outlived, until somebody restores the record knowingly or decides here.
 * - **Decisions.** A settlement passes over the versions it has seen (`over`); what comes later is on the desk again. Two people who
 *   decide the same clash unseen of each other overwrite one settlement's `stands`; where that means different things, both verdicts
 *   are on the desk until somebody decides again.
 *
 * An op may arrive before the op it replaced. Versions older than such an unknown one wait: whether they were seen is not known yet.
 */
import { emptyValue, type Field, type FieldValue, type Kind } from '../kinds/define-kind.ts';
import { emptyState, isAlive, mergeOp } from '../sync/merge.ts';
import { type Op, stampToText, textToStamp } from '../sync/op.ts';
import { compareStamps, type Stamp, zeroStamp } from '../sync/stamp.ts';
import { Settlement } from './settlement.ts';

/** An op and the replica whose log it stands in. */
export type Written = { readonly op: Op; readonly replica: string };

/** Who wrote something, when (stamp time) and on which laptop. */
export type Author = { readonly actor: string | null; readonly replica: string; readonly time: number };

export type Version = Author & {
  /** `time@replica` of the write. */
  readonly stamp: string;
  readonly value: FieldValue;
  /** Every undecided write with this value. */
  readonly stamps: readonly string[];
  /** The table holds it now. */
  readonly standing: boolean;
  /** The signings (by stamp) that it stood under. */
  readonly signings: readonly string[];
};

/** One of several decisions that did not see each other. */
export type Verdict = Author & { readonly stamp: string; readonly stands: string };

export type FieldDispute = {
  readonly field: string;
  /** In stamp order, one for each value; two at least unless people decided differently about one value. */
  readonly versions: readonly Version[];
  /** Empty, or two and more. */
  readonly verdicts: readonly Verdict[];
};

export type Removal = Author & { readonly stamp: string };
export type RemovalDispute = {
  readonly removals: readonly Removal[];
  /** The edits nobody of the removers had seen. */
  readonly edits: readonly Author[];
  readonly verdicts: readonly Verdict[];
};

export type Disputes = {
  readonly fields: readonly FieldDispute[];
  readonly removal: RemovalDispute | null;
  /** The signings of a record that is frozen. */
  readonly signings: readonly Removal[];
  readonly isAlive: boolean;
  /** Several people have written the same unseen of each other: an edit that replaces one of these writes has rivals in the others. */
  readonly isAgreed: boolean;
};

/** The ops of the settlement about something of this record; empty where there is none. `part` as in `settlementSeed`. */
export type SettlementOps = (about: 'field' | 'removal', part: string) => readonly Written[];

type Write = Author & {
  readonly stamp: Stamp;
  readonly text: string;
  readonly replaced: string | null;
  readonly value: FieldValue;
  readonly op: Op;
};

/**
 * Finds what is in dispute. `everything` also shows what has been decided, as it was before the decision: for deciding again.
 * Ops of other records must not be among `ops`; their order does not matter.
 */
export function findDisputes(
  kind: Kind,
  ops: readonly Written[],
  settlementOps: SettlementOps,
  everything = false,
): Disputes {
  const inOrder = [...ops].sort((a, b) => compareStamps(stampOf(a), stampOf(b)));
  const state = inOrder.reduce((merged, { op, replica }) => mergeOp(kind, merged, op, replica), emptyState);
  const alive = isAlive(state);
  const signings = signingsOf(kind, inOrder);
  const fields: FieldDispute[] = [];
  let isAgreed = false;
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.merge === 'set' || !alive) continue;
    const writes = writesOf(field, inOrder);
    if (writes.length < (signings.length > 0 ? 1 : 2)) continue;
    const found = lastWords(name, field, writes, signings, settlementOps, everything);
    if (found === null) continue;
    if (found.versions.length > 1 || found.verdicts.length > 0) fields.push(found);
    else isAgreed ||= (found.versions[0]?.stamps.length ?? 0) > 1;
  }
  const removal = removalDispute(inOrder, alive, settlementOps, everything);
  return { fields, removal, signings, isAlive: alive, isAgreed };
}

/** Whether anything of it waits for a person. */
export function isDisputed({ fields, removal }: Pick<Disputes, 'fields' | 'removal'>): boolean {
  return fields.length > 0 || removal !== null;
}

/**
 * Whether an op could bring its record onto the desk, told from the merged state before it, where that is neither on the desk nor
 * `isAgreed`. A cheap test that spares reading the record's ops: an op that replaced just what stands here is nobody's rival.
 */
export function mayDispute(kind: Kind, before: Parameters<typeof mergeOp>[1], op: Op): boolean {
  if (op.act === 'remove') return true;
  if (before.removals.length > 0) return true;
  const { states } = kind;
  if (states !== undefined) {
    const number = kind.fields[states.field]?.number ?? 0;
    const signs = isFrozenState(states, op.set?.[number]);
    const isSigned = isFrozenState(states, before.values[states.field]);
    if (isSigned || (signs && op.seen === null)) return true;
  }
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.merge === 'set' || op.set?.[field.number] === undefined) continue;
    const stands = before.clocks[name];
    if (compareStamps(stands ?? zeroStamp, op.replaced[field.number] ?? zeroStamp) !== 0) return true;
  }
  // A signature over everything held here is no rival; one whose author had seen less is.
  return op.seen !== null && Object.entries(before.edits).some(([replica, seq]) => seq > (op.seen?.[replica] ?? 0));
}

/** A field's undecided last words: no dispute where they all say the same. Null where there is but one, and it stands. */
function lastWords(
  name: string,
  field: Field,
  writes: readonly Write[],
  signings: readonly (Removal & { op: Op })[],
  settlementOps: SettlementOps,
  everything: boolean,
): FieldDispute | null {
  const standing = writes.at(-1);
  if (standing === undefined) return null;
  const byText = new Map(writes.map((write) => [write.text, write]));
  const leaves = openEnds(writes);
  const signedBy = new Map<string, string[]>();
  const beforeAll = signings.map((signing) => emptyWrite(field, signing));
  for (const [index, signing] of signings.entries()) {
    const seen = writes.filter((write) => isSeenBy(signing, write)).at(-1) ?? beforeAll[index];
    if (seen !== undefined) signedBy.set(seen.text, [...(signedBy.get(seen.text) ?? []), signing.stamp]);
  }
  // Most fields end here: one last word, and the signature, if any, stands over it.
  if (leaves.length < 2 && [...signedBy.keys()].every((text) => text === standing.text) && !everything) return null;
  const settlement = readSettlement(settlementOps('field', String(field.number)));
  const chosen = (verdict: Verdict): string =>
    canonical(byText.get(verdict.stands)?.value ?? (verdict.stands === 'both' ? ['both'] : null));
  const verdicts = distinct(settlement.verdicts, chosen).length > 1 ? settlement.verdicts : [];

  const texts = new Set<string>([...leaves.map((leaf) => leaf.text), ...signedBy.keys()]);
  if (everything) {
    for (const text of settlement.over) texts.add(text);
    // What a decision replaced was a version too.
    for (const leaf of leaves)
      if (settlement.actions.has(actionOf(leaf)) && leaf.replaced !== null) texts.add(leaf.replaced);
  } else for (const text of settlement.over) texts.delete(text);
  texts.add(standing.text);
  for (const verdict of verdicts) texts.add(verdict.stands);

  const versions = new Map<string, Version>();
  for (const write of [...beforeAll.slice(0, 1), ...writes]) {
    if (!texts.has(write.text)) continue;
    const key = canonical(write.value);
    const earlier = versions.get(key);
    versions.delete(key);
    versions.set(key, {
      stamp: write.text,
      value: write.value,
      actor: write.actor,
      replica: write.replica,
      time: write.time,
      stamps: [...(earlier?.stamps ?? []), write.text],
      standing: write === standing,
      signings: [...(earlier?.signings ?? []), ...(signedBy.get(write.text) ?? [])],
    });
  }
  return { field: name, versions: [...versions.values()], verdicts };
}

function removalDispute(
  ops: readonly Written[],
  alive: boolean,
  settlementOps: SettlementOps,
  everything: boolean,
): RemovalDispute | null {
  const removals = ops.filter(({ op }) => op.act === 'remove');
  if (removals.length === 0) return null;
  const settlement = readSettlement(settlementOps('removal', ''));
  const verdicts = distinct(settlement.verdicts, (verdict) => verdict.stands).length > 1 ? settlement.verdicts : [];
  const unseen = (removal: Written, act: Op['act']): Written[] =>
    ops.filter(({ op, replica }) => op.act === act && op.seq > (removal.op.seen?.[replica] ?? 0));
  const outlived = removals.filter(
    (removal) =>
      alive &&
      (everything || !settlement.over.has(stampToText(stampOf(removal)))) &&
      unseen(removal, 'set').length > 0 &&
      unseen(removal, 'restore').length === 0,
  );
  if (outlived.length === 0 && verdicts.length === 0) return null;
  const edits = new Set(outlived.flatMap((removal) => unseen(removal, 'set')));
  return { removals: outlived.map(authored), edits: [...edits].map(authored), verdicts };
}

/** Whether two records of one natural key wait for a person, by the ops of the settlement about the two. */
export function findSame(
  areAlike: boolean,
  settlementOps: readonly Written[],
  everything = false,
): { verdicts: readonly Verdict[] } | null {
  const settlement = readSettlement(settlementOps);
  const verdicts = distinct(settlement.verdicts, (verdict) => verdict.stands).length > 1 ? settlement.verdicts : [];
  const isOpen = areAlike && (everything || settlement.verdicts.at(-1)?.stands !== 'different');
  return isOpen || verdicts.length > 0 ? { verdicts } : null;
}

/** The decisions about something that did not see each other, in stamp order; the last one is what the settlement says now. */
export function readVerdicts(settlementOps: readonly Written[]): readonly Verdict[] {
  return readSettlement(settlementOps).verdicts;
}

/** What the settlement's ops say: undecided verdicts (the last one stands), what has been passed over, its actions. */
function readSettlement(ops: readonly Written[]): {
  verdicts: Verdict[];
  over: ReadonlySet<string>;
  actions: ReadonlySet<string>;
} {
  const inOrder = [...ops].sort((a, b) => compareStamps(stampOf(a), stampOf(b)));
  const over = new Set<string>();
  for (const { op } of inOrder) {
    const change = op.set?.[Settlement.fields.over.number];
    if (change !== null && typeof change === 'object') for (const stamp of change.add) over.add(stamp);
  }
  const verdicts = openEnds(writesOf(Settlement.fields.stands, inOrder))
    .filter((write, index, all) => index === all.length - 1 || !over.has(write.text))
    .map((write) => ({
      stamp: write.text,
      stands: String(write.value),
      actor: write.actor,
      replica: write.replica,
      time: write.time,
    }));
  return { verdicts, over, actions: new Set(inOrder.map(actionOf)) };
}

/** The writes of one field in stamp order, of ops in stamp order. */
function writesOf(field: Field, ops: readonly Written[]): Write[] {
  const writes: Write[] = [];
  for (const { op, replica } of ops) {
    const value = op.set?.[field.number];
    if (value === undefined || (value !== null && typeof value === 'object')) continue;
    const parsed = field.schema.safeParse(value);
    const stamp = { time: op.time, replica };
    writes.push({
      stamp,
      text: stampToText(stamp),
      replaced: replacedText(op.replaced[field.number]),
      // As in the merge: what another version wrote and this one does not allow reads as empty.
      value: parsed.success ? parsed.data : emptyValue(field),
      op,
      actor: op.actor,
      replica,
      time: op.time,
    });
  }
  return writes;
}

/** The writes nobody replaced, and of these only such as cannot have been replaced by an op that has not arrived yet. */
function openEnds(writes: readonly Write[]): Write[] {
  const known = new Set(writes.map((write) => write.text));
  const replaced = new Set<string>();
  let unknown = zeroStamp;
  for (const write of writes) {
    if (write.replaced === null) continue;
    replaced.add(write.replaced);
    const stamp = textToStamp(write.replaced);
    if (!known.has(write.replaced) && compareStamps(stamp, unknown) > 0) unknown = stamp;
  }
  return writes.filter(
    (write, index) =>
      !replaced.has(write.text) && (index === writes.length - 1 || compareStamps(write.stamp, unknown) > 0),
  );
}

function signingsOf(kind: Kind, ops: readonly Written[]): (Removal & { op: Op })[] {
  const { states } = kind;
  const number = states === undefined ? undefined : kind.fields[states.field]?.number;
  if (states === undefined || number === undefined) return [];
  return ops
    .filter(({ op }) => isFrozenState(states, op.set?.[number]))
    .map((written) => ({ ...authored(written), op: written.op }));
}

/** What a signer saw of a field nobody had written yet. */
function emptyWrite(field: Field, { actor, replica, time, op }: Removal & { op: Op }): Write {
  return {
    stamp: zeroStamp,
    text: stampToText(zeroStamp),
    replaced: null,
    value: emptyValue(field),
    op,
    actor,
    replica,
    time,
  };
}

function isFrozenState(states: NonNullable<Kind['states']>, value: unknown): boolean {
  return typeof value === 'string' && states.frozen.includes(value);
}

/** Whether the signer had the write. Signings of versions that did not say what they saw are judged by the clock. */
function isSeenBy(signing: Removal & { op: Op }, write: Write): boolean {
  if (signing.op.seen !== null) return write.op.seq <= (signing.op.seen[write.replica] ?? 0);
  if (write.replica === signing.replica) return write.op.seq <= signing.op.seq;
  return compareStamps(write.stamp, { time: signing.time, replica: signing.replica }) < 0;
}

function authored({ op, replica }: Written): Removal {
  return { stamp: stampToText({ time: op.time, replica }), actor: op.actor, replica, time: op.time };
}

/** Names the action of an op among those of all replicas. */
function actionOf({ op, replica }: Pick<Write, 'op' | 'replica'>): string {
  return `${replica} ${op.group}`;
}

function stampOf({ op, replica }: Written): Stamp {
  return { time: op.time, replica };
}

function replacedText(stamp: Stamp | undefined): string | null {
  return stamp === undefined ? null : stampToText(stamp);
}

function canonical(value: FieldValue): string {
  return JSON.stringify(value);
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): readonly string[] {
  return [...new Set(items.map(keyOf))];
}
