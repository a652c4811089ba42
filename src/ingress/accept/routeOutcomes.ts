/**
 * `decision.outcome` events go to the log of the flow that their data names, under the subject of what they are about. So they are stored,
 * deduped and counted like any other event, and whoever follows that log finds them in its order.
 */
import { type FieldError, SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent, JsonObject } from '../../domain/event.ts';
import { offSchema, subjectFault } from '../../domain/eventType.ts';
import type { Flow } from '../../domain/flow.ts';
import { DECISION_OUTCOME, decisionOutcome, judgingOf, outcomeTarget } from '../../domain/outcomes.ts';
import { OUR_WORDS, shapeFaults } from '../../domain/shapeFaults.ts';
import type { Pool } from '../../log/db/database.ts';
import type { Routed } from '../../log/logs.ts';
import { type NamedEvent, readNamedSubjects } from '../../outcomes/readOutcomes.ts';
import { reserved } from './routeEvent.ts';

interface RouteDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
}

/** Where each goes, or why it is refused (`off-schema`), in order. One look into the database for all. */
export type RouteOutcomes = (events: readonly IncomingEvent[], history: boolean) => Promise<(Routed | SignalboxError)[]>;

/** What the data says, before the database is asked. */
interface Said {
  readonly flow: Flow;
  readonly data: JsonObject;
  /** Null: it is that of `named`. */
  readonly subject: string | null;
  readonly named: (NamedEvent & { readonly pointer: string }) | null;
}

export function createRouteOutcomes({ pool, tenant, flows }: RouteDeps): RouteOutcomes {
  function read(event: IncomingEvent): Said | SignalboxError {
    const refused = reserved(null, event);
    if (refused !== null) return refused;
    const { data: given } = event;
    const parsed = decisionOutcome.safeParse(given ?? null, OUR_WORDS);
    if (!parsed.success) return offSchema(`The data does not fit ${DECISION_OUTCOME}`, shapeFaults(decisionOutcome, parsed.error, '/data'));
    const data = given as JsonObject;
    const pointer = data.decision !== undefined ? '/data/decision' : data.event !== undefined ? '/data/event' : '/data/flow';
    const target = outcomeTarget(data);
    const name = target?.by === 'event' ? target.place.log : target?.flow;
    const flow = flows.find((one) => one.name === name);
    if (target === null || flow === undefined || (target.by === 'event' && target.place.tenant !== tenant))
      return refusal(pointer, `names no ${pointer.slice('/data/'.length)} that is there`);
    const { truths } = judgingOf(flow);
    if (!truths.includes(parsed.data.truth)) return refusal('/data/truth', `must be one of ${truths.join(', ')} for ${flow.name}`);
    if (target.by === 'event') {
      const { place, revision } = target;
      return { flow, data, subject: null, named: { log: flow.name, position: place.position, revision, pointer } };
    }
    if (flow.labels === undefined) return refusal('/data/key', `means nothing to ${flow.name}, which declares no business keys`);
    const fault = subjectFault(target.subject);
    return fault === null ? { flow, data, subject: target.subject, named: null } : refusal('/data/subject', fault);
  }

  return async (events, history) => {
    const said = events.map(read);
    const asked = said.flatMap((one) => (one instanceof SignalboxError || one.named === null ? [] : one.named));
    const subjects = asked.length === 0 ? [] : await readNamedSubjects(pool, tenant, asked);
    const subjectOf = new Map(asked.map((named, at) => [named, subjects[at] ?? null]));
    return said.map((one, at): Routed | SignalboxError => {
      if (one instanceof SignalboxError) return one;
      const { flow, data, named } = one;
      const subject = named === null ? one.subject : (subjectOf.get(named) ?? null);
      if (subject === null) return refusal(named?.pointer ?? '/data', 'names nothing that is there');
      return { flow, arrival: { event: events[at] as IncomingEvent, subject, data, history } };
    });
  };
}

function refusal(pointer: string, detail: string): SignalboxError {
  const errors: FieldError[] = [{ pointer, detail }];
  return new SignalboxError('off-schema', `Cannot take the ${DECISION_OUTCOME}: ${pointer} ${detail}`, { errors });
}
