/**
 * Failures as labels, in hindsight: of the alert that foretold one, or, without an alert, of the reading that was called normal. Folding has
 * no part in it: this may change without a change of the flow's code. That a machine ran on after an alert says nothing: it may have been
 * mended in time. Whoever finds that an alert was false says so by `decision.outcome`.
 */
import { defineLabels } from '../../kit/defineLabels.ts';
import { FAILED, machineEvents } from './readings.ts';

const DAY_MS = 86_400_000;
const FORETOLD_WITHIN_MS = 7 * DAY_MS;

export const maintenanceLabels = defineLabels(machineEvents, {
  truths: ['failed', 'ran'],
  claims: { alert: 'failed', watch: 'ran', normal: 'ran' },
  positive: 'failed',
  hindsightOf: { [FAILED]: () => ({ truth: 'failed', outcomes: ['alert'], withinMs: FORETOLD_WITHIN_MS }) },
});
