/** The flows that this build knows, one line each. */
import type { Flow } from '../domain/flow.ts';
import { fraud } from './fraud/flow.ts';
import { maintenance } from './maintenance/flow.ts';

export const flows: readonly Flow[] = [fraud as Flow, maintenance as Flow];
