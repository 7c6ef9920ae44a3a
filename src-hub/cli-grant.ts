/** `hub grant`: other rights for an enrolled laptop. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Partition } from '#shared/access/partitions.ts';
import { Role } from '#shared/access/roles.ts';
import type { Hub } from './hub.ts';
import type { Terminal } from './terminal.ts';

export const grantRightsUsage = `grant <serial or laptop> [--partition kz/kz-19/kz-19-tec_oblast]… [--roles chair,secretary]
         [--hand-over-days 30]`;

const GrantOptions = z.object({
  laptop: z.string().min(1).max(120),
  partition: z.array(Partition).min(1).max(20).optional(),
  roles: z
    .string()
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(Role).min(1))
    .optional(),
  'hand-over-days': z.coerce.number().int().min(0).max(365),
});

/** Changes partitions, roles or both; what is not given stays. */
export async function grantRights(hub: Hub, args: readonly string[], { out, complain }: Terminal): Promise<number> {
  let given: Record<string, unknown>;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        partition: { type: 'string', multiple: true },
        roles: { type: 'string' },
        'hand-over-days': { type: 'string', default: '30' },
      },
    });
    given = { ...values, laptop: positionals.length === 1 ? positionals[0] : undefined };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : 'Wrong options'}\nUsage: npm run hub -- ${grantRightsUsage}`);
    return 2;
  }
  const options = GrantOptions.safeParse(given);
  if (!options.success || (options.data.partition === undefined && options.data.roles === undefined)) {
    for (const issue of options.error?.issues ?? []) complain(`${String(issue.path[0])}: ${issue.message}`);
    complain(`Usage: npm run hub -- ${grantRightsUsage}`);
    return 2;
  }
  const { laptop, partition, roles } = options.data;
  const granted = await hub.credentials.grant(laptop, {
    ...(partition === undefined ? {} : { partitions: partition }),
    ...(roles === undefined ? {} : { roles }),
    handOverDays: options.data['hand-over-days'],
  });
  if (!granted.ok) {
    complain(problemOf(granted.error, laptop));
    return 1;
  }
  const { serial, partitions } = granted.value;
  out(`${granted.value.laptop} (${serial}): ${granted.value.roles.join(', ')} in ${partitions.join(', ')}.`);
  out('It hears of it at its next exchange, erases what it may not keep any more, and fetches what is new.');
  return 0;
}

function problemOf(failure: { readonly code: string; readonly [fact: string]: unknown }, laptop: string): string {
  switch (failure.code) {
    case 'hub/revoked':
      return `"${laptop}" is revoked: it needs a new invitation.`;
    case 'hub/own-partition':
      return `The laptop writes into ${String(failure['partition'])}: keep that among its partitions, or revoke it and invite it anew.`;
    default:
      return failure['found'] === 0
        ? `No enrolled laptop has the serial or name "${laptop}". See: npm run hub -- list`
        : `Several laptops are called "${laptop}": give the serial. See: npm run hub -- list`;
  }
}
