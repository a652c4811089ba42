/** The flows that this build has, one line each. */
export { fraud } from './fraud/flow.ts';
export { maintenance } from './maintenance/flow.ts';
export { personalization } from './personalization/flow.ts';
export { pricing } from './pricing/flow.ts';
export { supply } from './supply/flow.ts';
