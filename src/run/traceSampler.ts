/** Which traces are kept, by OpenTelemetry's own settings: OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import { CannotRun } from '../domain/errors.ts';
import { readNumber } from '../domain/readNumber.ts';
import type { SpanContext } from '../domain/tracer.ts';

/** @opentelemetry/sdk-trace-base: SamplingDecision */
const RECORD_AND_SAMPLED = 2;
const NAMES = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'];

/** Whether a span is kept, by its parent and its trace. Throws CannotRun for a sampler that is not known, or a share that is none. */
export function readSampler(environment: NodeJS.ProcessEnv): (parent: SpanContext | null, trace: string) => boolean {
  const name = environment.OTEL_TRACES_SAMPLER || 'parentbased_always_on';
  if (!NAMES.includes(name)) throw new CannotRun(`Cannot sample by OTEL_TRACES_SAMPLER=${name}: it must be one of ${NAMES.join(', ')}`);
  const share = readNumber(environment.OTEL_TRACES_SAMPLER_ARG || '1');
  if (share === null || share < 0 || share > 1)
    throw new CannotRun('Cannot sample by OTEL_TRACES_SAMPLER_ARG: it must be a number from 0 to 1');
  const ratio = new TraceIdRatioBasedSampler(share);
  const root = (trace: string): boolean => {
    if (name.endsWith('always_on')) return true;
    return name.endsWith('traceidratio') && ratio.shouldSample(ROOT_CONTEXT, trace).decision === RECORD_AND_SAMPLED;
  };
  return (parent, trace) => (parent !== null && name.startsWith('parentbased') ? parent.sampled : root(trace));
}
