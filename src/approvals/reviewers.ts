/** The reviewers that an approval may be handed on to: all whom its policy trusts with it, now or at a later escalation, and who can still say something new. */

import { storable } from '../log/caseLog.ts';
import type { Client, Pool } from '../log/db/database.ts';
import type { Handed } from '../wire/approval.ts';
import type { KeptApproval } from './approval.ts';
import { trusts } from './approvalRules.ts';

export interface KnownReviewer {
  readonly name: string;
  readonly roles: readonly string[];
}

const REVIEWERS_MAX = 1000;

/** Holders of live keys that may give verdicts, by name. */
export async function readReviewers(client: Client | Pool, tenant: string): Promise<KnownReviewer[]> {
  const { rows } = await client.query<{ name: string; roles: string[] }>(
    `select name, roles from keys where tenant = $1 and revoked_at is null and scopes && array['approve', 'admin'] order by name limit ${REVIEWERS_MAX}`,
    [tenant],
  );
  return rows;
}

/** Addresses that the policy's pools are told by: a link there proves who answers. */
const mailboxesOf = ({ rules }: KeptApproval): string[] =>
  Object.values(rules.pools).flatMap(({ mail }) => mail.map((address) => address.toLowerCase()));

/** Why a person may not be given it; null: they may. */
export function personRefusal(kept: KeptApproval, person: string, reviewers: readonly KnownReviewer[]): string | null {
  const { approval, rules, sender } = kept;
  if (approval.votes.some(({ actor }) => actor === storable(person))) return `${person} has voted on it already`;
  if (rules.notSelf && sender === storable(person)) return `${person} sent the event, and may have no part in its verdict`;
  if (mailboxesOf(kept).includes(person.toLowerCase())) return null;
  const found = reviewers.find(({ name }) => name === person);
  if (found === undefined) return `${person} is nobody who may give verdicts here`;
  return trusts(rules, found.roles)
    ? null
    : `${person} has no role of those who are asked, now or later: ${Object.keys(rules.pools).join(', ')}`;
}

/** Why it may not be given to the holders of a role. */
export function roleRefusal(kept: KeptApproval, role: string, reviewers: readonly KnownReviewer[]): string | null {
  const holders = reviewers.filter(({ roles }) => roles.includes(role));
  if (holders.length === 0) return `Nobody who may give verdicts has the role ${role}`;
  if (!trusts(kept.rules, [role]))
    return `The role ${role} is none of those who are asked, now or later: ${Object.keys(kept.rules.pools).join(', ')}`;
  return holders.every(({ name }) => personRefusal(kept, name, reviewers) !== null)
    ? `Everybody with the role ${role} has had their say`
    : null;
}

/** All that `handOn` would take from this actor. */
export function receiversOf(kept: KeptApproval, actor: string, reviewers: readonly KnownReviewer[]): { people: string[]; roles: string[] } {
  const others = reviewers.filter(({ name }) => name !== actor);
  const people = [...new Set([...others.map(({ name }) => name), ...mailboxesOf(kept).filter((address) => address !== actor)])];
  const roles = [...new Set(others.flatMap((one) => one.roles))].sort();
  return {
    people: people.filter((person) => personRefusal(kept, person, reviewers) === null),
    roles: roles.filter((role) => roleRefusal(kept, role, others) === null),
  };
}

/** Whether it was given to who answers: then they are asked, whatever pool is. */
export const wasGiven = (handed: Handed | null, actor: string, roles: readonly string[]): boolean =>
  handed !== null && ('person' in handed.to ? handed.to.person === actor : roles.includes(handed.to.role));
