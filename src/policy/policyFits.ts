/** What a policy can be wrong about that only its flow knows: the variables, look-ups and fields that it names. */
import { z } from 'zod';
import type { EventType, Flow } from '../domain/flow.ts';
import { type LadderPolicy, ladderOf, type Prompt } from './ladderPolicy.ts';
import { placeholders } from './prompt.ts';

export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  /** What stands there and is wrong, inside a longer text. */
  readonly words?: string;
  /** The key is wrong, not what stands under it. */
  readonly key?: boolean;
}

export interface Misfits {
  /** With one of them the policy does not work. */
  readonly errors: readonly Misfit[];
  /** It works, though probably not as meant. */
  readonly warnings: readonly Misfit[];
}

type FitFlow = Pick<Flow, 'types' | 'follows' | 'briefing'>;

/** What an LLM may look up in every flow. */
export const COMMON_LOOK_UPS = ['subject-history', 'subject-baseline', 'similar-decisions'];
const FACTS = 'facts';

/** Nothing to say about a policy that has none of the common parts. */
export function policyFits(flow: FitFlow, policy: unknown): Misfits {
  const ladder = ladderOf(policy);
  if (ladder === null) return { errors: [], warnings: [] };
  return {
    errors: [...wrongPlaceholders(flow, ladder), ...wrongLookUps(flow, ladder), ...wrongLimits(flow, ladder), ...unbriefed(flow, ladder)],
    warnings: [...unusedPrompts(ladder), ...strangeChanges(flow, ladder)],
  };
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function wrongPlaceholders({ briefing }: FitFlow, { prompts }: LadderPolicy): Misfit[] {
  if (briefing === undefined) return [];
  const declared = Object.keys(briefing.variables.shape);
  return Object.entries(prompts).flatMap(([name, prompt]) =>
    (['system', 'question'] as const).flatMap((part) => wrongIn(prompt, { path: ['prompts', name, part], part, declared })),
  );
}

function wrongIn(prompt: Prompt, { path, part, declared }: { path: string[]; part: keyof Prompt; declared: string[] }): Misfit[] {
  return [...new Set(placeholders(prompt[part]))].flatMap((name): Misfit[] => {
    const words = `{{${name}}}`;
    // what came in with an event is quoted in the question; the instructions stay ours alone
    if (name === FACTS) return part === 'system' ? [{ path, words, detail: 'must hold no {{facts}}: they belong into the question' }] : [];
    if (declared.includes(name)) return [];
    return [{ path, words, detail: `must hold no ${words.slice(0, 80)}: the flow declares ${list([FACTS, ...declared])}` }];
  });
}

function wrongLookUps({ briefing }: FitFlow, { rungs }: LadderPolicy): Misfit[] {
  if (briefing === undefined) return [];
  const known = [...COMMON_LOOK_UPS, ...Object.keys(briefing.lookUps)];
  return rungs.flatMap((rung, at) =>
    rung.rung !== 'llm'
      ? []
      : (rung.lookUps?.tools ?? []).flatMap((tool, nth): Misfit[] =>
          known.includes(tool) ? [] : [{ path: ['rungs', at, 'lookUps', 'tools', nth], detail: `must be one of ${list(known)}` }],
        ),
  );
}

/** A limit on a field that no event has, or that is no number, would be one that holds back nothing. */
function wrongLimits(flow: FitFlow, { rungs, actions }: LadderPolicy): Misfit[] {
  const limits = [
    ...rungs.flatMap((rung, at) =>
      rung.rung !== 'llm'
        ? []
        : [
            ...rung.limits.map(({ field }, nth) => ({ path: ['rungs', at, 'limits', nth, 'field'], field })),
            ...(rung.value === undefined ? [] : [{ path: ['rungs', at, 'value'], field: rung.value }]),
          ],
    ),
    ...actions.flatMap(({ limit }, at) => (limit === undefined ? [] : [{ path: ['actions', at, 'limit', 'field'], field: limit.field }])),
  ];
  return limits.flatMap(({ path, field }): Misfit[] => {
    if (!fieldsOf(flow).includes(field)) return [{ path, detail: `must be a field of the flow's events: ${list(fieldsOf(flow))}` }];
    return isNumber(flow, field) ? [] : [{ path, detail: 'must be a field that holds a number' }];
  });
}

const typesOf = ({ types, follows = {} }: FitFlow): EventType[] => [...Object.values(types), ...Object.values(follows)];

function fieldsOf(flow: FitFlow): string[] {
  return [...new Set(typesOf(flow).flatMap(({ fields }) => Object.keys(fields)))];
}

/** Unless a schema says that it is something else. */
function isNumber(flow: FitFlow, field: string): boolean {
  return typesOf(flow).every(({ schema }) => {
    const { properties = {} } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
    const property = properties[field];
    const type = typeof property === 'object' ? property.type : undefined;
    return type === undefined || type === 'number' || type === 'integer';
  });
}

function unbriefed({ briefing }: FitFlow, { rungs }: LadderPolicy): Misfit[] {
  if (briefing !== undefined) return [];
  return rungs.flatMap(({ rung }, at): Misfit[] =>
    rung === 'llm'
      ? [{ path: ['rungs', at, 'rung'], detail: 'must not be there: the flow has no briefing, hence nothing to say to an LLM' }]
      : [],
  );
}

function unusedPrompts({ rungs, prompts }: LadderPolicy): Misfit[] {
  const used = rungs.flatMap((rung) => (rung.rung === 'llm' ? [rung.prompt] : []));
  return Object.keys(prompts).flatMap((name): Misfit[] =>
    used.includes(name) ? [] : [{ path: ['prompts', name], key: true, detail: 'is the prompt of no rung' }],
  );
}

/** What a proposal holds is made by the flow's workflow, so that no list of its fields is there to compare with. */
function strangeChanges(flow: FitFlow, { approvals }: LadderPolicy): Misfit[] {
  return Object.keys(approvals.changes).flatMap((field): Misfit[] =>
    fieldsOf(flow).includes(field)
      ? []
      : [{ path: ['approvals', 'changes', field], key: true, detail: "is no field of the flow's events: does its proposal have it?" }],
  );
}
