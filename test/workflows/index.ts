/** What the tests' workers run. */

export { fraudCase } from '../../src/flows/fraud/workflow.ts';
export { actCase } from '../../src/workflows/actCase.ts';
export { noticeRun } from '../../src/workflows/noticeRun.ts';
export { askingCase } from './askingCase.ts';
export { basketCase } from './basketCase.ts';
export { crowdCase } from './crowdCase.ts';
export { futureCase } from './futureCase.ts';
export { mendedCase } from './mendedCase.ts';
export { parcelCase } from './parcelCase.ts';
export { patientCase } from './patientCase.ts';
export { recordedCase } from './recordedCase.ts';
export { repairCase } from './repairCase.ts';
export { returnsCase } from './returnsCase.ts';
export { roundsCase } from './roundsCase.ts';
export { smallCase } from './smallCase.ts';
