/** The evidence of an approval, told apart by who said it: ours (reasons, facts), a model's advice, what the sender wrote, past cases. */
import type { JsonObject } from '../../domain/event.ts';

export interface ShownReason {
  readonly code: string;
  readonly text: string;
  readonly weight: number | null;
}

export interface Advice {
  readonly by: string;
  readonly said: JsonObject;
}

export interface Similar {
  readonly decision: string;
  readonly at: string | null;
  readonly outcome: string;
  readonly truth: string | null;
  readonly score: number | null;
}

export interface ShownEvidence {
  readonly reasons: readonly ShownReason[];
  readonly score: number | null;
  /** Under the name that the flow gives it. */
  readonly sent: readonly (readonly [name: string, data: JsonObject])[];
  readonly advice: readonly Advice[];
  readonly similar: readonly Similar[];
  readonly facts: JsonObject;
}

const RUNGS = new Set(['rules', 'model', 'llm']);
const OWN = new Set(['reasons', 'factors', 'score', 'provisional', 'similar', 'features']);

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

export function reasonsOf(value: unknown): ShownReason[] {
  if (!Array.isArray(value)) return [];
  const reasons = value.filter(isObject).map(({ code, text, weight }) => ({
    ...{ code: textOr(code, ''), text: textOr(text, textOr(code, '')), weight: numberOrNull(weight) },
  }));
  return reasons.sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0));
}

function similarOf(value: unknown): Similar[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map(({ decision, at, outcome, truth, score }) => ({
    ...{ decision: textOr(decision, ''), at: typeof at === 'string' ? at : null, outcome: textOr(outcome, '') },
    ...{ truth: typeof truth === 'string' ? truth : null, score: numberOrNull(score) },
  }));
}

export function readEvidence(evidence: JsonObject): ShownEvidence {
  const rest = Object.entries(evidence).filter(([name]) => !OWN.has(name));
  const advice = rest.filter((entry): entry is [string, JsonObject] => RUNGS.has(entry[0]) && isObject(entry[1]));
  const sent = rest.filter((entry): entry is [string, JsonObject] => !RUNGS.has(entry[0]) && isObject(entry[1]));
  const others = rest.filter(([, value]) => !isObject(value));
  return {
    reasons: reasonsOf(evidence.reasons),
    score: numberOrNull(evidence.score),
    sent,
    advice: advice.map(([by, said]) => ({ by, said })),
    similar: similarOf(evidence.similar),
    facts: { ...(isObject(evidence.features) ? evidence.features : {}), ...Object.fromEntries(others) },
  };
}

const VALUES = ['amount', 'value', 'price', 'quantity'] as const;

/** What is at stake, if the event says a number of that kind; with its currency. */
export function stakeOf(evidence: JsonObject): { readonly value: number; readonly text: string } | null {
  for (const [, data] of readEvidence(evidence).sent)
    for (const name of VALUES) {
      const value = data[name];
      if (typeof value === 'number')
        return { value, text: typeof data.currency === 'string' ? `${value} ${data.currency.slice(0, 8)}` : String(value) };
    }
  return null;
}
