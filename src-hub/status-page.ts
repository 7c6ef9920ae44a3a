/**
 * The operator's page as plain HTML, no script. It speaks of laptops, commissions and changes; no person, phone or text of
 * a record is ever known to it.
 */
import { type PageLocale, type StatusTexts, statusTexts } from './status-texts.ts';
import type { RefusalLine } from './ledger-queries.ts';

export type StatusView = {
  readonly hubName: string;
  readonly host: string;
  readonly version: string;
  /** Milliseconds UTC, as all moments here. */
  readonly now: number;
  readonly laptops: readonly {
    readonly commission: string | null;
    readonly partition: string;
    readonly laptop: string;
    readonly lastContactAt: number | null;
    readonly version: string | null;
    readonly revoked: boolean;
    /** It goes on under another identity, and copies of it were refused so often; null where it does not. */
    readonly copiesRefused: number | null;
    readonly expired: boolean;
    readonly waitingBytes: number;
  }[];
  /** Known by their credentials' signature only, since the hub was put back (learnt.ts). */
  readonly learnt: readonly { readonly partition: string; readonly laptop: string; readonly revoked: boolean }[];
  readonly refusals: readonly RefusalLine[];
  readonly stored: { readonly recordBytes: number; readonly attachmentBytes: number; readonly packBytes: number };
  readonly freeBytes: number | null;
};

const dayMs = 86_400_000;

export function renderStatus(view: StatusView, locale: PageLocale): string {
  const texts = statusTexts[locale];
  const active = view.laptops.filter((laptop) => !laptop.revoked);
  const silent = active.filter((laptop) => silentDays(laptop.lastContactAt, view.now) > 30).length;
  const recent = active.filter((laptop) => view.now - (laptop.lastContactAt ?? 0) <= dayMs).length;
  const waiting = active.reduce((sum, laptop) => sum + laptop.waitingBytes, 0);
  const refused = view.refusals.reduce((sum, line) => sum + line.count, 0);
  const state = active.length === 0 ? texts.noLaptops : silent > 0 ? texts.silent(silent) : texts.allInTouch;
  const figures: [string | number, string][] = [
    [active.length, texts.figures.enrolled],
    [recent, texts.figures.recent],
    [silent, texts.figures.silent],
    [size(waiting, texts), texts.figures.waiting],
    [refused, texts.figures.refused],
  ];
  const body = `<main><div class="head"><div class="grow"><h1>${texts.title}</h1>
<p class="mut">${state} ${texts.made(momentText(view.now))}</p></div>
<a class="btn" href="?lang=${locale}"><svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d="M20 11a8.1 8.1 0 0 0 -15.5 -2m-.5 -4v4h4"/><path d="M4 13a8.1 8.1 0 0 0 15.5 2m.5 4v-4h-4"/></svg>${texts.refresh}</a></div>
<ul class="sheet fig">${figures.map(([value, label]) => `<li><b>${value}</b><span class="sm mut">${label}</span></li>`).join('')}</ul>
<div class="g"><div class="col">${laptopsSection(view, texts)}${refusalsSection(view, texts)}</div>
<div class="col">${commandSections(texts)}${storageSection(view, texts)}</div></div></main>`;
  return document(locale, `${texts.title} · ${view.hubName}`, header(view, texts), body);
}

/** The page for those who may not read it from where they are. */
export function renderForbidden(locale: PageLocale): string {
  const texts = statusTexts[locale];
  const body = `<main><h1>${texts.forbiddenTitle}</h1><p>${texts.forbiddenText}</p></main>`;
  return document(locale, texts.forbiddenTitle, `<header class="top">${mark}<b>${texts.brand}</b></header>`, body);
}

const mark =
  '<svg width="30" height="30" viewBox="0 0 64 64" aria-hidden="true"><rect width="64" height="64" rx="12" fill="#433874"/><path d="M14 12h8v40h-8z" fill="#fff"/><path d="M26 32 46 12h-11L22 25v14l13 13h11z" fill="#fff"/><path d="M38 32l7.5-7.5L53 32l-7.5 7.5z" fill="#fff"/></svg>';

