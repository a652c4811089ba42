/** What the pricing flow is evaluated on. */
import type { DataSet } from '../../../evaluate/dataSet.ts';
import { ojDominicks } from './ojDominicks.ts';

export const dataSets: readonly DataSet[] = [ojDominicks];
