/** Types of runtimes.mjs, which must stay plain JavaScript for Node 18+. */
export type ElectronTarget = 'linux' | 'win32';
export type Electron = { folder: string; binary: string; version: string; official: boolean };
export type SystemPurpose = 'electron' | 'display' | 'tests';

export const root: string;
export const cacheDir: string;
export const sandboxArgs: string[];
export class SetupError extends Error {}
export function nodeModulesMatchLock(): boolean;
export function ensureNodeModules(): void;
export function ensureNode(): string;
export function chosenElectron(target?: ElectronTarget): Electron | null;
export function ensureElectron(target?: ElectronTarget): Promise<Electron>;
export function electronBinary(): Promise<string>;
export function electronDist(target?: ElectronTarget): Promise<string>;
export function ensureSystemPackages(purposes: SystemPurpose[]): void;
export function ensureDisplay(): void;
export function startDisplay(): Promise<{ env: Record<string, string>; close: () => void }>;
