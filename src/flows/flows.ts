/** All flows of the index, as the service takes them. */
import type { Flow } from '../domain/flow.ts';
import * as index from './index.ts';

export const flows = Object.values(index) as readonly Flow[];
