/** Attachments for tests: the way a window takes. */
import type { RecordView } from '#shared/records/contract.ts';
import { pieceBytes } from '#shared/files/contract.ts';
import type { TestCore } from './core.ts';

/** Attaches content to a decision piece by piece; answers its digest. */
export async function attachFile(core: TestCore, id: string, name: string, content: Uint8Array): Promise<string> {
  const { upload } = await core.value('files.begin', { name, bytes: content.length });
  for (let offset = 0; offset < content.length; offset += pieceBytes) {
    const piece = Buffer.from(content.subarray(offset, offset + pieceBytes)).toString('base64');
    await core.value('files.append', { upload, offset, piece });
  }
  return (await core.value('files.attach', { upload, kind: 'decision', id })).sha256;
}

/** Fills in what a draft lacks and signs it. */
export async function signedDraft(core: TestCore, id: string): Promise<RecordView> {
  const values = { decidedOn: '2026-03-01', title_ru: 'О пробе', body_ru: '1. Провести.', votesFor: 5 };
  await core.value('records.save', { kind: 'decision', id, values });
  return core.value('records.signDecision', { id });
}
