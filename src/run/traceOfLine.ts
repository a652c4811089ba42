/** The span that runs, for who writes a log line or makes a request in it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanContext } from '../domain/tracer.ts';

/** Entered by workers that trace; where nobody does, looking at it costs nothing. */
export const running = new AsyncLocalStorage<SpanContext>();

export const traceOfLine = (): { trace?: string } => {
  const context = running.getStore();
  return context === undefined ? {} : { trace: context.trace };
};
