/** What stands in assets/hub works: the container holds what a hub needs, and systemd understands the units. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '#tests/lib/core.ts';
import { startHub } from '#tests/lib/hub.ts';
import { enrol, newLaptop } from '#tests/lib/hub-laptop.ts';
import { root } from '../../scripts/runtimes.mjs';

const assets = join(root, 'assets/hub');

test('a hub starts from nothing but what the Containerfile copies, and takes a laptop in', async () => {
  const lines = readFileSync(join(assets, 'Containerfile'), 'utf8').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const copied = last
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
  expect(copied).toContain('src-hub');
  expect(last.some((line) => line.startsWith('COPY --from=packages ') && line.endsWith(' node_modules'))).toBe(true);
  const image = temporaryFolder();
  for (const name of copied) cpSync(join(root, name), join(image, basename(name)), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(image, 'node_modules'));
  const command = /^CMD \["node", "([^"]+)"\]$/m.exec(last.join('\n'))?.[1] ?? '';
  const hub = await startHub({ entry: join(image, command) });
  onTestFinished(() => hub.close());
  expect((await fetch(`${hub.page}/readyz`)).status).toBe(200);
  expect((await enrol(newLaptop(), hub.address, await hub.invite())).ok).toBe(true);
  expect(await hub.command('verify')).toContain('"problems":0');
});

const analyze = '/usr/bin/systemd-analyze';
if (!existsSync(analyze))
  console.error('The units of systemd are not checked: there is no systemd-analyze on this machine.');

test.skipIf(!existsSync(analyze))('systemd finds nothing wrong with the units', () => {
  const place = temporaryFolder();
  for (const name of readdirSync(assets).filter((each) => /\.(service|timer)$/.test(each))) {
    copyFileSync(join(assets, name), join(place, name));
    // The only thing that stands elsewhere here, maybe on a path with spaces.
    const text = readFileSync(join(place, name), 'utf8').replaceAll('/usr/bin/node', `"${process.execPath}"`);
    writeFileSync(join(place, name), text);
  }
  const units = readdirSync(place);
  expect(units).toHaveLength(3);
  // What it finds it says, and ends well all the same.
  for (const unit of units)
    expect(execFileSync(analyze, ['verify', '--man=no', join(place, unit)], { encoding: 'utf8', stdio: 'pipe' })).toBe(
      '',
    );
});
