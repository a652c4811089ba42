/** The tracer of a process, where the settings of OpenTelemetry ask for one. Its code is loaded then alone. */
import type { Tracer } from '../domain/tracer.ts';

/** Null where no place for traces is named. Throws CannotRun where what is named cannot be used. */
export async function openTracer(service: string, environment: NodeJS.ProcessEnv = process.env): Promise<Tracer | null> {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = 'otlp' } = environment;
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || endpoint === '' || disabled?.toLowerCase() === 'true' || exporter !== 'otlp') return null;
  const { openOtlpTracer } = await import('./otlpTracer.ts');
  return openOtlpTracer(service, environment);
}
