/**
 * A partition is a path that says who shares the data: `region`, `kz`, `kz/kz-19`, `kz/kz-19/kz-19-tec`.
 * A credential grants roles on prefixes of whole path segments.
 */
import { z } from 'zod';

export const Partition = z.string().regex(/^[a-z0-9_-]{1,80}(\/[a-z0-9_-]{1,80}){0,3}$/);
export type Partition = z.infer<typeof Partition>;

/** What all countries share. */
export const sharedPartition: Partition = 'region';

/** Whether `partition` is `prefix` itself or lies below it. */
export function isWithin(partition: string, prefix: string): boolean {
  return partition === prefix || partition.startsWith(`${prefix}/`);
}

/** Whether something can lie within both. */
export function overlaps(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

/** Builds a commission's partition. */
export function commissionPartition(country: string, unit: string, commission: string): Partition {
  return Partition.parse(`${country}/${unit}/${commission}`);
}

/** The country a partition lies in, by its lower-case alpha-2 code; null for `region` and below. */
export function countryOf(partition: string): string | null {
  const first = partition.split('/')[0] ?? '';
  return first.length === 2 ? first : null;
}
