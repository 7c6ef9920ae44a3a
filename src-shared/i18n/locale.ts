/** The locale as a schema, apart from the facts about it: the window shows its first screen without zod. */
import { z } from 'zod';
import { locales } from './locales.ts';

export const Locale = z.enum(locales);
export type Locale = z.infer<typeof Locale>;
