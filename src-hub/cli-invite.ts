/** `hub invite`: a code to read out, a file for a stick, a QR code. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Partition } from '#shared/access/partitions.ts';
import { Role } from '#shared/access/roles.ts';
import { formatInvitation } from '#shared/sync/invitation.ts';
import { type InvitationFile, invitationFileName, invitationLink } from '#shared/sync/invitation-file.ts';
import type { Hub, HubDeps } from './hub.ts';
import { qrPng, qrSvg, qrText } from './qr-code.ts';
import type { Terminal } from './terminal.ts';

export const inviteUsage = `invite --partition kz/kz-19/kz-19-tec_oblast --roles chair,secretary --laptop "LAPTOP-01"
         [--commission "Name for the status page"] [--days 14] [--valid-days 400]
         [--address https://hub.example.org] [--file <stick or file.json>] [--qr text | <file.svg> | <file.png>]`;

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
  address: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .transform((text) => new URL(text).origin)
    .nullable(),
  file: z.string().min(1).nullable(),
  qr: z
    .string()
    .regex(/^text$|\.(svg|png)$/i, 'must be text, a file .svg or a file .png')
    .nullable(),
});

export async function invite(hub: Hub, args: readonly string[], to: Terminal, deps: HubDeps): Promise<number> {
  const { out, complain } = to;
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
        address: { type: 'string' },
        file: { type: 'string' },
        qr: { type: 'string' },
      },
    });
    values = { commission: null, address: null, file: null, qr: null, ...parsed.values };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : 'Wrong options'}\nUsage: npm run hub -- ${inviteUsage}`);
    return 2;
  }
  const options = InviteOptions.safeParse(values);
  if (!options.success) {
    for (const issue of options.error.issues) complain(`--${String(issue.path[0])}: ${issue.message}`);
    complain(`Usage: npm run hub -- ${inviteUsage}`);
    return 2;
  }
  const { partition: partitions, roles, laptop, commission, days, address, file, qr } = options.data;
  const validDays = options.data['valid-days'];
  const code = await hub.credentials.invite({ partitions, roles, laptop, commission, days, validDays });
  const invitation: InvitationFile = {
    format: 'komissiya invitation 1',
    hubName: hub.identity.name,
    hubKey: hub.identity.publicKey,
    hubRecipient: hub.recipient,
    address,
    code,
    laptop,
    partitions,
    expiresAt: deps.time.now() + days * 86_400_000,
  };
  out(`Invitation for ${laptop} (${partitions.join(', ')}), works once, within ${days} days:`);
  out('');
  out(`    ${formatInvitation(code)}`);
  out('');
  try {
    if (file !== null)
      out(`Written to ${await writeFileFor(file, invitation)}. Whoever has it can enrol: hand it over.`);
    if (qr !== null) await showAsQr(qr, invitationLink(invitation), to);
  } catch (error) {
    complain(`The code above works, but: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  if (file !== null && address === null) out('The file does not say where the hub is: --address https://… would.');
  out('Hand the code over, or read it out by phone. It is not kept here and cannot be shown again.');
  return 0;
}

/** The picture, and what it says: a laptop has no camera for it, but its Sync page takes the link in the code's field. */
async function showAsQr(qr: string, link: string, { out }: Terminal): Promise<void> {
  if (qr === 'text') out(qrText(link));
  else {
    await writeFile(qr, /png$/i.test(qr) ? qrPng(link) : qrSvg(link));
    out(`QR code written to ${qr}.`);
  }
  out('The QR code says this link. On the Sync page it is pasted in the place of the code:');
  out('');
  out(`    ${link}`);
  out('');
}

/** Into a stick's folder under the name the app looks for, or to a file. */
async function writeFileFor(place: string, invitation: InvitationFile): Promise<string> {
  const isFolder = (await stat(place).catch(() => null))?.isDirectory() === true;
  const path = isFolder ? join(place, invitationFileName) : place;
  await writeFile(path, `${JSON.stringify(invitation, null, 2)}\n`, { flush: true });
  return path;
}
