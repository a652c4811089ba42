/** Every workflow that a worker runs: what the bundle is made from. */

export { noticeRun } from '../workflows/noticeRun.ts';
export { fraudCase } from './fraud/workflow.ts';
