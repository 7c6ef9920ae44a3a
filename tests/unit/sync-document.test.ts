/** docs/sync.md shows a worked example in bytes: here it is worked out anew and looked for, so that the document cannot drift. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verifySignature } from '#core/store/identity.ts';
import { segmentPorts, sha256 } from '#core/store/segment-ports.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { HubFailure, hubPaths } from '#shared/sync/hub-http.ts';
import { protocolVersion, Refusal } from '#shared/sync/messages.ts';
import { emptyHead } from '#shared/sync/op.ts';
import { openSegment } from '#shared/sync/segment.ts';
import { fieldList } from '#tests/lib/kind-table.ts';
import { linkTexts, ops, syncExample, writer } from '#tests/lib/sync-example.ts';

const document = readFileSync(new URL('../../docs/sync.md', import.meta.url), 'utf8');
const bare = (text: string): string => text.replaceAll(/\s/g, '');
const example = syncExample();

test.each(Object.keys(example))('the document shows «%s» as the code makes it', (what) => {
  const value = bare(String(example[what]));
  expect(value).not.toBe('');
  expect(bare(document)).toContain(value);
});

test('the heads follow from the specification alone', () => {
  const digests = [1, 2, 3, 4].map((seq) => String(example[`digest ${seq}`]));
  const link = (before: string, of: readonly string[], text: string): string => {
    const count = of.length.toString(16).padStart(8, '0');
    return bytesToHex(sha256(Buffer.concat([Buffer.from(before + count + of.join(''), 'hex'), Buffer.from(text)])));
  };
  const one = link('00'.repeat(32), digests.slice(0, 2), linkTexts['link 1']);
  const two = link(one, digests.slice(2, 3), linkTexts['link 2']);
  const three = link(two, digests.slice(3), linkTexts['link 3']);
  expect([one, two, three]).toEqual([example['head after 2'], example['head after 3'], example['head after 4']]);
});

test.each(['segment', 'erased'])('the shown «%s» opens and is proved', (what) => {
  const opened = openSegment(
    hexToBytes(String(example[what])),
    emptyHead,
    (_header, data, signature) => verifySignature(writer.publicKey, data, signature),
    segmentPorts,
  );
  if (!opened.ok) throw new Error(opened.error.code);
  expect(opened.value.ops.map((op) => op.seq)).toEqual([1, 2, 3, 4]);
  expect(opened.value.ops[0]?.set).toEqual(what === 'segment' ? ops[0]?.set : null);
  expect(opened.value.ops.slice(1)).toEqual(ops.slice(1));
});

test('the document names the version, every route, every reason and every kind', () => {
  expect(document).toContain(`the protocol, version ${protocolVersion}`);
  for (const path of Object.values(hubPaths)) expect(document).toContain(path);
  for (const reason of [...HubFailure.shape.reason.options, ...Refusal.shape.reason.options])
    expect(document).toContain(`\`${reason}\``);
  for (const kind of allKinds) expect(document).toMatch(new RegExp(`\\| ${kind.number} +\\| ${kind.name} `));
});

test.each(allKinds.map((kind) => [kind.name, kind] as const))('the document lists the fields of %s', (name, kind) => {
  expect(bare(document)).toContain(bare(`**${name}**: ${fieldList(kind)}.`));
});