function document(locale: PageLocale, title: string, head: string, body: string): string {
  return `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)}</title><link rel="stylesheet" href="/status.css"></head><body>${head}${body}</body></html>`;
}

function header(view: StatusView, texts: StatusTexts): string {
  const { locale, name } = texts.otherLanguage;
  const about = [view.hubName, view.host, texts.version(view.version)]
    .filter((part) => part !== texts.brand)
    .map(escape);
  return `<header class="top">${mark}<b>${texts.brand}</b><span class="mut sm">${about.join(' · ')}</span><span class="grow"></span>
<a class="sm" href="?lang=${locale}" lang="${locale}" hreflang="${locale}">${name}</a></header>`;
}

function laptopsSection(view: StatusView, texts: StatusTexts): string {
  const rows = view.laptops.map((laptop) => {
    const state = stateText(laptop, texts);
    const contact = state === null ? contactText(laptop.lastContactAt, view.now, texts) : null;
    // Revoked ones need nothing done.
    const isDone = laptop.revoked && !laptop.copiesRefused;
    const waiting = laptop.revoked ? '' : size(laptop.waitingBytes, texts);
    return { isDone, html: laptopRow(view, laptop, { state, contact, version: laptop.version ?? '', waiting }) };
  });
  const learnt = view.learnt.map((laptop) => {
    const state = laptop.revoked ? texts.revoked : texts.knownBySignature;
    return {
      isDone: laptop.revoked,
      html: laptopRow(view, laptop, { state, contact: null, version: '', waiting: '' }),
    };
  });
  const all = [...rows, ...learnt];
  const ordered = [...all.filter(({ isDone }) => !isDone), ...all.filter(({ isDone }) => isDone)];
  if (ordered.length === 0)
    return `<section class="sheet"><h2>${texts.laptops}</h2><p class="in mut">${texts.noLaptopsYet}</p></section>`;
  return `<section class="sheet"><h2>${texts.laptops}</h2><table><thead><tr><th>${texts.commission}</th><th>${texts.laptop}</th>
<th>${texts.lastContact}</th><th>${texts.appVersion}</th><th class="right">${texts.waitingForIt}</th></tr></thead><tbody>${ordered.map(({ html }) => html).join('')}</tbody></table></section>`;
}

/** `state`: what is said instead of the last contact, in words that may take two lines. */
function laptopRow(
  view: StatusView,
  {
    commission,
    partition,
    laptop,
  }: Pick<StatusView['laptops'][number], 'partition' | 'laptop'> & { readonly commission?: string | null },
  cells: {
    readonly state: string | null;
    readonly contact: string | null;
    readonly version: string;
    readonly waiting: string;
  },
): string {
  const { state, contact, version, waiting } = cells;
  const last = state === null ? `<td class="nw">${contact}</td>` : `<td><span class="ochre">${state}</span></td>`;
  return `<tr><td>${commissionName(view, partition, commission ?? null)}</td><td class="lap">${escape(laptop)}</td>
${last}<td>${escape(version)}</td><td class="right nw">${waiting}</td></tr>`;
}

/** By the name this laptop, or any other of it, was invited with. */
function commissionName(view: StatusView, partition: string, own: string | null): string {
  const name = own ?? view.laptops.find((each) => each.partition === partition && each.commission !== null)?.commission;
  const country = /^(kz|kg|uz|tj)(\/|$)/.exec(partition)?.[1]?.toUpperCase() ?? '';
  return name == null ? escape(partition) : `${escape(name)} <span class="mut">${country}</span>`;
}

/** Null where the last contact says enough. */
function stateText(laptop: StatusView['laptops'][number], texts: StatusTexts): string | null {
  const { revoked, expired, copiesRefused } = laptop;
  if (copiesRefused !== null) return copiesRefused === 0 ? texts.succeeded : texts.copiesRefused(copiesRefused);
  if (revoked) return texts.revoked;
  return expired ? texts.expired : null;
}

