/** Packs that must be refused, made from a good one: cut off, altered by a byte, unsigned, with a name that leads out. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePublisherKey } from '#core/packs/signature.ts';
import { root } from '../../scripts/runtimes.mjs';
import { describe as describeFile, forgedManifest, forgePack } from '../store/pack-kit.ts';

/** Writes them beside each other; answers file names by the failure that each must meet. */
export function writeBadPacks(good: string, folder: string): { [code: string]: string } {
  const key = parsePublisherKey(readFileSync(join(root, 'assets/publisher/development.json'), 'utf8'));
  if (!key.ok) throw new Error('the development key does not parse');
  const bytes = readFileSync(good);
  const altered = Buffer.from(bytes);
  // In the middle lie the clip's bytes: the list at the end and the manifest at the beginning stay whole.
  const middle = Math.floor(altered.length / 2);
  altered.writeUInt8(altered.readUInt8(middle) ^ 1, middle);
  const unsigned = Buffer.from(bytes);
  for (let at = unsigned.indexOf('manifest.sig'); at >= 0; at = unsigned.indexOf('manifest.sig', at + 1))
    unsigned.write('manifest.txt', at);
  const content = Buffer.from('sample');
  const escaping = forgePack(
    forgedManifest([describeFile('../outside.txt', content)], {
      publisher: { id: key.value.id, name: key.value.name },
    }),
    [content],
    key.value,
  );
  const packs = {
    'packs/cut-off': ['cut.kpack', bytes.subarray(0, Math.floor(bytes.length * 0.8))],
    'packs/damaged': ['altered.kpack', altered],
    'packs/unsigned': ['unsigned.kpack', unsigned],
    'packs/unsafe-name': ['outside.kpack', escaping],
  } as const;
  for (const [name, data] of Object.values(packs)) writeFileSync(join(folder, name), data);
  return Object.fromEntries(Object.entries(packs).map(([code, [name]]) => [code, name]));
}
