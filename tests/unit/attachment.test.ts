import { describe, expect, test } from 'vitest';
import {
  attachmentsOf,
  attachmentText,
  isAttachable,
  maxAttachmentBytes,
  parseAttachment,
  sealedText,
  tidyFileName,
} from '#shared/files/attachment.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

describe('names of attachments', () => {
  test.each([
    ['  Скан № 1.pdf ', 'Скан № 1.pdf'],
    ['../../etc/passwd.pdf', 'etc passwd.pdf'],
    ['C:\\Users\\scan.pdf', 'C Users scan.pdf'],
    ['invoice\u202efdp.exe', 'invoice fdp.exe'],
    ['a\u0000b\nc.jpg', 'a b c.jpg'],
    ['...', ''],
  ])('%j becomes %j', (given, tidy) => {
    expect(tidyFileName(given)).toBe(tidy);
    expect(tidyFileName(tidy)).toBe(tidy);
  });

  test('a long one keeps its ending', () => {
    const tidy = tidyFileName(`${'Ә'.repeat(300)}.pdf`);
    expect(tidy).toHaveLength(120);
    expect(tidy.endsWith('.pdf')).toBe(true);
  });

  test('nothing that runs is attachable', () => {
    for (const name of ['a.exe', 'a.pdf.lnk', 'a.html', 'a.svg', 'a.docm', 'pdf', 'a.'])
      expect(isAttachable(name)).toBe(false);
    for (const name of ['a.pdf', 'Скан.JPG', 'a.docx']) expect(isAttachable(name)).toBe(true);
  });
});

describe('references', () => {
  test('read what was written, and nothing else', () => {
    const file = { sha256: a, bytes: 12, name: 'Скан № 1.pdf' };
    expect(parseAttachment(attachmentText(file))).toEqual(file);
    for (const element of [
      '',
      `${a} 12`,
      `${a} 012 a.pdf`,
      `${a} 0 a.pdf`,
      `${a} ${String(maxAttachmentBytes + 1)} a.pdf`,
      `${a} 12 a.exe`,
      `${a} 12 ../a.pdf`,
      `${a.toUpperCase()} 12 a.pdf`,
    ]) {
      expect(parseAttachment(element), element).toBeNull();
    }
  });

  test('a signature fixes the list: later additions stand apart, later removals change nothing', () => {
    const files = [`${a} 1 one.pdf`];
    const sealedFiles = sealedText({ files });
    expect(sealedFiles).toBe(files[0]);
    expect(attachmentsOf({ files: [...files, `${b} 2 two.pdf`], sealedFiles })).toMatchObject({
      own: [{ sha256: a }],
      late: [{ sha256: b }],
    });
    expect(attachmentsOf({ files: [], sealedFiles }).own).toMatchObject([{ sha256: a }]);
    expect(attachmentsOf({ files, sealedFiles: '' })).toMatchObject({ own: [], late: [{ sha256: a }] });
    expect(sealedText({ files: ['nonsense'] })).toBe('');
  });
});
