/** Real cores, a real hub and a stick between them: laptops that are never online are enrolled and kept equal. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { invitationFileName, parseInvitationFile } from '#shared/sync/invitation-file.ts';
import { type TestCore, startSignedIn } from '#tests/lib/core.ts';
import { bothDatabases, startHub, startPostgres, type TestHub, type TestPostgres } from '#tests/lib/hub.ts';
import { newStick, plugIn, takeFrom, writeTo } from '#tests/lib/stick.ts';

const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function laptop(): Promise<TestCore> {
  const core = await startSignedIn();
  ends.push(() => core.close());
  return core;
}

/** Enrolled by an invitation that came on a stick, without any line. */
async function enrolByStick(hub: TestHub, name: string): Promise<TestCore> {
  const core = await laptop();
  const stick = newStick();
  await hub.command('invite', '--file', stick.path, '--partition', partition, '--roles', 'chair', '--laptop', name);
  const place = await plugIn(core, stick);
  expect(await core.value('stick.request', { place })).toMatchObject({ isInvited: true });
  expect(await hub.command('stick', stick.path)).toContain(`enrolled\t${name}`);
  await core.value('stick.accept', { place: await plugIn(core, stick), confirmed: false });
  return core;
}

const partition = 'kz/kz-19/kz-19-tec_oblast';

async function addContact(core: TestCore, name: string): Promise<string> {
  return (await core.value('records.save', { kind: 'contact', values: { name } })).id;
}

async function contactNames(core: TestCore): Promise<string[]> {
  const { rows } = await core.value('records.list', { kind: 'contact', locale: 'ru' });
  return rows.map((row) => String(row.values['name'])).sort();
}

