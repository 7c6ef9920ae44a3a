import { seededRandom, type TestCore } from './core.ts';

/** Hands over so many contacts, a multiple of 500, with notes that do not pack, as names and addresses hardly do. */
export async function handOverContacts(core: TestCore, many: number, noteBytes = 120): Promise<void> {
  const random = seededRandom('notes');
  for (let batch = 0; batch < many / 500; batch += 1) {
    const items = Array.from({ length: 500 }, (_, index) => ({
      kind: 'contact' as const,
      values: {
        name: `Контакт, пример ${batch}-${index}`,
        note: Buffer.from(random.bytes(noteBytes)).toString('base64'),
      },
    }));
    await core.value('records.saveTogether', { items });
  }
  await core.value('sync.now', {});
}
