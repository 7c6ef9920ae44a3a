/** The operator's commands about sticks. */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Role } from '#shared/access/roles.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import type { Hub } from './hub.ts';
import type { StickReport } from './stick.ts';
import type { Terminal } from './terminal.ts';

export const grantUsage = `enrol-request <file> --roles chair,secretary --laptop "LAPTOP-07" --digits 123456
         [--commission "Name"] [--address https://hub.example.org] [--valid-days 400]`;

const text = (most: number) => z.string().trim().min(1).max(most);
const Roles = z
  .string()
  .transform((list) => list.split(',').map((role) => role.trim()))
  .pipe(z.array(Role).min(1));
const Laptop = {
  roles: Roles,
  laptop: text(120),
  commission: text(300).nullable(),
  address: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url).origin)
    .nullable(),
  'valid-days': z.coerce.number().int().min(1).max(1500),
};
const Grant = z.object({ ...Laptop, digits: z.string().nullable() });

/** `hub stick`: everything on a stick, both ways. */
export async function exchangeByStick(hub: Hub, args: readonly string[], to: Terminal): Promise<number> {
  const folder = await pathOf(args, 'folder', to);
  return folder === null ? 1 : exchange(hub, folder, to);
}

/** `hub enrol-request`: grants a request that came without an invitation. */
export async function grantRequest(hub: Hub, args: readonly string[], to: Terminal): Promise<number> {
  const file = await pathOf(args, 'file', to);
  return file === null ? 1 : grant(hub, file, args.slice(1), to);
}

async function pathOf(
  args: readonly string[],
  kind: 'file' | 'folder',
  { complain }: Terminal,
): Promise<string | null> {
  const path = args[0] ?? '';
  const stats = await stat(path).catch(() => null);
  if (stats !== null && (kind === 'file' ? stats.isFile() : stats.isDirectory())) return path;
  complain(`${path === '' ? 'Nothing' : path} is no ${kind} that can be read. Is the stick in?`);
  return null;
}

function unwritten(laptop: string, what: string, cut: string): string {
  return `not written\t${laptop}\t${what}: ${writeProblems[cut] ?? `the stick could not be written (${cut})`}`;
}

/** By `WrittenFile.cut`. */
const writeProblems: { readonly [code: string]: string } = {
  ENOSPC: 'the stick is full',
  EROFS: 'the stick is write-protected',
  EACCES: 'the stick is write-protected',
  EPERM: 'the stick is write-protected',
  EIO: 'the stick does not answer',
  'not-kept': 'the stick does not keep what was written to it, and is worn out',
  ENOENT: 'the stick was pulled out',
  ENODEV: 'the stick was pulled out',
};

async function exchange(hub: Hub, folder: string, { out, complain }: Terminal): Promise<number> {
  const report = await hub.stick.exchange(folder);
  for (const { laptop, ops, attachments, refused } of report.taken) {
    const brought = [`${ops} changes`, ...(attachments === 0 ? [] : [`${attachments} attachments`])];
    out(`taken\t${laptop}\t${[...brought, ...(refused === 0 ? [] : [`${refused} pieces refused`])].join(', ')}`);
  }
  for (const { laptop } of report.enrolled) out(`enrolled\t${laptop}`);
  for (const { path, reason } of report.leftAlone) complain(`left alone\t${path}\t${leftAloneText(reason)}`);
  for (const { laptop, segments, bytes, attachments, left } of report.answers) {
    const carried = attachments === 0 ? '' : `, ${attachments} attachments`;
    if (bytes > 0) out(`answer\t${laptop}\t${segments} segments${carried}, ${bytes} bytes`);
    if (left > 0) complain(`no room\t${laptop}\t${left} attachments: bring them with another stick, or the next time`);
  }
  if (report.taken.length === 0 && report.enrolled.length === 0) complain('Nothing for this hub was on the stick.');
  return complainOfUnwritten(report, complain) ? 1 : 0;
}

