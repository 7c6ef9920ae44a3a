/**
 * One stick for several commissions, as a trainer carries it round: each office gets its own partition and what all share, the hub gets
 * everything, and a stick that comes again or late changes nothing.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TestCore } from '#tests/lib/core.ts';
import { newStick, takeFrom, type TestStick, writeTo } from '#tests/lib/stick.ts';
import { hubAndOffices, partitionOf } from '#tests/lib/stick-offices.ts';

const commissions = ['kz-19-tec_oblast', 'kz-15-tec_oblast', 'kz-23-tec_oblast', 'kz-27-tec_oblast'] as const;
const contactOf = (commission: string, which = 'первый'): string => `Контакт, пример ${commission} ${which}`;

async function names(core: TestCore): Promise<string[]> {
  const { rows } = await core.value('records.list', { kind: 'contact', locale: 'ru' });
  return rows.map(({ values }) => String(values['name'])).sort();
}

async function write(core: TestCore, name: string): Promise<void> {
  await core.value('records.save', { kind: 'contact', values: { name } });
}

function copyOf(stick: TestStick): TestStick {
  const copy = newStick();
  mkdirSync(join(copy.path, 'komissiya'));
  for (const name of stick.files())
    copyFileSync(join(stick.path, 'komissiya', name), join(copy.path, 'komissiya', name));
  return copy;
}

/** Four offices of four commissions, never online, and a laptop on the line that may see the whole country. */
async function country() {
  const at = await hubAndOffices();
  // The first core in the hub's company is the one that may see all.
  const wide = await at.online('SAMPLE-ALL', { partitions: ['kz'], roles: ['staff'] });
  const offices: { readonly commission: string; readonly core: TestCore; readonly name: string }[] = [];
  for (const commission of commissions) {
    const name = `SAMPLE-${commission.slice(3, 5)}`;
    offices.push({ commission, name, core: await at.office(name, commission) });
  }
  const held = async (): Promise<Record<string, number>> => {
    const rows = await at.hub.db.selectFrom('log').select(['partition', 'head_seq']).execute();
    const sums: Record<string, number> = {};
    for (const { partition, head_seq } of rows) sums[partition] = (sums[partition] ?? 0) + head_seq;
    return sums;
  };
  return { ...at, wide, offices, held };
}

test('four commissions on one stick: each gets only its own, the hub gets all, and again nothing moves', async () => {
  const { stick: atHub, offices, wide, held } = await country();
  const stick = newStick();
  for (const { core, commission } of offices) {
    await write(core, contactOf(commission));
    expect(await writeTo(core, stick, 'hub')).toMatchObject({ files: 1 });
  }
  expect(stick.files()).toHaveLength(commissions.length);
  const said = await atHub(stick);
  for (const { name } of offices) expect(said).toMatch(new RegExp(`taken\\t${name}\\t[1-9]\\d* changes`));
  const atFirst = await held();
  for (const commission of commissions) expect(atFirst[partitionOf(commission)]).toBeGreaterThan(0);

  for (const { core, commission } of offices) {
    expect(await takeFrom(core, stick), commission).toMatchObject({ files: 1, problems: [] });
    expect(await names(core), commission).toEqual([contactOf(commission)]);
    expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
    // Not even who else is there: a parcel straight to an office of another commission cannot be asked for.
    const { readers } = await core.value('stick.state', {});
    expect(readers.map(({ name }) => name).filter((name) => offices.some((each) => each.name === name))).toEqual([]);
  }
  await wide.value('sync.now', {});
  expect(await names(wide)).toEqual(commissions.map((commission) => contactOf(commission)).sort());

  // The whole round once more, with the same stick.
  const again = await atHub(stick);
  for (const { name } of offices) expect(again).toContain(`taken\t${name}\t0 changes`);
  expect(await held()).toEqual(atFirst);
  for (const { core, commission } of offices) {
    expect(await takeFrom(core, stick), commission).toMatchObject({ received: 0, problems: [] });
    expect(await names(core), commission).toEqual([contactOf(commission)]);
  }
});

test('an office that is given a second commission gets what is there by the very answer that gives it, and nobody else does', async () => {
  const { hub, stick: atHub, offices, wide } = await country();
  const [first, second] = offices;
  if (first === undefined || second === undefined) throw new Error('no offices');
  // Of two commissions from now on; the other office of the first stays what it was.
  expect(
    await hub.credentials.grant(second.name, {
      partitions: [partitionOf(second.commission), partitionOf(first.commission)],
      handOverDays: 30,
    }),
  ).toMatchObject({ ok: true });
  const stick = newStick();
  for (const { core, commission } of offices) {
    await write(core, contactOf(commission));
    await writeTo(core, stick, 'hub');
  }
  await atHub(stick);
  for (const { core } of offices) expect(await takeFrom(core, stick)).toMatchObject({ problems: [] });
  expect(await names(second.core)).toEqual([contactOf(first.commission), contactOf(second.commission)].sort());
  for (const { core, commission } of offices.filter((each) => each !== second))
    expect(await names(core), commission).toEqual([contactOf(commission)]);
  await wide.value('sync.now', {});
  expect(await names(wide)).toHaveLength(offices.length);
});

test('an older stick that comes after a newer one takes nothing back, at the hub and in every office', async () => {
  const { stick: atHub, offices, held } = await country();
  const stick = newStick();
  for (const { core, commission } of offices) {
    await write(core, contactOf(commission));
    await writeTo(core, stick, 'hub');
  }
  const unanswered = copyOf(stick);
  await atHub(stick);
  const early = copyOf(stick);
  for (const { core, commission } of offices) {
    await takeFrom(core, stick);
    await write(core, contactOf(commission, 'второй'));
    await writeTo(core, stick, 'hub');
  }
  await atHub(stick);
  const all = await held();
  for (const { core } of offices) await takeFrom(core, stick);
  await atHub(unanswered);
  expect(await held()).toEqual(all);
  for (const late of [early, unanswered])
    for (const { core, commission } of offices) {
      expect(await takeFrom(core, late), commission).toMatchObject({ received: 0, problems: [] });
      expect(await names(core), commission).toEqual([contactOf(commission, 'второй'), contactOf(commission)]);
      expect(await core.value('sync.status', {}), commission).toMatchObject({ saved: 0, sent: 0, problem: null });
    }
});
