/** What a flow is evaluated on: `evaluate/dataSets` of its folder, looked for there, so that a flow needs no line in a list. */
import { access } from 'node:fs/promises';
import { CannotRun } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import type { DataSet } from '../evaluate/dataSet.ts';
import * as flows from '../flows/index.ts';

export interface Evaluation {
  readonly flow: Flow;
  readonly dataSets: readonly DataSet[];
}

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

const dataSetsOf = (name: string): URL => new URL(`../flows/${name}/evaluate/dataSets.${EXTENSION}`, import.meta.url);

async function isThere(file: URL): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Throws CannotRun that names the flows that can be evaluated. */
export async function loadEvaluation(name: string): Promise<Evaluation> {
  const all: readonly Flow[] = Object.values(flows) as Flow[];
  const flow = all.find((one) => one.name === name);
  if (flow === undefined || !(await isThere(dataSetsOf(name)))) {
    const known = await Promise.all(all.map(async (one) => ((await isThere(dataSetsOf(one.name))) ? [one.name] : [])));
    throw new CannotRun(`Cannot evaluate ${name}: there is data for ${known.flat().join(', ')}`);
  }
  const { dataSets } = (await import(dataSetsOf(name).href)) as { dataSets: readonly DataSet[] };
  return { flow, dataSets };
}
