/**
 * What a text begins with that stands for a number, from parsing to the store. Nobody outside can guess it, so no text that was sent is taken
 * for one. Short: a body may hold a million such numbers.
 */
import { randomBytes } from 'node:crypto';

export const MARK = randomBytes(12).toString('base64url');
