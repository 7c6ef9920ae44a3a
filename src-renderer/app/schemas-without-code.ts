/**
 * For every page that may check a schema, and loaded with them, not with the first screen: the strict content policy allows no
 * code made from strings, which zod would try.
 */
import { config } from 'zod';

config({ jitless: true });