function refusalsSection(view: StatusView, texts: StatusTexts): string {
  if (view.refusals.length === 0) {
    return `<section class="sheet"><h2>${texts.refusedTitle}</h2><p class="in mut">${texts.nothingRefused}</p></section>`;
  }
  const rows = view.refusals.map((line) => {
    const [reason, advice] = texts.reasons[line.reason] ?? texts.otherReason;
    const last = `${escape(line.laptop ?? texts.unknownLaptop)}, ${dayText(line.lastAt, view.now, texts)}`;
    return `<tr><td>${reason}</td><td class="right b">${line.count}</td><td>${last}</td><td>${advice}</td></tr>`;
  });
  return `<section class="sheet"><h2>${texts.refusedTitle}</h2><table><thead><tr><th>${texts.reason}</th><th class="right">${texts.count}</th>
<th>${texts.last}</th><th>${texts.whatToDo}</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function commandSections(texts: StatusTexts): string {
  return `<section class="sheet"><h2>${texts.inviteTitle}</h2><div class="in"><p>${texts.inviteText}</p>
<pre>${escape(texts.inviteOnServer)} ${escape(texts.inviteLaptop)}</pre><p class="mut">${texts.inviteHand}</p></div></section>
<section class="sheet"><h2>${texts.revokeTitle}</h2><div class="in"><p>${texts.revokeText}</p><pre>${escape(texts.revokeLaptop)}</pre></div></section>`;
}

function storageSection(view: StatusView, texts: StatusTexts): string {
  const { recordBytes, attachmentBytes, packBytes } = view.stored;
  const used: [string, number, string][] = [
    [texts.records, recordBytes, 'f'],
    [texts.attachments, attachmentBytes, 'm'],
    [texts.packs, packBytes, 'l'],
  ];
  const free = view.freeBytes;
  const all = used.reduce((sum, [, bytes]) => sum + bytes, free ?? 0);
  let at = 0;
  const rects = used.map(([, bytes, style]) => {
    // At least a hair's breadth, so that something stored is something seen.
    const width = bytes === 0 ? 0 : Math.max(0.5, (bytes / Math.max(1, all)) * 100);
    const rect = `<rect class="${style}" x="${at.toFixed(2)}" width="${width.toFixed(2)}" height="1"/>`;
    at += width;
    return rect;
  });
  const bar =
    free === null
      ? ''
      : `<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${rects.join('')}</svg>`;
  const items = [...used, ...(free === null ? [] : [[texts.free, free, ''] as const])].map(
    ([label, bytes, style]) =>
      `<li><i class="${style}"></i><span class="grow">${label}</span><span class="nw">${size(bytes, texts)}</span></li>`,
  );
  const title = free === null ? texts.storage : `${texts.storage}, ${size(all, texts)}`;
  return `<section class="sheet"><h2>${title}</h2><div class="in">${bar}<ul class="lg">${items.join('')}</ul></div></section>`;
}

function contactText(at: number | null, now: number, texts: StatusTexts): string {
  if (at === null) return texts.never;
  const days = silentDays(at, now);
  if (days <= 30) return dayText(at, now, texts, true);
  const clock =
    '<svg class="i s" viewBox="0 0 24 24" aria-hidden="true"><path d="M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0"/><path d="M12 7v5l3 3"/></svg>';
  return `<span class="ochre">${clock}${texts.daysAgo(dateText(at), days)}</span>`;
}

function dayText(at: number, now: number, texts: StatusTexts, withTime = false): string {
  const time = clockText(at);
  if (dateText(at) === dateText(now)) return texts.today(time);
  return withTime && silentDays(at, now) < 7 ? `${dateText(at)}, ${time}` : dateText(at);
}

function silentDays(at: number | null, now: number): number {
  return Math.floor((now - (at ?? 0)) / dayMs);
}

/** Bytes as people read them: `51.3 MB`. */
function size(bytes: number, texts: StatusTexts): string {
  if (bytes === 0) return '0';
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < texts.units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1);
  return `${digits.replace('.', texts.decimal)} ${texts.units[unit] ?? ''}`;
}

/** In the time zone of the hub's machine: it is the operator's. */
function dateText(at: number): string {
  const date = new Date(at);
  return `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}`;
}
function clockText(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
function momentText(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const rest = Math.abs(minutes) % 60;
  const offset = `${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${two(rest)}`}`;
  return `${dateText(at)} ${clockText(at)} (UTC${minutes === 0 ? '' : offset})`;
}
function two(number: number): string {
  return String(number).padStart(2, '0');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
