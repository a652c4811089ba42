/** Machines by their readings: normal, to be watched, or an alert that becomes a work order. */
import { defineFlow } from '../../kit/defineFlow.ts';
import { flowFolder } from '../flowFolder.ts';
import { maintenanceBriefing } from './briefing.ts';
import { maintenanceConditions } from './conditions.ts';
import { maintenanceLabels } from './labels.ts';
import { maintenancePolicy, OUTCOMES } from './policy.ts';
import { machineEvents, SILENT } from './readings.ts';
import { maintenanceReflex } from './reflex.ts';
import { silenceWatch } from './silence.ts';

export const maintenance = defineFlow({
  ...flowFolder(import.meta.url),
  name: 'maintenance',
  title: 'Predictive maintenance',
  events: machineEvents,
  policySchema: maintenancePolicy,
  reflex: maintenanceReflex,
  watches: { [SILENT]: silenceWatch },
  workflow: 'maintenanceCase',
  outcomes: OUTCOMES,
  briefing: maintenanceBriefing,
  labels: maintenanceLabels,
  conditions: maintenanceConditions,
});
