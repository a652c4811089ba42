/** What the supply flow is evaluated on. */
import type { DataSet } from '../../../evaluate/dataSet.ts';
import { carparts } from './carparts.ts';
import { inventoryOptima } from './inventoryOptima.ts';
import { scmsDelivery } from './scmsDelivery.ts';

export const dataSets: readonly DataSet[] = [inventoryOptima, carparts, scmsDelivery];
