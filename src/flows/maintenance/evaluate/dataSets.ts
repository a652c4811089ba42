/** What the maintenance flow is evaluated on. */
import type { DataSet } from '../../../evaluate/dataSet.ts';
import { nab } from './nab.ts';
import { skab } from './skab.ts';

export const dataSets: readonly DataSet[] = [nab, skab];
