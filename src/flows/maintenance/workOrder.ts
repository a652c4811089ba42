/** What is proposed where a machine alerts: work of a kind, with its cost, by what the policy says of the sensor. */
import type { Reason } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/event.ts';
import type { MaintenancePolicy } from './policy.ts';

/** As it stands in the result of an alert, and goes out with the action. */
export interface WorkOrder extends JsonObject {
  machineId: string;
  sensor: string | null;
  kind: string;
  cost: number;
}

/** `sensor` is the one that alerts; null where the machine is silent. */
export function workOrderFor({ workOrders }: MaintenancePolicy, machineId: string, sensor: string | null): WorkOrder {
  const { usual, bySensor, silence } = workOrders;
  const ofSensor = sensor !== null && Object.hasOwn(bySensor, sensor) ? bySensor[sensor] : undefined;
  return { machineId, sensor, ...(sensor === null ? silence : (ofSensor ?? usual)) };
}

/** Why only a person may order it; empty where nobody need be asked. */
export function limitRules({ kind, cost }: WorkOrder, { workOrders: { costMax } }: MaintenancePolicy): Reason[] {
  return cost > costMax
    ? [
        {
          code: 'above-limit',
          text: `The work order for ${kind} costs ${cost}, more than the ${costMax} that may be ordered without a person`,
        },
      ]
    : [];
}
