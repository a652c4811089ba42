/** Why an outcome did not happen to an event: by flow and rung, also where no flow took it. */
import { SignalboxError } from '../../domain/errors.ts';
import { type Ending, type Json, statusOf } from '../../domain/event.ts';
import type { Flow } from '../../domain/flow.ts';
import { eventId } from '../../domain/ids.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { shownNumber } from '../../domain/shownNumber.ts';
import { bandsOf, explain, flipOf, type OutcomeWhy, outcomesOf } from '../../kit/explain.ts';
import { type EventSource, type KeptEvent, readEvents } from '../../log/read/events.ts';
import type { FlowWhy, WhyNot } from '../../wire/whyNot.ts';
import { readTaken, type TakenEvent } from './readTaken.ts';

/** What a type is told of by a name of its own that no flow takes. */
const TYPES_SHOWN_MAX = 12;

/** Throws `unknown-outcome` that names the outcomes there are. */
export async function readWhyNot(source: EventSource, flows: readonly Flow[], { event, outcome }: Asked): Promise<WhyNot> {
  const adopted = event.adoptions.length === 0 ? [] : await readEvents(source, event.tenant, event.adoptions);
  const entries = [{ ...event, answeredAt: null }, ...adopted].filter(({ log }) => flows.some(({ name }) => name === log));
  const taken = await Promise.all(
    entries.map(async (entry) => {
      const flow = flows.find(({ name }) => name === entry.log) as Flow;
      return { flow, taken: await readTaken(source.pool, flow, entry) };
    }),
  );
  if (outcome !== null) assertKnown(outcome, flows, taken);
  const told = taken.map((one) => whyOfTaken(one.flow, one.taken, outcome));
  const others = flows.filter(({ name }) => !entries.some(({ log }) => log === name)).map((flow) => whyOfOther(flow, event.type));
  const all = [...told, ...others];
  return { event: eventId(event), type: event.type, outcome, text: inOneSentence(told, event, outcome), flows: all };
}

interface Asked {
  readonly event: KeptEvent;
  readonly outcome: string | null;
}

interface TakenBy {
  readonly flow: Flow;
  readonly taken: TakenEvent;
}

function assertKnown(outcome: string, flows: readonly Flow[], taken: readonly TakenBy[]): void {
  const known = new Set(flows.flatMap((flow) => flow.outcomes));
  for (const { flow, taken: of } of taken) for (const one of outcomesOf(fitting(flow, of), of)) known.add(one);
  if (known.has(outcome)) return;
  const names = [...known].sort();
  throw new SignalboxError('unknown-outcome', `No flow has this outcome${didYouMean(outcome, names)}: ${names.join(', ')}`, {
    errors: [{ pointer: '/outcome', detail: `must be one of ${names.join(', ')}` }],
    more: { outcomes: names },
  });
}

/** The conditions of a flow read its policy: of another build's, nothing is known. */
const fitting = (flow: Flow, { fits }: TakenEvent): Flow => {
  if (fits) return flow;
  const { conditions: _conditions, ...rest } = flow;
  return rest;
};

function whyOfTaken(given: Flow, taken: TakenEvent, outcome: string | null): FlowWhy {
  const flow = fitting(given, taken);
  const { event, decisions, policy } = taken;
  const last = event.decisions.at(-1) ?? null;
  const known = outcomesOf(flow, taken);
  const wanted = outcome === null ? known : known.filter((one) => one === outcome);
  const bands = bandsOf(flow, policy);
  const undecided = last === null ? undecidedWhy(event) : null;
  const outcomes = explain(flow, taken, wanted).map((why) => ({ ...why, text: undecided ?? sentenceOf(why) }));
  const noSuch = outcome !== null && wanted.length === 0 ? `${flow.name} has no outcome ${outcome}: ${known.join(', ')}` : null;
  return {
    ...{ flow: flow.name, takes: true, event: eventId(event), status: statusOf(event.ending) },
    text: noSuch ?? undecided ?? (outcome === null ? decidedText(taken) : (outcomes[0]?.text ?? '')),
    ...{ decision: last?.id ?? null, outcome: last?.outcome ?? null, provisional: last?.provisional ?? false },
    outcomes: outcomes.map(({ rungs, ...why }) => ({
      ...why,
      rungs: rungs.map((rung) => ({ ...rung, conditions: [...rung.conditions] })),
    })),
    score: bands.length === 0 ? null : { value: decisions[0]?.score ?? null, bands: [...bands] },
    flip: shownFlip(flow, taken),
  };
}

function shownFlip(flow: Flow, taken: TakenEvent): FlowWhy['flip'] {
  const flip = flipOf(flow, taken);
  return flip === null ? null : { ...flip, conditions: [...flip.conditions] };
}

function decidedText({ event }: TakenEvent): string {
  const last = event.decisions.at(-1);
  if (last === undefined) return '';
  return `${last.outcome}${last.provisional ? ', for now,' : ''} by ${last.rung}${last.reasons[0] === undefined ? '' : `: ${last.reasons[0].text}`}`;
}

function wordsOf(seen: Json): string {
  if (typeof seen === 'number') return shownNumber(seen);
  return typeof seen === 'string' ? seen : JSON.stringify(seen);
}

function sentenceOf({ outcome, happened, first }: OutcomeWhy): string {
  if (happened) return `${outcome} did happen`;
  if (first === null) return `Nothing that is kept speaks against ${outcome}: another rung decided first`;
  const seen = wordsOf(first.seen);
  return `${outcome} did not happen: ${first.text}: ${seen}, and it takes ${first.needed}`;
}

const ENDED: Readonly<Partial<Record<Ending, string>>> = {
  waiting: 'Its case has not decided yet',
  recorded: 'It was recorded, and asks for no decision',
  expired: 'It had expired before it could be decided',
  quarantined: 'It is in quarantine, and was not folded: `signalbox quarantine redrive` tries it again',
  unrouted: 'No flow took it',
};

function undecidedWhy({ ending, note }: KeptEvent): string {
  const text = ENDED[ending] ?? 'Nothing was decided about it';
  return note === null || note === '' ? text : `${text} (${note})`;
}

/** A flow that did not take the event: its type is the condition. */
function whyOfOther(flow: Flow, type: string): FlowWhy {
  const types = [...Object.keys(flow.types), ...Object.keys(flow.follows ?? {})];
  const takes = types.includes(type);
  const named = types.slice(0, TYPES_SHOWN_MAX).join(', ');
  const text = takes
    ? `${flow.name} takes ${type}, and has not taken this event over yet: it follows it, or came later than the event`
    : `${flow.name} takes no ${type}${didYouMean(type, types)}, but ${named}`;
  return {
    ...{ flow: flow.name, takes, event: null, status: null, text, decision: null, outcome: null, provisional: false },
    ...{ outcomes: [], score: null, flip: null },
  };
}

function inOneSentence(told: readonly FlowWhy[], event: KeptEvent, outcome: string | null): string {
  if (told.length === 0) return `No flow took ${event.type}: it is stored, and a flow that takes it later will take it over`;
  const asked = told.find(({ outcomes }) => outcome !== null && outcomes.length > 0);
  return (asked ?? (told[0] as FlowWhy)).text;
}
