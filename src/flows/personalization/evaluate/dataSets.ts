/** What the personalization flow is evaluated on. */
import type { DataSet } from '../../../evaluate/dataSet.ts';
import { yoochoose } from './yoochoose.ts';

export const dataSets: readonly DataSet[] = [yoochoose];
