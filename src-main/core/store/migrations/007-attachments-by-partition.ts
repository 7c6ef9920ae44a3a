/**
 * That the hub holds an attachment is known for each partition it is referred to from; '' is this laptop's own. What was known before
 * was of that one: until now all were offered there, whatever partition their records are of.
 */
export const migration007 = {
  name: '007-attachments-by-partition',
  sql: `
    create table attachment_there (
      sha256 text not null,
      partition text not null,
      hub_epoch text not null,
      primary key (sha256, partition)
    ) strict, without rowid;
    insert into attachment_there (sha256, partition, hub_epoch) select sha256, '', hub_epoch from attachment;
    drop table attachment;
    alter table attachment_there rename to attachment;
  `,
};