/** Whether there was something to complain of. */
function complainOfUnwritten({ taken, enrolled, answers }: StickReport, complain: Terminal['complain']): boolean {
  const lines = [
    ...enrolled.flatMap(({ laptop, cut }) =>
      cut === null ? [] : [unwritten(laptop, 'the answer to its request', cut)],
    ),
    ...answers.flatMap(({ laptop, bytes, cut }) =>
      cut === null ? [] : [unwritten(laptop, bytes > 0 ? 'the rest of its answer' : 'its answer', cut)],
    ),
  ];
  for (const line of lines) complain(line);
  if (lines.length === 0) return false;
  if (taken.length + enrolled.length > 0) complain('What the stick brought is taken in, and is not taken twice.');
  // With its files, as a request for enrolment is answered only where it lies.
  complain('Make room on the stick or open it for writing, or copy its files onto another one, and repeat.');
  return true;
}

function leftAloneText(reason: string): string {
  const texts: { readonly [reason: string]: string } = {
    'grant-by-hand': 'a request without an invitation: npm run hub -- enrol-request <file> …',
    revoked: 'the laptop is revoked; its answer says so',
    'other-hub': 'for another hub',
    'packs/cut-off': 'copied only in part: copy it again',
    'packs/damaged': 'damaged: write it again',
    'packs/bad-signature': 'damaged: write it again',
    'stick/garbage': 'no file of this app, or damaged: write it again',
    'sync/protocol': 'of another version of the app: bring laptop and hub to the same one',
    'unknown-laptop': 'this hub does not know the laptop',
    'code-used': 'its invitation has been used by another laptop',
    'code-expired': 'its invitation has expired',
    'bad-code': 'its invitation is not of this hub',
  };
  return texts[reason] ?? reason;
}

async function grant(hub: Hub, file: string, args: readonly string[], { out, complain }: Terminal): Promise<number> {
  const options = readOptions(args, complain);
  if (options === null) return 2;
  const open = await hub.stick.readRequest(file);
  if (!open.ok) {
    complain(`${file} is no enrolment request that can be read (${open.error.code}).`);
    return 1;
  }
  const { request, digits } = open.value;
  if (options.digits?.replaceAll(' ', '') !== digits) {
    out(`Request for ${request.partition}, made by its ${request.role}. Number of the laptop: ${spaced(digits)}`);
    complain(`Ask the laptop's person for the number on its page "Sync". Only if it is the same, repeat with:`);
    complain(`  --digits ${digits}`);
    return 1;
  }
  const { roles, laptop, commission, address } = options;
  const order = { roles, laptop, commission, validDays: options['valid-days'] };
  // The file lies in the stick's folder of parcels, or beside it.
  const folder = basename(dirname(file)) === packFolder ? dirname(dirname(file)) : dirname(file);
  const granted = await hub.stick.grant(folder, open.value, order, address);
  if (!granted.ok) {
    complain(`The laptop cannot be enrolled (${granted.error.code}).`);
    return 1;
  }
  const { laptop: name, cut } = granted.value;
  if (cut !== null) {
    complain(unwritten(name, 'the answer to its request', cut));
    complain(
      `${name} is enrolled, and cannot know it yet. Make room on the stick or open it for writing, or copy the file onto another one, and repeat.`,
    );
    return 1;
  }
  out(`Enrolled ${name}. The answer lies on the stick; only that laptop can read it.`);
  out(`Its page "Sync" will show the number of this hub: ${spaced(hub.stick.digits())}. Tell its person, by phone.`);
  return 0;
}

function readOptions(args: readonly string[], complain: Terminal['complain']): z.infer<typeof Grant> | null {
  let values: Record<string, unknown>;
  try {
    const parsed = parseArgs({
      args: [...args],
      options: {
        roles: { type: 'string' },
        laptop: { type: 'string' },
        commission: { type: 'string' },
        address: { type: 'string' },
        digits: { type: 'string' },
        'valid-days': { type: 'string', default: '400' },
      },
    });
    values = { commission: null, address: null, digits: null, ...parsed.values };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : 'Wrong options'}\nUsage: npm run hub -- ${grantUsage}`);
    return null;
  }
  const options = Grant.safeParse(values);
  if (options.success) return options.data;
  for (const issue of options.error.issues) complain(`--${String(issue.path[0])}: ${issue.message}`);
  complain(`Usage: npm run hub -- ${grantUsage}`);
  return null;
}

function spaced(digits: string): string {
  return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}
