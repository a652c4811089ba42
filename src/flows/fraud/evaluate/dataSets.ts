/** What the fraud flow is evaluated on. */
import type { DataSet } from '../../../evaluate/dataSet.ts';
import { fraudHandbook } from './fraudHandbook.ts';

export const dataSets: readonly DataSet[] = [fraudHandbook];
