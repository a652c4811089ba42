/** Rows of actions that no code of ours would write, and what the audit says of each. Event 4 of `ledger` has an amount of 5,000. */

interface ActionRow {
  readonly action: string;
  readonly state?: string;
  readonly step?: number;
  readonly undoes?: string;
  readonly limitMax?: number;
  readonly key?: string;
  readonly body?: string;
  readonly decision?: string;
}

let made = 0;

function insert(position: number, { action, state = 'done', step = 0, undoes, limitMax, ...more }: ActionRow): string {
  made += 1;
  const {
    key = `act_ledger.${position}.${action}`,
    body = `{"type":"ledger.${action}","data":{}}`,
    decision = `dec_ledger.${position}.1`,
  } = more;
  const limit = limitMax === undefined ? 'null, null' : `'amount', ${limitMax}`;
  return `insert into actions (tenant, flow, event_position, action, key, decision, subject, state, body, planned_at, ended_at, step, undoes, limit_field, limit_max, position)
    values ('default', 'ledger', ${position}, '${action}', '${key}', '${decision}', 'a', '${state}', '${body}', now(), ${state === 'planned' ? 'null' : 'now()'},
      ${step}, ${undoes === undefined ? 'null' : `'${undoes}'`}, ${limit}, ${made})`;
}

const approval = (verdict: string, via: string): string =>
  `insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body, verdict, actor, via, decided_at)
   values ('default', 'ledger', 4, 0, 'ledger:a', 'a', '${via === 'default' ? 'expired' : 'decided'}', now(), 1, now(), 'fine', 'p', '{}', '${verdict}', 'x', '${via}', now())`;

const ABOVE = /the action pay of evt_ledger\.4 is done, its amount is not up to 100, and no approval says yes/;

export const ACTION_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  [
    'an action without a decision',
    insert(3, { action: 'notify' }),
    /the action notify of evt_ledger\.3 .* has no final decision behind it/,
  ],
  [
    'another key for an action',
    insert(3, { action: 'notify', key: 'act_ledger.3.tell' }),
    /the action notify of evt_ledger\.3 .*key act_ledger\.3\.tell/,
  ],
  [
    'the bytes of another action',
    insert(3, { action: 'notify', body: '{"type":"ledger.tell","data":{}}' }),
    /the action notify of evt_ledger\.3 sends \{"type":"ledger\.tell"/,
  ],
  ['an action above its limit without an approval', insert(4, { action: 'pay', limitMax: 100 }), ABOVE],
  ['an action above its limit that was rejected', `${insert(4, { action: 'pay', limitMax: 100 })}; ${approval('reject', 'http')}`, ABOVE],
  [
    'an action above its limit that the default approved',
    `${insert(4, { action: 'pay', limitMax: 100 })}; ${approval('approve', 'default')}`,
    ABOVE,
  ],
  [
    'an action with a limit whose body is gone',
    `${insert(4, { action: 'pay', limitMax: 10_000 })}; delete from bodies where log = 'ledger' and position = 4`,
    /the action pay of evt_ledger\.4 is done, its amount is not up to 10000/,
  ],
  [
    'an action that was taken back and done again',
    `${insert(4, { action: 'pay' })}; ${insert(4, { action: 'refund', undoes: 'pay', step: 1 })}; update actions set ended_at = now() + interval '1 s' where action = 'pay'`,
    /the action pay of evt_ledger\.4 is done, and 1 actions take it back/,
  ],
  [
    'an action that was taken back twice',
    [
      insert(4, { action: 'pay' }),
      insert(4, { action: 'refund', undoes: 'pay', step: 1 }),
      insert(4, { action: 'repay', undoes: 'pay', step: 2 }),
    ].join('; '),
    /the action pay of evt_ledger\.4 is done, and 2 actions take it back/,
  ],
  [
    'an action that was taken back and never done',
    `${insert(4, { action: 'pay', state: 'dead' })}; ${insert(4, { action: 'refund', undoes: 'pay', step: 1 })}`,
    /the action pay of evt_ledger\.4 is dead, and 1 actions take it back/,
  ],
  [
    'an action that was taken out of turn',
    `${insert(4, { action: 'pay', state: 'dead' })}; ${insert(4, { action: 'ship', step: 1 })}`,
    /the action ship of evt_ledger\.4 is done, and pay before it is dead/,
  ],
];

/** What is right: above its limit, and approved. */
export const APPROVED_ACTION = `${insert(4, { action: 'pay', limitMax: 100 })}; ${approval('approve', 'http')}`;
