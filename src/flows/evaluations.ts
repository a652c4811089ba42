/** What flows are evaluated on, one line each: loaded when it is asked for. */
import type { Flow } from '../domain/flow.ts';
import type { DataSet } from '../evaluate/dataSet.ts';

export interface Evaluation {
  readonly flow: Flow;
  readonly dataSets: readonly DataSet[];
}

export const evaluations: Readonly<Record<string, () => Promise<Evaluation>>> = {
  fraud: async () => {
    const [{ fraud }, { dataSets }] = await Promise.all([import('./fraud/flow.ts'), import('./fraud/evaluate/dataSets.ts')]);
    return { flow: fraud as Flow, dataSets };
  },
  maintenance: async () => {
    const [{ maintenance }, { dataSets }] = await Promise.all([
      import('./maintenance/flow.ts'),
      import('./maintenance/evaluate/dataSets.ts'),
    ]);
    return { flow: maintenance as Flow, dataSets };
  },
};
