/**
 * A continuation that lost. Where a log went on in two ways, a laptop that held the one which the hub has not ends the log where both
 * part; what it takes off there it first writes down as records of this kind, segment by segment, as they came. They travel like any
 * record. The laptop whose log it was writes their ops again at the end of its log of now and removes the records. Mostly it holds those
 * ops itself and has nothing to do; but a laptop put back unawares may have forgotten what others got from it by stick, or from a hub
 * that was put back too.
 */
import { bytesToHex, type Id } from '../kernel/ids.ts';
import { defineKind, text } from '../kinds/define-kind.ts';
import { everyone } from '../access/roles.ts';
import { logKey } from './messages.ts';
import type { WantedChange } from './op-content.ts';
import { readSegmentHeader } from './segment.ts';

export const Stray = defineKind({
  name: 'stray',
  number: 9,
  domain: 'sync',
  partition: 'commission',
  rights: { write: everyone, remove: everyone },
  fields: {
    log: text(1, { required: true }),
    /** The segment's bytes as hex: what the writer signed, which nobody can alter. */
    segment: text(2, { required: true, verbatim: true, max: 16 * 1024 * 1024 }),
  },
});

/**
 * A log's segments behind `after`, where a link ends, as the changes that write them down. `beyond` gives the first segment that reaches
 * beyond a seq, cut to begin behind it. `idOf` works an id out from a text, so that all who write down the same segment meet in one record.
 */
export function straysBehind(
  after: number,
  beyond: (seq: number) => { readonly to: number; readonly bytes: Uint8Array } | null,
  idOf: (text: string) => Id,
): (WantedChange & { readonly id: Id })[] {
  const changes: ReturnType<typeof straysBehind> = [];
  for (let segment = beyond(after); segment !== null; segment = beyond(segment.to)) {
    const read = readSegmentHeader(segment.bytes);
    if (!read.ok) throw new Error('a stored segment cannot be read');
    const { replica, partition, head, from } = read.value.header;
    const values = { log: logKey(replica, partition), segment: bytesToHex(segment.bytes) };
    changes.push({ kind: Stray, id: idOf(`stray|${head}|${from}`), act: 'set', values });
  }
  return changes;
}