for (const kind of bothDatabases(postgres, 'stick')) {
  describe.skipIf(kind.skip)(`sticks and a hub on ${kind.name}`, () => {
    let hub: TestHub;
    beforeAll(async () => {
      hub = await startHub(await kind.place());
    });
    afterAll(() => hub.close());

    test('a trainer carries a stick around: two laptops never online and one online become equal', async () => {
      const first = await enrolByStick(hub, 'SAMPLE-A');
      const second = await enrolByStick(hub, 'SAMPLE-B');
      const online = await laptop();
      await online.value('sync.enrol', { address: hub.address, code: await hub.invite({ laptop: 'SAMPLE-C' }) });
      expect((await first.value('sync.status', {})).enrolled).toMatchObject({ address: null, hubName: 'Hub, sample' });
      expect(await first.code('sync.now', {})).toBe('sync/stick-only');

      await addContact(first, 'Контакт, пример А');
      await addContact(second, 'Контакт, пример Б');
      await addContact(online, 'Контакт, пример В');
      await online.value('sync.now', {});
      const stick = newStick();
      const { saved } = await first.value('sync.status', {});
      const { files, changes } = await writeTo(first, stick, 'hub');
      expect(files).toBe(1);
      expect(changes).toBeGreaterThanOrEqual(saved);
      expect(await first.value('sync.status', {})).toMatchObject({ saved: 0, sent: saved });
      await writeTo(second, stick, 'hub');
      const said = await hub.command('stick', stick.path);
      expect(said).toContain(`taken\tSAMPLE-A\t${changes} changes`);
      expect(said).toContain('taken\tSAMPLE-B');
      expect(said).toContain('answer\tSAMPLE-C');

      // Each takes only its own, and says so on the page before it is asked.
      await plugIn(first, stick);
      expect((await first.value('stick.state', {})).arrivals).toMatchObject([{ what: 'parcels', files: 1 }]);
      const taken = await takeFrom(first, stick);
      expect(taken).toMatchObject({ files: 1, problems: [] });
      expect((await first.value('stick.state', {})).arrivals).toEqual([]);
      expect(await takeFrom(second, stick)).toMatchObject({ files: 1, problems: [] });
      await online.value('sync.now', {});
      const all = ['Контакт, пример А', 'Контакт, пример Б', 'Контакт, пример В'];
      for (const core of [first, second, online]) expect(await contactNames(core)).toEqual(all);
      expect(await first.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, state: 'up-to-date' });
      expect((await first.value('sync.status', {})).laptops.map((each) => each.name)).toContain('SAMPLE-C');
      const { items } = await first.value('sync.exchanges', { limit: 10 });
      expect(items.map((item) => [item.road, item.sent, item.received])).toEqual([
        ['stick', 0, taken.received],
        ['stick', changes, 0],
      ]);

      // Again the same stick, at every stop: nothing changes anywhere.
      const before = await hub.command('stats');
      expect(await hub.command('stick', stick.path)).toContain('taken\tSAMPLE-A\t0 changes');
      expect((JSON.parse(await hub.command('stats')) as { ops: number }).ops).toBe(
        (JSON.parse(before) as { ops: number }).ops,
      );
      expect(await takeFrom(first, stick)).toMatchObject({ received: 0, problems: [] });
      expect(await first.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0 });
    });

    test('an old answer that comes late takes nothing back', async () => {
      const core = await enrolByStick(hub, 'SAMPLE-LATE');
      const [early, late] = [newStick(), newStick()];
      await addContact(core, 'Контакт, пример ранний');
      await writeTo(core, early, 'hub');
      await hub.command('stick', early.path);
      await addContact(core, 'Контакт, пример поздний');
      await writeTo(core, late, 'hub');
      await hub.command('stick', late.path);
      await takeFrom(core, late);
      expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0 });
      await takeFrom(core, early);
      expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
    });

    test('what the hub refuses from a stick is told apart from what waits, until the right is back', async () => {
      const core = await enrolByStick(hub, 'SAMPLE-RIGHTS');
      const rounds = async () => {
        const stick = newStick();
        const written = await writeTo(core, stick, 'hub');
        await hub.command('stick', stick.path);
        await takeFrom(core, stick);
        return written;
      };
      await addContact(core, 'Контакт, пример до');
      await rounds();
      await hub.command('grant', 'SAMPLE-RIGHTS', '--roles', 'trainer', '--hand-over-days', '0');
      await core.value('records.save', { kind: 'decision', values: { state: 'draft', number: '1/1' } });
      await rounds();
      const name = 'Алматинская областная территориальная избирательная комиссия';
      const refused = { state: 'partly', saved: 1, refused: 1, sent: 0 };
      const problem = { code: 'sync/hub-refused', reason: 'wrong-role', partition };
      expect(await core.value('sync.status', {})).toMatchObject({ ...refused, problem });
      expect((await core.value('sync.status', {})).problem?.['names']).toMatchObject({ ru: name });
      const preview = await core.value('stick.preview', { reader: 'hub', everything: false });
      expect(preview).toMatchObject({ changes: 1, refused: 1 });
      expect(await rounds(), 'once more').toMatchObject({ changes: 1, refused: 1 });
      expect(await core.value('sync.status', {})).toMatchObject({ ...refused, problem });

      // The hub answers a stick that brought nothing from here.
      const other = newStick();
      await hub.command('stick', other.path);
      await takeFrom(core, other);
      expect(await core.value('sync.status', {})).toMatchObject({ ...refused, problem });

      await hub.command('grant', 'SAMPLE-RIGHTS', '--roles', 'chair');
      await hub.command('stick', other.path);
      await takeFrom(core, other);
      // What was refused is not on its way: it has to be carried once more.
      expect(await core.value('sync.status', {})).toMatchObject({ saved: 1, sent: 0, refused: 0, problem: null });
      await rounds();
      expect(await core.value('sync.status', {})).toMatchObject({ state: 'up-to-date', saved: 0, sent: 0, refused: 0 });
    });

    test('a request without an invitation is granted by hand, after both numbers were compared', async () => {
      const core = await laptop();
      const stick = newStick();
      const { digits } = await core.value('stick.request', { place: await plugIn(core, stick) });
      expect((await core.value('stick.state', {})).requested).toMatchObject({ digits });
      const [request] = stick.files();
      const file = join(stick.path, 'komissiya', String(request));
      await expect(hub.command('enrol-request', file, '--roles', 'chair', '--laptop', 'SAMPLE-HAND')).rejects.toThrow(
        /--digits/,
      );
      await expect(
        hub.command('enrol-request', file, '--roles', 'chair', '--laptop', 'SAMPLE-HAND', '--digits', '000000'),
      ).rejects.toThrow(digits);
      const said = await hub.command(
        'enrol-request',
        file,
        '--roles',
        'chair',
        '--laptop',
        'SAMPLE-HAND',
        '--digits',
        digits,
        '--address',
        hub.address,
      );
      const place = await plugIn(core, stick);
      const [arrival] = (await core.value('stick.state', {})).arrivals;
      expect(arrival).toMatchObject({ what: 'answer', hubName: 'Hub, sample' });
      expect(said.replaceAll(' ', '')).toContain(String(arrival?.digits));
      expect(await core.code('stick.accept', { place, confirmed: false })).toBe('stick/wrong-answer');
      await core.value('stick.accept', { place, confirmed: true });
      // It came with an address: from here on it exchanges over the line.
      await addContact(core, 'Контакт, пример по линии');
      await core.value('sync.now', {});
      expect(await core.value('sync.status', {})).toMatchObject({
        saved: 0,
        sent: 0,
        enrolled: { address: hub.address },
      });
    });

    test('an invitation on a stick also enrols over the network', async () => {
      const core = await laptop();
      const stick = newStick();
      const options = [
        '--partition',
        partition,
        '--roles',
        'chair',
        '--laptop',
        'SAMPLE-NET',
        '--address',
        hub.address,
      ];
      await hub.command('invite', '--file', stick.path, ...options);
      const place = await plugIn(core, stick);
      expect((await core.value('stick.state', {})).arrivals).toMatchObject([{ what: 'invitation', isOnline: true }]);
      // The file names the whole key: a hub whose six digits are the same is still another one.
      const written = parseInvitationFile(readFileSync(join(stick.path, invitationFileName), 'utf8'));
      const other = { address: hub.address, code: written?.code ?? '', hubKey: 'ab'.repeat(32) };
      expect(await core.code('sync.enrol', other)).toBe('sync/wrong-hub-key');
      await core.value('stick.enrol', { place });
      expect((await core.value('sync.status', {})).enrolled).toMatchObject({ address: hub.address });
    });

    test('a revoked laptop gets nothing but the word of it, and others learn it', async () => {
      const lost = await enrolByStick(hub, 'SAMPLE-LOST');
      const other = await enrolByStick(hub, 'SAMPLE-OTHER');
      await addContact(lost, 'Контакт, пример потерянный');
      const stick = newStick();
      await writeTo(other, stick, 'hub');
      await hub.command('stick', stick.path);
      await takeFrom(other, stick);
      await takeFrom(lost, stick);
      const readers = (await other.value('stick.state', {})).readers.map((each) => each.name);
      expect(readers).toContain('SAMPLE-LOST');
      await hub.command('revoke', 'SAMPLE-LOST');
      await writeTo(lost, stick, 'hub');
      expect(await hub.command('stick', stick.path)).not.toContain('taken\tSAMPLE-LOST');
      const { received, problems } = await takeFrom(lost, stick);
      expect([received, problems.map((each) => each.code)]).toEqual([0, ['sync/revoked']]);
      expect(await contactNames(lost)).toContain('Контакт, пример потерянный');
      await takeFrom(other, stick);
      expect((await other.value('stick.state', {})).readers.map((each) => each.name)).not.toContain('SAMPLE-LOST');
      // What the revoked one carries straight to a neighbour is refused too: it knew the neighbour from before.
      const neighbour = (await other.value('sync.status', {})).laptops.find((each) => each.isThis)?.replica ?? '';
      const direct = newStick();
      await writeTo(lost, direct, neighbour);
      expect(direct.files()).toHaveLength(1);
      expect((await takeFrom(other, direct)).problems.map((each) => each.code)).toEqual(['stick/revoked-writer']);
      expect(await contactNames(other)).not.toContain('Контакт, пример потерянный');
    });

    test('cut, altered and foreign files leave the hub and the laptops as they were', async () => {
      const core = await enrolByStick(hub, 'SAMPLE-CUT');
      await addContact(core, 'Контакт, пример целый');
      const stick = newStick();
      await writeTo(core, stick, 'hub');
      const [name] = stick.files();
      const whole = stick.read(String(name));
      const bad = newStick();
      mkdirSync(join(bad.path, 'komissiya'));
      const put = (file: string, bytes: Buffer) => writeFileSync(join(bad.path, 'komissiya', file), bytes);
      put('half-1.kpack', whole.subarray(0, whole.length / 2));
      const altered = Buffer.from(whole);
      altered[Math.floor(whole.length / 2)] = (altered[Math.floor(whole.length / 2)] ?? 0) ^ 1;
      put('altered-1.kpack', altered);
      put('text-1.kpack', Buffer.from('no pack at all'));
      const opsBefore = (JSON.parse(await hub.command('stats')) as { ops: number }).ops;
      const said = await hub.command('stick', bad.path);
      expect(said).not.toContain('taken');
      expect((JSON.parse(await hub.command('stats')) as { ops: number }).ops).toBe(opsBefore);
      // Another hub has no use for it and takes nothing.
      const stranger = await startHub();
      ends.push(() => stranger.close());
      expect(await stranger.command('stick', stick.path)).not.toContain('taken');
      // The answers of a hub, cut anywhere, are said to be so; whole they are taken.
      await hub.command('stick', stick.path);
      const answers = readdirSync(join(stick.path, 'komissiya')).filter((file) => file !== name);
      const cut = newStick();
      mkdirSync(join(cut.path, 'komissiya'));
      for (const file of answers) {
        copyFileSync(join(stick.path, 'komissiya', file), join(cut.path, 'komissiya', file));
        truncateSync(join(cut.path, 'komissiya', file), readFileSync(join(cut.path, 'komissiya', file)).length - 7);
      }
      expect(await core.code('stick.take', { place: await plugIn(core, cut) })).toBe('stick/damaged');
      expect((await core.value('sync.status', {})).sent).toBeGreaterThan(0);
      await takeFrom(core, stick);
      expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0 });
    });
  });
}
