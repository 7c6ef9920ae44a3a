/**
 * The operator's commands. Each opens the same database the running hub uses; the hub need not be stopped, but for `restore`.
 * They end with 0 when done, 1 when it could not be done, 2 when the command is wrong.
 */
import { parseArgs } from 'node:util';
import { isId } from '#shared/kernel/ids.ts';
import { backUp, restore } from './backup.ts';
import { grantRights, grantRightsUsage } from './cli-grant.ts';
import { inviteUsage, invite } from './cli-invite.ts';
import type { Hub, HubDeps } from './hub.ts';
import { grantRequest, grantUsage, exchangeByStick } from './stick-command.ts';
import type { Terminal } from './terminal.ts';
import { verifyAll } from './verify.ts';

type Command = {
  readonly usage: string;
  readonly about: string;
  readonly run: (hub: Hub, args: readonly string[], to: Terminal, deps: HubDeps) => Promise<number>;
};

const commands: { readonly [name: string]: Command } = {
  init: { usage: 'init', about: 'make database, keys and certificate, and say who this hub is', run: init },
  invite: { usage: inviteUsage, about: 'make a one-time invitation: code, file for a stick, QR code', run: invite },
  stick: {
    usage: 'stick <folder>',
    about: 'take in the parcels on a stick, enrol who brings an invitation, and write an answer for every laptop',
    run: exchangeByStick,
  },
  'enrol-request': { usage: grantUsage, about: 'enrol a laptop that brought a request on a stick', run: grantRequest },
  list: { usage: 'list', about: 'list the laptops, longest silence first', run: list },
  grant: { usage: grantRightsUsage, about: 'give a laptop other partitions or roles', run: grantRights },
  revoke: {
    usage: 'revoke <serial, laptop or identity>',
    about: 'refuse a laptop from its next contact on; by its identity also one that is not listed yet',
    run: revoke,
  },
  publish: {
    usage: 'publish <pack.kpack> …',
    about: 'check packs and put them on the shelf for laptops',
    run: publish,
  },
  shelf: { usage: 'shelf', about: 'list what is on the shelf', run: shelf },
  snapshots: { usage: 'snapshots', about: 'make the snapshots that are due now, and list all', run: snapshots },
  stats: { usage: 'stats', about: 'print what the hub holds, as JSON', run: stats },
  backup: { usage: 'backup <folder>', about: 'copy everything there; the hub may run', run: backup },
  restore: { usage: 'restore <folder>', about: 'put a backup into an empty hub that is stopped', run: restoreFrom },
  verify: { usage: 'verify', about: 'walk every log and every blob; ends with 1 when something is wrong', run: verify },
};

export const usage = `Usage: npm run hub -- <command>
  start
      start the hub (also without a command)
${Object.values(commands)
  .map((command) => `  ${command.usage}\n      ${command.about}`)
  .join('\n')}
Settings are environment variables; see docs/hub.md.`;

export function isCommand(name: string): boolean {
  return Object.hasOwn(commands, name);
}

/** Runs one command on an opened hub; answers the process's exit code. */
export async function runCommand(
  hub: Hub,
  name: string,
  args: readonly string[],
  to: Terminal,
  deps: HubDeps,
): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    to.complain(usage);
    return 2;
  }
  return command.run(hub, args, to, deps);
}

/** Help for one command, or for all. */
export function helpFor(name: string): string {
  const command = commands[name];
  return command === undefined ? usage : `Usage: npm run hub -- ${command.usage}\n  ${command.about}`;
}

async function init(hub: Hub, _args: readonly string[], { out }: Terminal): Promise<number> {
  const tlsKey = await hub.tlsKey();
  out(`Hub: ${hub.identity.name}`);
  out(`Key: ${hub.identity.publicKey}`);
  out(`Epoch: ${hub.identity.epoch}`);
  out(`TLS: ${tlsKey === null ? 'ends before the hub' : `SHA-256 of the public key ${tlsKey}`}`);
  out('Ready. Start it: npm run hub');
  return 0;
}

