/** Where packs lie on a stick: in its root and in one folder of it, nowhere deeper. Courses, countries and parcels alike. */

export const packFolder = 'komissiya';
/** Relative to the stick. */
export const packFolders = ['', packFolder] as const;

/** Whether a file's name, without its folder, is that of a pack. macOS leaves `._name` files on every stick: they are none. */
export function isPackName(name: string): boolean {
  return /\.kpack$/i.test(name) && !name.startsWith('.');
}
