/** Machines by their readings: normal, to be watched, or an alert that becomes a work order. */
import { readFileSync } from 'node:fs';
import type { Flow } from '../../domain/flow.ts';
import { foldingCode } from '../foldingCode.ts';
import { type MaintenancePolicy, maintenancePolicy, OUTCOMES } from './policy.ts';
import { machineTypes } from './readings.ts';
import { maintenanceReflex } from './reflex.ts';

export const maintenance: Flow<MaintenancePolicy> = {
  name: 'maintenance',
  title: 'Predictive maintenance',
  types: machineTypes,
  policySchema: maintenancePolicy,
  policyText: readFileSync(new URL('./policy.yaml', import.meta.url), 'utf8'),
  reflex: maintenanceReflex,
  code: foldingCode(['flows/maintenance/reflex']),
  outcomes: OUTCOMES,
};
