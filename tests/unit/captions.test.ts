/** Captions are read as they are written for lessons, and a broken file costs words, never the lesson. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { captionAt, parseCaptions } from '#shared/training/captions.ts';

const clips = join(import.meta.dirname, '../../assets/courses/receiving-complaints/clips');

describe('captions', () => {
  test('reads cues with identifiers, settings, several lines, tags and entities', () => {
    const cues = parseCaptions(
      '\uFEFFWEBVTT - one day\r\nKind: captions\r\n\r\nNOTE of ours\r\n\r\n1\r\n00:00:01.500 --> 00:00:03.000 line:-2\r\n<v Speaker>First</v> &amp; &lt;second&gt;\r\nline\r\n\r\n01:02.000 --> 01:04.250\r\nShort time\r\n',
    );
    expect(cues).toEqual([
      { start: 1.5, end: 3, text: 'First & <second>\nline' },
      { start: 62, end: 64.25, text: 'Short time' },
    ]);
  });

  test('shows a cue from its start until just before its end, and overlapping ones below each other', () => {
    const cues = parseCaptions('WEBVTT\n\n00:01.000 --> 00:03.000\nA\n\n00:02.000 --> 00:04.000\nB\n');
    expect([0.9, 1, 2, 3, 4].map((at) => captionAt(cues, at))).toEqual(['', 'A', 'A\nB', 'B', '']);
  });

  test.each(['', 'WEBVTTX\n\n00:01.000 --> 00:02.000\nno', '1\n00:00:01,000 --> 00:00:02,000\nSubRip\n'])(
    'a file that is not WebVTT has no cues: %j',
    (text) => {
      expect(parseCaptions(text)).toEqual([]);
    },
  );

  test('drops a cue that ends before it begins or says nothing', () => {
    expect(parseCaptions('WEBVTT\n\n00:03.000 --> 00:02.000\nback\n\n00:04.000 --> 00:05.000\n\n')).toEqual([]);
  });

  test('never throws, and every cue it finds has words and a length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('WEBVTT', '', '00:01.000 --> 00:02.000', '-->', '<b', '&amp', 'ў'), { maxLength: 12 }),
        (lines) => {
          for (const { start, end, text } of parseCaptions(lines.join('\n'))) {
            expect(end).toBeGreaterThan(start);
            expect(text).not.toBe('');
          }
        },
      ),
    );
  });

  test('the course’s own clip says the same number of things at the same times in all languages', () => {
    const times = readdirSync(clips)
      .filter((name) => name.endsWith('.vtt'))
      .map((name) => parseCaptions(readFileSync(join(clips, name), 'utf8')).map(({ start, end }) => `${start}-${end}`));
    expect(times).toHaveLength(7);
    expect(times[0]?.length).toBeGreaterThan(3);
    for (const other of times) expect(other).toEqual(times[0]);
  });
});
