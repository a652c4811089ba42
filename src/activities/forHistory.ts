/**
 * Events as a history may hold them, where an activity's answer stands: what of them may be shown, and no more than Temporal takes.
 *
 * Sizes are taken of what is sent. A number that was stored in five characters (`1e20`) goes out in 21, and a mask is longer than what it hides: an
 * answer over 2 MB failed its case's task for ever, and later events of the subject waited with it.
 */
import type { Decision } from '../domain/decision.ts';
import type { JsonObject } from '../domain/event.ts';
import { redacted, shownEvent } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import { redactText } from '../domain/redactText.ts';
import { shownSubject } from '../log/workflowId.ts';

/** Of one event; beyond it the largest fields of its data are left out. One whose body is as large as accepting takes goes whole, unless it grows. */
const EVENT_BYTES_MAX = 1280 * 1024;
/** Of one answer: the first event goes whatever it is. */
const ANSWER_BYTES_MAX = 512 * 1024;

const sentBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** Without its largest members, so that what is left has so many bytes at most; their names. */
function without(data: JsonObject, bytesMax: number): { kept: JsonObject; left: string[] } {
  const sizes = Object.entries(data).map(([name, value]) => ({ name, bytes: sentBytes(name) + sentBytes(value) + 2 }));
  let bytes = sizes.reduce((sum, member) => sum + member.bytes, 2);
  const left = new Set<string>();
  for (const member of sizes.sort((a, b) => b.bytes - a.bytes)) {
    if (bytes <= bytesMax) break;
    left.add(member.name);
    bytes -= member.bytes;
  }
  return { kept: Object.fromEntries(Object.entries(data).filter(([name]) => !left.has(name))), left: [...left] };
}

const withoutResult = (decision: Decision | null): Decision | null => decision && { ...decision, result: {} };

/** The whole stays in the log, where activities read it: a prompt and a person's evidence lack nothing. */
function fitted(loaded: LoadedEvent): LoadedEvent {
  if (sentBytes(loaded) <= EVENT_BYTES_MAX) return loaded;
  const bare = { ...loaded, event: { ...loaded.event, data: {} } };
  const plain =
    sentBytes(bare) <= EVENT_BYTES_MAX / 2
      ? bare
      : { ...bare, provisional: withoutResult(bare.provisional), final: withoutResult(bare.final) };
  const { kept, left } = without(loaded.event.data, EVENT_BYTES_MAX - sentBytes(plain));
  return { ...plain, event: { ...plain.event, data: kept }, leftOut: left.sort() };
}

/** Reasons and findings are the flow's own words, and may quote a stranger's. */
function shown(flow: Flow, caseId: string, { event, found, rungs, provisional, final, ...rest }: LoadedEvent): LoadedEvent {
  return {
    ...rest,
    event: { ...shownEvent('history', flow, event), subject: shownSubject(flow, caseId, event.subject) },
    found: redacted(found, redactText),
    rungs: redacted(rungs, redactText),
    provisional: redacted(provisional, redactText),
    final: redacted(final, redactText),
  };
}

/** Of the events, the first that fit into one answer. `policies` go with it, by version: an event brings the one that it names. */
export function forHistory(
  flow: Flow,
  caseId: string,
  { events, policies }: { events: readonly LoadedEvent[]; policies: Readonly<Record<string, unknown>> },
): { events: LoadedEvent[]; policies: Record<string, unknown> } {
  const sent: LoadedEvent[] = [];
  const named: Record<string, unknown> = {};
  let bytes = 0;
  for (const loaded of events) {
    const event = fitted(shown(flow, caseId, loaded));
    bytes += sentBytes(event) + (Object.hasOwn(named, event.policy) ? 0 : sentBytes(policies[event.policy]));
    if (sent.length > 0 && bytes > ANSWER_BYTES_MAX) break;
    sent.push(event);
    named[event.policy] = policies[event.policy];
  }
  return { events: sent, policies: named };
}
