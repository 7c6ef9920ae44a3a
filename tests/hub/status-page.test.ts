/** What the operator's page says first and in which words, as it is drawn. */
import { expect, test } from 'vitest';
import { renderStatus, type StatusView } from '#hub/status-page.ts';
import { statusStyle } from '#hub/status-style.ts';

const now = Date.UTC(2026, 10, 27);
const laptop = {
  commission: 'Oblast commission, sample',
  partition: 'kz/kz-19/sample',
  laptop: 'SAMPLE-01',
  lastContactAt: now,
  version: '0.1.0',
  revoked: false,
  copiesRefused: null,
  expired: false,
  waitingBytes: 0,
};
const view: StatusView = {
  hubName: 'Hub, sample',
  host: 'hub.example',
  version: '0.1.0',
  now,
  laptops: [laptop, { ...laptop, laptop: 'SAMPLE-02', revoked: true }],
  learnt: [
    { partition: laptop.partition, laptop: 'SAMPLE-03', revoked: false },
    { partition: 'kz/kz-19/other', laptop: 'SAMPLE-04', revoked: true },
  ],
  refusals: [],
  stored: { recordBytes: 1, attachmentBytes: 1, packBytes: 1 },
  freeBytes: 1,
};

test('a laptop to be invited anew stands before those that need nothing done, by its commission’s name', () => {
  for (const locale of ['en', 'ru'] as const) {
    const rows = renderStatus(view, locale)
      .split('<tr>')
      .filter((row) => row.includes('SAMPLE-'));
    expect(rows.map((row) => /SAMPLE-\d+/.exec(row)?.[0])).toEqual([
      'SAMPLE-01',
      'SAMPLE-03',
      'SAMPLE-02',
      'SAMPLE-04',
    ]);
    expect(rows[1]).toContain(laptop.commission);
    expect(rows[1]).toMatch(/invite it anew|пригласите заново/);
    expect(rows[3]).toContain('kz/kz-19/other');
  }
});

test('every colour that is drawn with is one', () => {
  const used = [...statusStyle.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
  expect(used.filter((name) => !statusStyle.includes(`${name}:`))).toEqual([]);
});
