import type { Op } from '#shared/sync/op.ts';
import type { Log, OpLog } from './op-log.ts';

/** What a log says about some records, from its first op that stands here on up to `to`, in order. A log may be longer than memory. */
export function* opsAbout(
  opLog: Pick<OpLog, 'opsAfter'>,
  log: Log,
  records: ReadonlySet<string>,
  to = Number.MAX_SAFE_INTEGER,
): Iterable<Op> {
  for (let seq = 0; ; ) {
    const part = opLog.opsAfter(log, seq, 1000);
    for (const op of part) if (op.seq <= to && records.has(op.record)) yield op;
    seq = part.at(-1)?.seq ?? to;
    if (part.length === 0 || seq >= to) return;
  }
}
