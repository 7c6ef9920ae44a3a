/**
 * What the shell remembers between starts, beside the encrypted store and never personal: place and size of the window,
 * text size, language. A missing or damaged file means the defaults.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Locale } from '#shared/i18n/locale.ts';

/** In device-independent pixels of the whole desktop. */
export const Bounds = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() });
export type Bounds = z.infer<typeof Bounds>;

const ShellState = z.object({
  bounds: Bounds.nullable().catch(null),
  maximized: z.boolean().nullable().catch(null),
  /** Text size chosen by the person: 1 or 1.125. */
  scale: z.number().min(0.8).max(2).catch(1),
  /** Zoom of the View menu, a factor on top of the text size. */
  zoom: z.number().min(0.5).max(3).catch(1),
  locale: Locale.nullable().catch(null),
});
export type ShellState = z.infer<typeof ShellState>;

export type ShellStateStore = {
  get(): ShellState;
  /** Changes some members and writes the file. */
  set(change: Partial<ShellState>): void;
};

/** Opens `<directory>/shell.json`. */
export function openShellState(directory: string): ShellStateStore {
  const file = join(directory, 'shell.json');
  let state = readState(file);
  return {
    get: () => state,
    set(change) {
      const next = { ...state, ...change };
      if (JSON.stringify(next) === JSON.stringify(state)) return;
      state = next;
      try {
        mkdirSync(directory, { recursive: true });
        writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`);
        renameSync(`${file}.new`, file);
      } catch {
        // A full or read-only disk costs the place of the window only.
      }
    },
  };
}

function readState(file: string): ShellState {
  let json: unknown = {};
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // First start, or damaged.
  }
  const parsed = ShellState.safeParse(json);
  return parsed.success ? parsed.data : ShellState.parse({});
}

/** The size drawn by the design; the smallest common office laptop shows it maximised. */
const wanted = { width: 1366, height: 768 };
/** Below this the narrow layout of 200 % zoom does not fit any more. */
export const smallest = { width: 640, height: 420 };

/**
 * Where the window opens: where it was, moved and shrunk into the work area that shows most of it; the middle of the first
 * work area when it was never open or its display is gone. `maximized` when it was, or at first on a small display.
 * @param workAreas the displays without task bars, the main one first; at least one
 */
export function placeWindow(
  saved: Pick<ShellState, 'bounds' | 'maximized'>,
  workAreas: readonly Bounds[],
): { bounds: Bounds; maximized: boolean } {
  const main = workAreas[0] ?? { x: 0, y: 0, ...wanted };
  const seen = saved.bounds === null ? [] : workAreas.map((area) => overlap(saved.bounds ?? area, area));
  const most = Math.max(0, ...seen);
  const area = most > 0 ? (workAreas[seen.indexOf(most)] ?? main) : main;
  const size = saved.bounds ?? wanted;
  const width = Math.min(Math.max(size.width, smallest.width), area.width);
  const height = Math.min(Math.max(size.height, smallest.height), area.height);
  const maximized = saved.maximized ?? (main.width <= wanted.width || main.height <= wanted.height);
  if (most === 0 || saved.bounds === null) {
    const x = area.x + Math.round((area.width - width) / 2);
    const y = area.y + Math.round((area.height - height) / 2);
    return { bounds: { x, y, width, height }, maximized };
  }
  const x = clamp(saved.bounds.x, area.x, area.x + area.width - width);
  const y = clamp(saved.bounds.y, area.y, area.y + area.height - height);
  return { bounds: { x, y, width, height }, maximized };
}

/** Square pixels that two rectangles share. */
function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
