/** The courses of the installed packs, read from their blobs. A parsed course is kept as long as its bytes are the same. */
import { readFile } from 'node:fs/promises';
import type { Course } from '#shared/training/course.ts';
import { parseCourse } from '#shared/training/course.ts';

/** What the training domain needs of installed packs; the packs service answers it. */
export type CourseFiles = {
  /** Installed packs of the kind `training`. The id of such a pack is the id of its course. */
  trainingPacks(): readonly {
    readonly id: string;
    readonly version: number;
    readonly bytes: number;
    readonly publisherName: string;
  }[];
  /** Where a file of an installed pack lies; undefined when the pack has none of this name. */
  fileOf(
    pack: string,
    path: string,
  ): { readonly file: string; readonly sha256: string; readonly bytes: number; readonly mediaType: string } | undefined;
};

export type CourseLibrary = {
  /** The course of an installed pack; null when there is none or its file cannot be read. */
  course(pack: string): Promise<Course | null>;
  /** The text of a file; null when there is none, it is no text, or it is longer than `maxTextBytes`. */
  text(pack: string, path: string): Promise<string | null>;
};

const maxTextBytes = 1024 * 1024;

export function createCourseLibrary(files: CourseFiles): CourseLibrary {
  const parsed = new Map<string, { readonly sha256: string; readonly course: Course }>();
  return {
    async course(pack) {
      const place = files.fileOf(pack, 'course.json');
      if (place === undefined) return null;
      const known = parsed.get(pack);
      if (known?.sha256 === place.sha256) return known.course;
      const json = await readFile(place.file, 'utf8').catch(() => null);
      if (json === null) return null;
      // The import parsed the same bytes, so this is JSON; a later version of the schema may still refuse them.
      const result = parseCourse(JSON.parse(json));
      if (!result.ok) return null;
      parsed.set(pack, { sha256: place.sha256, course: result.value });
      return result.value;
    },
    async text(pack, path) {
      const place = files.fileOf(pack, path);
      if (place === undefined || place.bytes > maxTextBytes || !place.mediaType.startsWith('text/')) return null;
      const bytes = await readFile(place.file).catch(() => null);
      if (bytes === null) return null;
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch {
        return null;
      }
    },
  };
}
