/** Every workflow that a worker runs: what the bundle is made from. */

export { actCase } from '../workflows/actCase.ts';
export { noticeRun } from '../workflows/noticeRun.ts';
export { fraudCase } from './fraud/workflow.ts';
export { maintenanceCase } from './maintenance/workflow.ts';
