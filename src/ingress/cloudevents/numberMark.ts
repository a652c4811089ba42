/** What a text begins with that stands for a number, from parsing to the store. Nobody outside can guess it, so no text that was sent is taken for one. */
import { randomBytes } from 'node:crypto';

export const MARK = `number ${randomBytes(16).toString('hex')} `;
