/** Approvals about event 4 of `ledger` whose votes no code of ours would leave so, and what the audit says of each. */

interface Ended {
  /** As the row's rules say; absent: from before votes were kept. */
  readonly needed?: number;
  readonly state?: 'open' | 'decided' | 'expired';
  readonly verdict?: 'approve' | 'reject';
  readonly actor?: string;
}

function approval({ needed, state = 'decided', verdict = 'approve', actor = 'bob' }: Ended): string {
  const via = { open: null, decided: 'http', expired: 'default' }[state];
  const ended = via === null ? 'null, null, null, null' : `'${verdict}', '${state === 'expired' ? 'default' : actor}', '${via}', now()`;
  // what somebody sent may be among the evidence, escapes and all
  const evidence = String.raw`{"note":"\u0000 \\u0000","rules":{"needed":9}}`;
  const rules = JSON.stringify({ bySignal: false, ...(needed === undefined ? {} : { needed }) });
  return `insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body, verdict, actor, via, decided_at)
    values ('default', 'ledger', 4, 0, 'ledger:a', 'a', '${state}', now(), 1, now(), 'fine', 'p', '{"evidence":${evidence},"rules":${rules}}', ${ended})`;
}

/** Each is `<actor> <verdict>`, in their order. */
const votes = (...said: readonly string[]): string =>
  said
    .map((vote, n) => {
      const [actor, verdict] = vote.split(' ');
      return `insert into approval_votes (tenant, flow, event_position, turn, actor, verdict, reason, via, at, version, shown)
        values ('default', 'ledger', 4, 0, '${actor}', '${verdict}', 'so', 'http', now(), ${n + 1}, 'x')`;
    })
    .join('; ');

const both = (row: Ended, ...said: readonly string[]): string => [approval(row), votes(...said)].filter((sql) => sql !== '').join('; ');

export const APPROVAL_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  [
    'an approval by one of two',
    both({ needed: 2 }, 'bob approve'),
    /apr_ledger\.4\.0 is decided, approve, and has 1 of 2 approving votes and 0 rejecting/,
  ],
  ['an approval without a vote', both({ needed: 1 }), /apr_ledger\.4\.0 is decided, approve, and has 0 of 1 approving/],
  [
    'an approval that somebody rejected',
    both({ needed: 1 }, 'ann reject', 'bob approve'),
    /apr_ledger\.4\.0 is decided, approve, and has 1 of 1 approving votes and 1 rejecting/,
  ],
  [
    "an approval by another than the vote's actor",
    both({ needed: 2, actor: 'eve' }, 'ann approve', 'bob approve'),
    /apr_ledger\.4\.0 is decided, approve, .*the last of which must be the verdict/,
  ],
  [
    'a rejection without its vote',
    both({ needed: 2, verdict: 'reject' }, 'ann approve'),
    /apr_ledger\.4\.0 is decided, reject, and has 1 of 2 approving votes and 0 rejecting/,
  ],
  [
    'a rejection of what had been approved',
    both({ needed: 1, verdict: 'reject' }, 'ann approve', 'bob reject'),
    /apr_ledger\.4\.0 is decided, reject, and has 1 of 1 approving votes and 1 rejecting/,
  ],
  [
    'an open approval with all its votes',
    both({ needed: 2, state: 'open' }, 'ann approve', 'bob approve'),
    /apr_ledger\.4\.0 is open, and has 2 of 2 approving/,
  ],
  [
    'a default that was taken over a rejection',
    both({ needed: 1, state: 'expired' }, 'ann reject'),
    /apr_ledger\.4\.0 is expired, and has 0 of 1 approving votes and 1 rejecting/,
  ],
  ['a vote on nothing', votes('ann approve'), /apr_ledger\.4\.0 is not there, and has 1 of 1 approving/],
  [
    'a later approval of before 0.2 that somebody rejected',
    both({}, 'ann reject', 'bob approve'),
    /apr_ledger\.4\.0 is decided, approve, and has 1 of 1 approving votes and 1 rejecting/,
  ],
];

export const APPROVALS_IN_ORDER: readonly (readonly [what: string, sql: string])[] = [
  ['one by two people', both({ needed: 2 }, 'ann approve', 'bob approve')],
  ['a rejection after an approving vote', both({ needed: 2, verdict: 'reject' }, 'ann approve', 'bob reject')],
  ['a default with a vote too few', both({ needed: 2, state: 'expired' }, 'ann approve')],
  ['an open one with a vote too few', both({ needed: 2, state: 'open' }, 'ann approve')],
  ['one that was decided before votes were kept', both({})],
  ['one that was opened before votes were kept', both({}, 'bob approve')],
];
