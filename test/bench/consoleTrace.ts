/** A page's own script as a trace of the browser has it: how long each task of its main thread took, by the clock and of the processor. */
import type { Browser } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Of the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export interface Task {
  readonly wallMs: number;
  /** Less than by the clock where others had the processor meanwhile. */
  readonly cpuMs: number;
}

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8.execute'];
const TASK = /RunTask$/;
/** What begins script. */
const SCRIPT = new Set([
  'FunctionCall',
  'EvaluateScript',
  'v8.callFunction',
  'RunMicrotasks',
  'v8.evaluateModule',
  'FireAnimationFrame',
  'TimerFire',
]);

/** Tasks of renderers' main threads in which script ran. Throws where the trace holds none: it was then not of a page. */
export function scriptTasks(trace: Buffer): Task[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(thread));
  const byThread = new Map<string, TraceEvent[]>();
  for (const event of traceEvents) {
    if (event.ph !== 'X' || !main.has(thread(event))) continue;
    const events = byThread.get(thread(event));
    if (events === undefined) byThread.set(thread(event), [event]);
    else events.push(event);
  }
  const tasks: Task[] = [];
  for (const events of byThread.values()) {
    const sorted = events.sort((a, b) => a.ts - b.ts);
    let open: TraceEvent | null = null;
    for (const event of sorted) {
      if (TASK.test(event.name) && (open === null || event.ts >= open.ts + (open.dur ?? 0))) open = event;
      else if (open !== null && SCRIPT.has(event.name) && event.ts < open.ts + (open.dur ?? 0)) {
        tasks.push({ wallMs: (open.dur ?? 0) / 1000, cpuMs: (open.tdur ?? open.dur ?? 0) / 1000 });
        // once a task
        open = null;
      }
    }
  }
  if (tasks.length === 0) throw new Error('The trace holds no task with script');
  return tasks;
}

/** Traces for as long as `while_` lasts. */
export async function tracing(browser: Browser, meanwhile: () => Promise<unknown>): Promise<Task[]> {
  await browser.startTracing(undefined, { categories: CATEGORIES });
  await meanwhile();
  return scriptTasks(await browser.stopTracing());
}