async function list(hub: Hub, _args: readonly string[], { out, complain }: Terminal): Promise<number> {
  const laptops = await hub.credentials.list();
  const copies = await hub.ledger.refusedFor('succeeded');
  for (const laptop of laptops) {
    const contact = laptop.last_contact_at === null ? 'never' : new Date(laptop.last_contact_at).toISOString();
    const shutOut = laptop.succeeded_by === null ? 'revoked' : 'succeeded';
    const state = laptop.revoked_at === null ? 'enrolled' : shutOut;
    const asked = copies.get(laptop.id);
    const note = asked === undefined ? [] : [`a copy of it was refused ${asked} times: ask whose it is`];
    out([laptop.serial, state, contact, laptop.partition, laptop.id, laptop.laptop, ...note].join('\t'));
  }
  for (const { serial, replica, laptop, partitions, isRevoked } of await hub.credentials.listLearnt()) {
    const state = isRevoked ? 'revoked' : 'not-enrolled';
    const note = 'known only by its signature: what it wrote is taken from others, itself it is not let in';
    out([serial, state, 'never', partitions.join(' '), replica, laptop, note].join('\t'));
  }
  for (const identity of await hub.credentials.revokedUnseen())
    out(['-', 'revoked', 'never', '-', identity, '-', 'not heard of yet: refused as soon as it is'].join('\t'));
  if (laptops.length === 0) complain('No laptop is enrolled yet.');
  return 0;
}

async function revoke(hub: Hub, args: readonly string[], { out, complain }: Terminal): Promise<number> {
  const wanted = one(args);
  if (wanted === null) {
    complain('Which laptop? Give serial, name or identity: npm run hub -- revoke <serial>. See: npm run hub -- list');
    return 2;
  }
  const revoked = await hub.credentials.revoke(wanted);
  if (revoked.length === 0 && isId(wanted)) {
    await hub.credentials.revokeUnseen(wanted);
    out(`Revoked: ${wanted}. No laptop of that identity is known here; whatever comes of it is refused.`);
    return 0;
  }
  if (revoked.length === 0) {
    complain(
      `No laptop known here has the serial or name "${wanted}". See: npm run hub -- list. ` +
        'Its identity, as earlier lists and the log name it, is enough where it is not listed.',
    );
    return 1;
  }
  out(`Revoked: ${revoked.join(', ')}. What it sent before stays; from its next contact on it is refused.`);
  return 0;
}

async function publish(hub: Hub, args: readonly string[], { out, complain }: Terminal): Promise<number> {
  if (args.length === 0) {
    complain(helpFor('publish'));
    return 2;
  }
  let code = 0;
  for (const path of args) {
    const published = await hub.shelf.publish(path);
    if (published.ok) {
      const { id, version, bytes } = published.value;
      out(`On the shelf: ${id}, version ${version}, ${bytes} bytes. Laptops see it at their next look.`);
    } else {
      complain(`${path}: ${packProblem(published.error)}`);
      code = 1;
    }
  }
  return code;
}

const packProblems: { readonly [code: string]: string } = {
  'packs/no-file': 'the file cannot be read',
  'packs/not-a-pack': 'not a pack, or cut off',
  'packs/unsigned': 'it is not signed',
  'packs/bad-signature': 'its signature is not right',
  'packs/unknown-publisher':
    'signed by a publisher this hub does not know (packs built from the repository: KOMISSIYA_HUB_DEVELOPMENT_PACKS=1)',
  'packs/damaged': 'it is damaged',
  'packs/too-large': 'it is too large',
  'packs/needs-newer-app': 'it is of a newer format: update the hub',
  'packs/unsafe-name': 'it holds a name no laptop would take',
  'packs/wrong-kind': 'only courses and countries are published',
  'packs/older': 'a newer version is on the shelf',
  'packs/changed': 'this version was published with another content, or the file changes: raise its version',
};

function packProblem(failure: { readonly code: string; readonly [fact: string]: unknown }): string {
  const facts = Object.entries(failure).filter(([name]) => name !== 'code');
  const said = facts.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
  return `${packProblems[failure.code] ?? failure.code}${said === '' ? '' : ` (${said})`}`;
}

