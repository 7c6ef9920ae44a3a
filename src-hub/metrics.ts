/** Counters of this process in the text format of Prometheus, with the database's figures beside them. */
import type { Blobs } from './blobs.ts';
import type { Ledger } from './ledger-queries.ts';

export type Metrics = {
  count(name: CounterName, by?: number): void;
  countRefused(reason: string, by?: number): void;
  text(now: { waiting: number; laptops: number; totals: Totals }): string;
};

type Totals = Awaited<ReturnType<Ledger['totals']>> & Awaited<ReturnType<Blobs['totals']>>;

type CounterName = 'requests' | 'exchanges' | 'opsIn' | 'bytesIn' | 'bytesOut' | 'cutOff' | 'troubles';

const counterTexts: { readonly [N in CounterName]: readonly [string, string] } = {
  requests: ['komissiya_hub_requests_total', 'Requests of laptops answered, refusals too'],
  exchanges: ['komissiya_hub_exchanges_total', 'Turns of exchanges answered'],
  opsIn: ['komissiya_hub_changes_in_total', 'Changes taken'],
  bytesIn: ['komissiya_hub_bytes_in_total', 'Bytes of requests'],
  bytesOut: ['komissiya_hub_bytes_out_total', 'Bytes of answers'],
  cutOff: ['komissiya_hub_cut_off_total', 'Requests whose line broke before they had arrived'],
  troubles: ['komissiya_hub_troubles_total', 'Requests that failed by a fault of the hub'],
};

export function createMetrics(): Metrics {
  const counters = new Map<CounterName, number>();
  const refused = new Map<string, number>();
  return {
    count: (name, by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
    countRefused: (reason, by = 1) => void refused.set(reason, (refused.get(reason) ?? 0) + by),
    text(now) {
      const lines: string[] = [];
      const metric = (name: string, help: string, type: 'counter' | 'gauge', values: [string, number][]): void => {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
        for (const [labels, value] of values) lines.push(`${name}${labels} ${value}`);
      };
      for (const [name, [metricName, help]] of Object.entries(counterTexts)) {
        // Object.entries loses the key type of counterTexts.
        metric(metricName, help, 'counter', [['', counters.get(name as CounterName) ?? 0]]);
      }
      const reasons = [...refused].sort().map(([reason, count]): [string, number] => [`{reason="${reason}"}`, count]);
      metric('komissiya_hub_refused_total', 'Requests and segments refused', 'counter', reasons);
      metric('komissiya_hub_waiting', 'Laptops waiting for news now', 'gauge', [['', now.waiting]]);
      metric('komissiya_hub_laptops', 'Laptops enrolled', 'gauge', [['', now.laptops]]);
      metric('komissiya_hub_logs', 'Logs held', 'gauge', [['', now.totals.logs]]);
      metric('komissiya_hub_changes', 'Changes held', 'gauge', [['', now.totals.ops]]);
      metric('komissiya_hub_stored_bytes', 'Bytes of segments held', 'gauge', [['', now.totals.bytes]]);
      metric('komissiya_hub_blobs', 'Attachments and packs held', 'gauge', [['', now.totals.blobs]]);
      metric('komissiya_hub_blob_bytes', 'Bytes of attachments and packs held', 'gauge', [
        ['{kind="attachment"}', now.totals.attachmentBytes],
        ['{kind="pack"}', now.totals.packBytes],
      ]);
      return `${lines.join('\n')}\n`;
    },
  };
}
