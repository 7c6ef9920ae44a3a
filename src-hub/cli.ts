/** The operator's commands. Each opens the same database the running hub uses; the hub need not be stopped. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Partition } from '#shared/access/partitions.ts';
import { Role } from '#shared/access/roles.ts';
import { formatInvitation } from '#shared/sync/invitation.ts';
import type { Hub } from './hub.ts';

export const usage = `Usage: npm run hub -- <command>
  start                      start the hub (also without a command)
  invite --partition kz/kz-19/kz-19-tec_oblast --roles chair,secretary --laptop "LAPTOP-01"
         [--commission "Name for the status page"] [--days 14] [--valid-days 400]
                             print a one-time invitation code
  list                       list the laptops, longest silence first
  revoke <serial or laptop>  refuse a laptop from its next contact on
  stats                      print what the hub holds, as JSON
Settings: KOMISSIYA_HUB_DIR, KOMISSIYA_HUB_HOST, KOMISSIYA_HUB_PORT, KOMISSIYA_HUB_NAME, HUB_DATABASE_URL,
  KOMISSIYA_HUB_STATUS_PASSWORD, KOMISSIYA_HUB_BEHIND_PROXY, KOMISSIYA_HUB_QUOTA_BYTES, KOMISSIYA_HUB_LOG.`;

const InviteOptions = z.object({
  partition: z.array(Partition).min(1),
  roles: z
    .string()
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(Role).min(1)),
  laptop: z.string().trim().min(1).max(120),
  commission: z.string().trim().min(1).max(300).nullable(),
  days: z.coerce.number().int().min(1).max(365),
  'valid-days': z.coerce.number().int().min(1).max(1500),
});

/** Runs one command on an opened hub. Returns the process's exit code; prints to `out`, complaints to `complain`. */
export async function runCommand(
  hub: Hub,
  command: string,
  args: readonly string[],
  out: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  switch (command) {
    case 'invite':
      return invite(hub, args, out, complain);
    case 'list': {
      const laptops = await hub.credentials.list();
      for (const laptop of laptops) {
        const contact = laptop.last_contact_at === null ? 'never' : new Date(laptop.last_contact_at).toISOString();
        const state = laptop.revoked_at === null ? 'enrolled' : 'revoked';
        out([laptop.serial, state, contact, laptop.partition, laptop.laptop].join('\t'));
      }
      if (laptops.length === 0) complain('No laptop is enrolled yet.');
      return 0;
    }
    case 'revoke': {
      const wanted = args[0];
      if (wanted === undefined) {
        complain('Which laptop? Give its serial or name: npm run hub -- revoke <serial>. See: npm run hub -- list');
        return 2;
      }
      const revoked = await hub.credentials.revoke(wanted);
      if (revoked.length === 0) {
        complain(`No enrolled laptop has the serial or name "${wanted}". See: npm run hub -- list`);
        return 1;
      }
      out(`Revoked: ${revoked.join(', ')}. What it sent before stays; from its next contact on it is refused.`);
      return 0;
    }
    case 'stats': {
      const laptops = await hub.credentials.list();
      const refusals = await hub.ledger.refusals();
      out(
        JSON.stringify({
          hub: hub.identity.name,
          epoch: hub.identity.epoch,
          laptops: laptops.filter((laptop) => laptop.revoked_at === null).length,
          revoked: laptops.filter((laptop) => laptop.revoked_at !== null).length,
          ...(await hub.ledger.totals()),
          refusals: Object.fromEntries(refusals.map((line) => [line.reason, line.count])),
        }),
      );
      return 0;
    }
    default:
      complain(usage);
      return 2;
  }
}

async function invite(
  hub: Hub,
  args: readonly string[],
  out: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  let values: Record<string, unknown>;
  try {
    const parsed = parseArgs({
      args: [...args],
      options: {
        partition: { type: 'string', multiple: true },
        roles: { type: 'string' },
        laptop: { type: 'string' },
        commission: { type: 'string' },
        days: { type: 'string', default: '14' },
        'valid-days': { type: 'string', default: '400' },
      },
    });
    values = { commission: null, ...parsed.values };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : 'Wrong options'}\n${usage}`);
    return 2;
  }
  const options = InviteOptions.safeParse(values);
  if (!options.success) {
    for (const issue of options.error.issues) complain(`--${String(issue.path[0])}: ${issue.message}`);
    complain(usage);
    return 2;
  }
  const { partition, roles, laptop, commission, days } = options.data;
  const code = await hub.credentials.invite({
    partitions: partition,
    roles,
    laptop,
    commission,
    days,
    validDays: options.data['valid-days'],
  });
  out(`Invitation for ${laptop} (${partition.join(', ')}), works once, within ${days} days:`);
  out('');
  out(`    ${formatInvitation(code)}`);
  out('');
  out('Hand the code over, or read it out by phone. It is not kept here and cannot be shown again.');
  return 0;
}
