import type { Flow } from '../../domain/flow.ts';
import { noSuchFlow } from '../http/notFound.ts';

/** Throws `not-found`. */
export function flowNamed(flows: readonly Flow[], name: string | undefined): Flow {
  const flow = flows.find((one) => one.name === name);
  if (flow === undefined) throw noSuchFlow();
  return flow;
}
