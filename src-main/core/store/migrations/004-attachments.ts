/** What is known of attachments beside their references: the bytes lie sealed beside the database (core/files/file-store.ts). */
export const migration004 = {
  name: '004-attachments',
  sql: `
    create table attachment (
      sha256 text primary key,
      hub_epoch text not null
    ) strict, without rowid;
  `,
};
