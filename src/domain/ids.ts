/**
 * Ids are made from log, position and revision alone, so a rebuild or a second run gives the same ones.
 * `evt_fraud.17`; for a tenant other than `default`, `evt_acme.fraud.17`. Flow and tenant names hold no dot.
 */

/** The log of events that no flow takes. A flow cannot have this name. */
export const UNROUTED = 'unrouted';

export interface Place {
  readonly tenant: string;
  readonly log: string;
  readonly position: number;
}

function placeText({ tenant, log, position }: Place): string {
  return `${tenant === 'default' ? '' : `${tenant}.`}${log}.${position}`;
}

export const eventId = (at: Place): string => `evt_${placeText(at)}`;
/** Revision 0 is the reflex's; a case's decisions are 1, 2, ... */
export const decisionId = (at: Place, revision: number): string => `dec_${placeText(at)}.${revision}`;
/** `turn` counts the approvals asked about one event, from 0. */
export const approvalId = (at: Place, turn: number): string => `apr_${placeText(at)}.${turn}`;
/** One key per event and action name, fixed before the first try. */
export const actionId = (at: Place, action: string): string => `act_${placeText(at)}.${action}`;

/** `number` counts the calls to an LLM about one event, from 1. */
export const llmCallId = (at: Place, number: number): string => `llm_${placeText(at)}.${number}`;

const ID =
  /^(?<kind>evt|dec|apr|act)_(?:(?<tenant>[a-z0-9-]{1,63})\.)?(?<log>[a-z][a-z0-9-]{0,62})\.(?<position>[1-9]\d{0,14})(?:\.(?<tail>[a-z0-9-]{1,63}))?$/;

/** The inverse: null where the text is not an id of that kind. `tail` is the revision, turn or action name. */
export function parseId(kind: 'evt' | 'dec' | 'apr' | 'act', text: string): (Place & { tail: string | null }) | null {
  const found = ID.exec(text)?.groups;
  if (found === undefined || found.kind !== kind || (kind === 'evt') !== (found.tail === undefined)) return null;
  return { tenant: found.tenant ?? 'default', log: found.log ?? '', position: Number(found.position), tail: found.tail ?? null };
}