async function shelf(hub: Hub, _args: readonly string[], { out, complain }: Terminal): Promise<number> {
  const packs = await hub.shelf.list();
  for (const pack of packs) out([pack.id, pack.version, pack.kind, pack.bytes, pack.sha256].join('\t'));
  if (packs.length === 0) complain('The shelf is empty.');
  return 0;
}

async function snapshots(hub: Hub, _args: readonly string[], { out, complain }: Terminal): Promise<number> {
  const made = await hub.snapshots.sweep();
  const rows = await hub.db.selectFrom('snapshot').selectAll().orderBy('partition').orderBy('made_at').execute();
  for (const row of rows)
    out([row.partition, row.ops, row.bytes, new Date(row.made_at).toISOString(), row.sha256].join('\t'));
  complain(`${made} made, ${rows.length} kept.`);
  return 0;
}

async function stats(hub: Hub, _args: readonly string[], { out }: Terminal): Promise<number> {
  const laptops = await hub.credentials.list();
  const learnt = await hub.credentials.listLearnt();
  const refusals = await hub.ledger.refusals();
  out(
    JSON.stringify({
      hub: hub.identity.name,
      epoch: hub.identity.epoch,
      laptops: laptops.filter((laptop) => laptop.revoked_at === null).length,
      revoked: laptops.filter((laptop) => laptop.revoked_at !== null).length,
      knownBySignature: learnt.length,
      ...(await hub.ledger.totals()),
      ...(await hub.blobs.totals()),
      shelf: (await hub.shelf.list()).length,
      refusals: Object.fromEntries(refusals.map((line) => [line.reason, line.count])),
    }),
  );
  return 0;
}

async function backup(hub: Hub, args: readonly string[], to: Terminal, deps: HubDeps): Promise<number> {
  const folder = one(args);
  if (folder === null) {
    to.complain(helpFor('backup'));
    return 2;
  }
  const made = await backUp({ ...hub, ...deps }, folder);
  if (!made.ok) {
    to.complain(
      `No backup was made: ${made.error.code}, blob ${String(made.error['sha256'])}. See: npm run hub -- verify`,
    );
    return 1;
  }
  to.out(JSON.stringify(made.value));
  return 0;
}

const restoreProblems: { readonly [code: string]: string } = {
  'backup/none': 'There is no complete backup in that folder (backup.json is missing or unreadable).',
  'backup/not-empty': 'This hub holds data already. Restore into a new, empty folder or database.',
  'backup/from-future': 'The backup was made by a newer hub, or its database is damaged. Update the hub.',
  'backup/damaged-blob':
    'An attachment or pack in the backup is missing or damaged; nothing was put into the database.',
};

async function restoreFrom(hub: Hub, args: readonly string[], to: Terminal, deps: HubDeps): Promise<number> {
  const folder = one(args);
  if (folder === null) {
    to.complain(helpFor('restore'));
    return 2;
  }
  const restored = await restore({ ...hub, ...deps }, folder);
  if (!restored.ok) {
    to.complain(restoreProblems[restored.error.code] ?? restored.error.code);
    return 1;
  }
  const { hub: name, madeAt, newEpoch, endedInvitations } = restored.value;
  to.out(`Restored "${name}" as of ${new Date(madeAt).toISOString()}, under the new epoch ${newEpoch}.`);
  if (endedInvitations > 0)
    to.out(
      `Invitations not used by then, ${endedInvitations}, have ended: they may have been used since. Invite anew.`,
    );
  to.out('Check it: npm run hub -- verify. Then start the hub: laptops send again what came after the backup.');
  return 0;
}

async function verify(hub: Hub, _args: readonly string[], { out, complain }: Terminal): Promise<number> {
  const { problems, ...counts } = await verifyAll({ db: hub.db, store: hub.store, hubKey: hub.identity.publicKey });
  out(JSON.stringify({ ...counts, problems: problems.length }));
  for (const problem of problems) complain(problem);
  return problems.length === 0 ? 0 : 1;
}

/** The one argument of a command; null when there is none, or more. */
function one(args: readonly string[]): string | null {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    return positionals.length === 1 ? (positionals[0] ?? null) : null;
  } catch {
    return null;
  }
}
