/** Every workflow that a worker runs: what the bundle is made from. */
export { fraudCase } from '../flows/fraud/workflow.ts';
export { noticeRun } from './noticeRun.ts';
