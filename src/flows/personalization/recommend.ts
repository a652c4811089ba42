/** Recommends: from what sessions like this one did; what is popular where nothing is known of it, which is then said. */
import type { DecisionDraft, Reason } from '../../domain/decision.ts';
import { climbNow } from '../../kit/climbNow.ts';
import { type Found, nextItems } from './model/nextItems.ts';
import type { Session } from './model/session.ts';
import type { Rate, ShopMemory } from './model/shopMemory.ts';
import type { ShopPolicy } from './policy.ts';

const SHOWN_MAX = 100;
const POPULAR = 'the items that are viewed most';

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
/** Of lists like this one, the share that held what was viewed next; a half while nothing is known. */
const rateOf = ({ lists, held }: Rate): number => rounded((held + 1) / (lists + 2));

interface About {
  readonly memory: ShopMemory;
  readonly policy: ShopPolicy;
  /** What is in the cart need not be recommended. */
  readonly leaveOut: readonly string[];
}

/** Remembers in the session what it recommends. */
export function recommend(session: Session, { memory, policy, leaveOut }: About): DecisionDraft {
  const { itemsMax } = policy.recommend;
  const left = new Set(leaveOut);
  const found = nextItems(memory, { session: session.number, items: session.items }, itemsMax + left.size);
  const next = found.next.filter(({ item }) => !left.has(item.id)).slice(0, itemsMax);
  for (const { item } of next) left.add(item.id);
  const popular = memory.popular.filter(({ id }) => !left.has(id)).slice(0, itemsMax - next.length);
  const items = [...next.map(({ item }) => item.id), ...popular.map(({ id }) => id)];
  session.by = next.length > 0 ? 'model' : 'popular';
  session.listed = items.length;
  session.shown = [...new Set([...items, ...session.shown])].slice(0, SHOWN_MAX);
  const confidence = rateOf(memory.rates[session.by]);
  const reasons = reasonsOf(session, { memory, found, model: next.length, popular: popular.length });
  return climbNow(policy.rungs, {
    doubt: 'none',
    rules() {
      if (items.length === 0) return { outcome: 'none', confidence: 1, reasons };
      return next.length > 0 ? [] : { outcome: 'recommend', confidence, reasons };
    },
    model: () => ({ outcome: 'recommend', confidence, score: shareOf(next), reasons }),
    result: { items },
  });
}

/** Of the best item in all that speaks for any. */
function shareOf(next: Found['next']): number {
  const sum = next.reduce((all, { score }) => all + score, 0);
  return sum === 0 ? 0 : rounded((next[0]?.score ?? 0) / sum);
}

interface Made {
  readonly memory: ShopMemory;
  readonly found: Found;
  readonly model: number;
  readonly popular: number;
}

function reasonsOf({ items }: Session, { memory, found, model, popular }: Made): Reason[] {
  const newest = items.at(-1);
  const unknown = newest !== undefined && !memory.items.has(newest);
  const reasons: Reason[] = [];
  if (unknown) reasons.push({ code: 'unknown-item', text: `Nobody has viewed ${newest} before` });
  if (newest === undefined) reasons.push({ code: 'empty-session', text: 'Nothing has been viewed in this session yet' });
  if (model > 0) reasons.push({ code: 'sessions', text: `${found.neighbours} sessions before have viewed what this one has` });
  if (model > 0) reasons.push({ code: 'followers', text: `${found.followers} items were viewed shortly before or after its last ones` });
  if (model + popular === 0) reasons.push({ code: 'nothing', text: 'Nothing else has been viewed yet: there is nothing to recommend' });
  else if (model === 0) reasons.push({ code: 'popular', text: `So these are ${POPULAR}` });
  else if (popular > 0)
    reasons.push({ code: 'popular', text: `The last ${popular} of ${model + popular} are ${POPULAR}, as no more is known` });
  return reasons;
}
