/** The commands as a shell sees them: what is printed where, and with which exit code. The service is a fake on the wire. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../src/local/freePort.ts';
import { openShell } from '../support/shell.ts';

const { asked, answers, printed, run, folder } = openShell();

const receipt = { event: 'evt_fraud.17', source: '/shop', id: 'p-1', status: 'signalled', flow: 'fraud', subject: 'c-1', decision: null };
const approval = {
  id: 'apr_fraud.17.0',
  state: 'decided',
  flow: 'fraud',
  subject: 'c-1',
  question: 'Really?',
  evidence: {},
  proposed: { outcome: 'approve', result: {} },
  deadline: '2026-01-01T00:00:00Z',
  default: 'decline',
  verdict: { verdict: 'approve', actor: 'ann', reason: 'known', at: '2026-01-01T00:00:00Z', via: 'cli' },
  ...{ needed: 1, votes: [], asked: [], claim: null, questions: [], form: null, handed: null },
};

describe('program()', () => {
  it('program() lists every verb, and each explains itself', async () => {
    expect(await run('--help')).toBe(0);
    for (const verb of [
      'start',
      'ingress',
      'worker',
      'import',
      'events',
      'decisions',
      'approvals',
      'actions',
      'receivers',
      'quarantine',
      'watches',
      'quality',
      'keys',
      'flow',
      'policy',
      'rebuild',
      'audit',
      'doctor',
    ]) {
      expect(printed.out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
      expect(await run(verb, '--help')).toBe(0);
    }
  });

  it('program() explains a verb of a verb by help too', async () => {
    expect(await run('help', 'events', 'send')).toBe(0);
    expect(printed.out).toMatch(/^Usage: signalbox events send /m);
    expect(await run('help')).toBe(0);
    expect(printed.out).toMatch(/^Usage: signalbox \[options\]/m);
  });

  it.each([
    [['nonsense']],
    [['help', 'nonsense']],
    [['help', 'events', 'nonsense']],
    [['import']],
    [['decisions', 'list', '--limit', '1001']],
    [['keys', 'create', 'x', '--scopes', 'all']],
    [['keys', 'rate', 'x', '0']],
  ])('program() exits 2 for %j, and says why', async (words) => {
    expect(await run(...words)).toBe(2);
    expect(printed.err).toMatch(/^error: /);
  });

  it('program() lists, shows and redrives actions', async () => {
    const action = {
      ...{
        id: 'act_fraud.17.release',
        state: 'dead',
        subject: 'c-1',
        decision: 'dec_fraud.17.1',
        undoes: null,
        tries: 10,
        nextTryAt: null,
      },
      error: { code: 'receiver-refused', detail: 'the receiver answered 500' },
    };
    answers['/v1/actions'] = [200, { items: [action], next: 'abc', more: true }];
    expect(await run('actions', 'list', '--state', 'dead', '--flow', 'fraud')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/actions?state=dead&flow=fraud&limit=100');
    expect(printed.out).toMatch(/^act_fraud\.17\.release\s+dead\s+c-1\s+10\s+-\s+receiver-refused: the receiver answered 500$/m);
    answers['/v1/actions/act_fraud.17.release'] = [200, { ...action, message: { type: 'fraud.release' } }];
    expect(await run('actions', 'get', 'act_fraud.17.release')).toBe(0);
    expect(printed.out).toContain('{"type":"fraud.release"}');
    answers['/v1/actions/act_fraud.17.release/redrive'] = [200, { ...action, state: 'planned' }];
    answers['/v1/actions/act_fraud.19.release/redrive'] = [409, { status: 409, title: 'No dead letter', code: 'not-dead' }];
    expect(await run('actions', 'redrive', 'act_fraud.19.release', 'act_fraud.17.release')).toBe(1);
    expect(printed.out).toContain('act_fraud.17.release  planned');
    expect(printed.err).toContain('act_fraud.19.release  409 not-dead: No dead letter');
    expect(asked.at(-1)).toMatchObject({ method: 'POST', path: '/v1/actions/act_fraud.17.release/redrive' });
    answers['/v1/actions/act_fraud.17.release/send-now'] = [200, { ...action, state: 'planned' }];
    expect(await run('actions', 'send-now', 'act_fraud.17.release')).toBe(0);
    expect(printed.out).toContain('act_fraud.17.release  its next try begins');
  });

  it('program() lists and enables receivers', async () => {
    const receiver = {
      id: 'rcv_0f1e2d3c4b5a6978',
      url: 'https://hook.example/',
      state: 'disabled',
      disabledAt: '2026-01-01T00:00:00Z',
      why: 'answered 410',
    };
    answers['/v1/receivers'] = [200, { items: [receiver], next: 'e30', more: false }];
    expect(await run('receivers', 'list')).toBe(0);
    expect(printed.out).toMatch(/^rcv_0f1e2d3c4b5a6978\s+disabled\s+2026-01-01T00:00:00Z\s+https:\/\/hook\.example\/\s+answered 410$/m);
    answers['/v1/receivers/rcv_0f1e2d3c4b5a6978/enable'] = [200, { ...receiver, state: 'enabled' }];
    expect(await run('receivers', 'enable', 'rcv_0f1e2d3c4b5a6978')).toBe(0);
    expect(printed.out).toContain('rcv_0f1e2d3c4b5a6978  enabled  https://hook.example/');
    expect(await run('receivers', 'enable', 'rcv_none')).toBe(1);
  });

  it('program() exits 2 in one line where the service is not there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    process.env.SIGNALBOX_URL = url;
    expect(await run('decisions', 'list')).toBe(2);
    expect(printed.err).toBe(`Cannot reach Signalbox at ${url}: ECONNREFUSED\n`);
  });

  it('program() exits 2 where nothing runs and nothing is set', async () => {
    delete process.env.SIGNALBOX_URL;
    expect(await run('flow', 'list')).toBe(2);
    expect(printed.err).toMatch(/^Cannot find the service: set SIGNALBOX_URL, or run `npm start` first/);
  });

  it('program() finds the stack that runs by run.json', async () => {
    await writeFile(join(folder(), 'run.json'), JSON.stringify({ url: process.env.SIGNALBOX_URL }));
    delete process.env.SIGNALBOX_URL;
    answers['/v1/flows'] = [
      200,
      {
        items: [
          { name: 'fraud', policy: 'fraud@0123456789ab', code: null, types: { 'payment.attempted': {} }, follows: { 'order.paid': {} } },
        ],
      },
    ];
    expect(await run('flow', 'list')).toBe(0);
    expect(printed.out).toMatch(/^fraud\s+fraud@0123456789ab\s+-\s+payment\.attempted, order\.paid \(followed\)$/m);
  });

  it('program() reports wrong settings in one line', async () => {
    process.env.PORT = 'many';
    expect(await run('decisions', 'list')).toBe(2);
    expect(printed.err).toMatch(/^Cannot read the settings: PORT: must be a whole number from 0 to 65535\n$/);
  });

  it('program() sends the key, and says what a missing one needs', async () => {
    answers['/v1/flows'] = [401, { status: 401, code: 'unauthenticated', title: 'A valid key is needed' }];
    expect(await run('flow', 'list')).toBe(2);
    expect(asked[0]?.headers.authorization).toBe('Bearer sbx_test');
    expect(printed.err).toMatch(/401 unauthenticated: A valid key is needed \(set SIGNALBOX_KEY/);
  });
});

describe('decisions()', () => {
  it('decisions() prints what the API gives with --json, and asks with the filters', async () => {
    const page = { items: [], next: 'e30', more: false };
    answers['/v1/decisions'] = [200, page];
    expect(await run('decisions', 'list', '--flow', 'fraud', '--subject', 'c 1', '--limit', '5', '--json')).toBe(0);
    expect(JSON.parse(printed.out)).toEqual(page);
    expect(asked[0]?.path).toBe('/v1/decisions?flow=fraud&subject=c+1&limit=5');
    expect(await run('decisions', 'list', '--last', '3')).toBe(0);
    expect(asked[1]?.path).toBe('/v1/decisions?last=3');
  });

  it('decisions() shows no certainty of what only holds until somebody decides', async () => {
    const item = { at: '2026-01-01T00:00:00Z', id: 'dec_fraud.9.0', subject: 'c-1', outcome: 'review', provisional: true, confidence: 1 };
    const items = [
      { ...item, rung: 'rules' },
      { ...item, id: 'dec_fraud.8.1', rung: 'default' },
      { ...item, provisional: false, rung: 'rules' },
    ];
    answers['/v1/decisions'] = [200, { items, next: 'abc', more: false }];
    expect(await run('decisions', 'list')).toBe(0);
    expect(printed.out).toMatch(/ c-1 +review \(provisional\) +- +rules\n/);
    expect(printed.out).toMatch(/ c-1 +review \(provisional\) +- +-\n/);
    expect(printed.out).toMatch(/ c-1 +review +100\.0 % +rules\n/);
  });

  it('quality() says of labelled decisions why they are neither right nor wrong', async () => {
    const figures = {
      ...{ decisions: 3, labelled: 2, assumed: 0, right: 1, wrong: 0, unknown: 1, precision: null, recall: null },
      ...{ calibration: { error: null, buckets: [] }, costUsd: null, costUsdPer1000: null },
    };
    const report = { flow: 'fraud', by: 'rung', positive: 'fraud', silence: null, labels: { waiting: 0, dropped: 0 }, behind: 0 };
    answers['/v1/flows/fraud/quality'] = [200, { ...report, all: figures, groups: [], leftOut: 0, answers: [] }];
    expect(await run('quality', 'fraud')).toBe(0);
    expect(printed.out).toContain('1 are neither right nor wrong, as their outcome claims nothing of what is true');
  });

  it('subjects() names no id of a line that has no page of its own', async () => {
    const item = {
      at: '2026-01-01T00:00:00Z',
      kind: 'verdict',
      id: 'rec_fraud.3',
      title: 'Approved by ann@bank.example',
      detail: {},
      causes: [],
    };
    answers['/v1/flows/fraud/subjects/c-1'] = [200, { workflow: null, state: null, items: [item], next: 'abc', more: false }];
    expect(await run('subjects', 'show', 'fraud', 'c-1')).toBe(0);
    expect(printed.out).toMatch(/verdict +- +Approved by ann@bank\.example/);
  });

  it('decisions() shows control characters of a subject as what they are', async () => {
    const item = {
      at: '2026-01-01T00:00:00Z',
      id: 'dec_fraud.1.0',
      subject: 'a\u001b[31mred',
      outcome: 'approve',
      provisional: false,
      confidence: 0.5,
      rung: 'model',
    };
    answers['/v1/decisions'] = [200, { items: [item], next: 'abc', more: true }];
    expect(await run('decisions', 'list')).toBe(0);
    expect(printed.out).toContain('a\\u001b[31mred');
    expect(printed.err).toBe('There are more: --after abc\n');
  });

  it.each([
    [['approvals', 'list', '--state', 'done'], 'Allowed choices are open, decided, expired, all.'],
    [['actions', 'list', '--state', 'open'], 'Allowed choices are planned, done, not-sent, dead, refused, skipped, all.'],
    [['quality', 'fraud', '--from', '2026'], 'It must be a day like 2026-01-31.'],
  ])('%j is wrong usage: exit 2, and what is allowed, without a request', async (words, allowed) => {
    expect(await run(...words)).toBe(2);
    expect(printed.err).toContain(allowed);
    expect(asked).toEqual([]);
  });

  it('decisions() tells of a fault once where the detail tells of it too', async () => {
    const detail = 'Cannot read the cursor: must be one that a list gave';
    const errors = [
      { pointer: '/after', detail: 'must be one that a list gave' },
      { pointer: '/limit', detail: 'must be 1 to 1000' },
    ];
    answers['/v1/decisions'] = [400, { status: 400, code: 'bad-query', title: 'Malformed', detail, errors }];
    expect(await run('decisions', 'list')).toBe(1);
    expect(printed.err).toBe('400 bad-query: Malformed:\n  /after must be one that a list gave\n  /limit must be 1 to 1000\n');
  });

  it('decisions() shows what LLMs were asked, how it ended and what it cost', async () => {
    const call = { step: 'turn 0', note: null, model: 'small-1', prompt: 'review@0123456789ab', ms: 812, costUsd: 0.00018 };
    answers['/v1/decisions/dec_fraud.9.1'] = [
      200,
      {
        ...{ id: 'dec_fraud.9.1', outcome: 'approve', confidence: 1, rung: 'llm', policy: 'fraud@0123456789ab', flow: 'fraud' },
        ...{ subject: 'c-1', at: '2026-01-01T00:00:00Z', provisional: false, revises: null, reasons: [], rungs: [], truth: null },
        event: { event: 'evt_fraud.9', source: '/shop', id: 'p-9', type: 'payment.attempted' },
        llmCalls: [
          { ...call, state: 'failed', code: 'http-502', note: 'Bad upstream', costUsd: 0 },
          { ...call, state: 'answered', code: null },
        ],
      },
    ];
    expect(await run('decisions', 'get', 'dec_fraud.9.1')).toBe(0);
    expect(printed.out).toMatch(/^small-1\s+review@0123456789ab\s+turn 0\s+failed: http-502: Bad upstream\s+812\s+0\.000000$/m);
    expect(printed.out).toMatch(/^small-1\s+review@0123456789ab\s+turn 0\s+answered\s+812\s+0\.000180$/m);
  });

  it('decisions() exits 1 where there is no such decision', async () => {
    expect(await run('decisions', 'get', 'dec_fraud.9.0')).toBe(1);
    expect(printed.err).toBe('404 not-found: Not found\n');
  });
});

describe('approvals() get', () => {
  it('approvals() gives a verdict as the command line', async () => {
    answers['/v1/approvals/apr_fraud.17.0/verdict'] = [200, approval];
    expect(await run('approvals', 'approve', 'apr_fraud.17.0', '--reason', 'known', '--changes', '{"limit":5}')).toBe(0);
    expect(asked[0]).toMatchObject({ method: 'POST', headers: { 'signalbox-via': 'cli', 'content-type': 'application/json' } });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ verdict: 'approve', reason: 'known', changes: { limit: 5 } });
    expect(printed.out).toContain('approve by ann (cli): known');
  });

  it('approvals() exits 1 where another verdict was first', async () => {
    answers['/v1/approvals/apr_fraud.17.0/verdict'] = [
      409,
      { status: 409, code: 'already-decided', title: 'Another verdict was first', detail: 'bob was first' },
    ];
    expect(await run('approvals', 'reject', 'apr_fraud.17.0', '--reason', 'odd')).toBe(1);
    expect(printed.err).toBe('409 already-decided: Another verdict was first; bob was first\n');
  });

  it('approvals() hands on to a person or a role, and says to whom', async () => {
    const given = {
      ...{ ...approval, rejected: null, event: { type: 'payment.attempted' } },
      state: 'open',
      verdict: null,
      handed: { n: 1, to: { role: 'lead' }, by: 'ann', reason: 'too much', at: 'x' },
    };
    answers['/v1/approvals/apr_fraud.17.0/hand-on'] = [200, given];
    expect(await run('approvals', 'hand-on', 'apr_fraud.17.0', '--to-role', 'lead', '--reason', 'too much')).toBe(0);
    expect(printed.out).toBe('apr_fraud.17.0  handed on to the role lead by ann: too much\n');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ to: { role: 'lead' }, reason: 'too much' });
    answers['/v1/approvals/apr_fraud.17.0'] = [200, given];
    await run('approvals', 'get', 'apr_fraud.17.0');
    expect(printed.out).toContain('\n  handed on to the role lead by ann: too much\n');
    answers['/v1/approvals'] = [200, { items: [], next: 'x', more: false }];
    expect(await run('approvals', 'list', '--for-me')).toBe(0);
    expect(asked.at(-1)?.path).toContain('handed=me');
    answers['/v1/approvals/apr_fraud.17.0/hand-on'] = [422, { status: 422, code: 'cannot-hand-on', title: 'No', detail: 'bob has voted' }];
    expect(await run('approvals', 'hand-on', 'apr_fraud.17.0', '--to', 'bob', '--reason', 'x')).toBe(1);
    expect(printed.err).toContain('422 cannot-hand-on');
  });

  it.each([[[]], [['--to', 'bob', '--to-role', 'lead']]])('approvals() hands on to one receiver: %j is wrong', async (words) => {
    expect(await run('approvals', 'hand-on', 'apr_fraud.17.0', ...words, '--reason', 'x')).toBe(2);
    expect(asked).toEqual([]);
  });

  it('approvals() needs a reason', async () => {
    expect(await run('approvals', 'approve', 'apr_fraud.17.0')).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('events()', () => {
  it('events() sends one made from options, and waits where asked', async () => {
    answers['/v1/events'] = [202, receipt];
    expect(
      await run(
        'events',
        'send',
        '--type',
        'payment.attempted',
        '--source',
        '/shop',
        '--id',
        'p-1',
        '--data',
        '{"amount":1}',
        '--wait',
        '5',
      ),
    ).toBe(0);
    expect(asked[0]?.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', prefer: 'wait=5' });
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: 'p-1',
      type: 'payment.attempted',
      data: { amount: 1 },
    });
    expect(printed.out).toBe('evt_fraud.17  /shop p-1  c-1  signalled\n');
  });

  it('events() sends a file of several as a batch, and exits 1 where one is rejected', async () => {
    const file = join(folder(), 'events.json');
    await writeFile(file, '[{"id":"1"},{"id":"2"}]');
    answers['/v1/events'] = [
      202,
      { results: [receipt, { status: 'rejected', problem: { code: 'bad-event', detail: 'type is missing' } }] },
    ];
    expect(await run('events', 'send', file)).toBe(1);
    expect(asked[0]?.headers['content-type']).toBe('application/cloudevents-batch+json');
    expect(printed.err).toBe('rejected: bad-event type is missing\n');
  });

  it('events() says why for each of a batch of which nothing is accepted', async () => {
    const file = join(folder(), 'none.json');
    await writeFile(file, '[1,{"id":"2"}]');
    const results = ['is no object', 'type is missing'].map((detail) => ({ status: 'rejected', problem: { code: 'bad-event', detail } }));
    answers['/v1/events'] = [422, { title: 'No event of the batch was accepted', code: 'none-accepted', results }];
    expect(await run('events', 'send', file)).toBe(1);
    expect(printed.err).toBe('rejected: bad-event is no object\nrejected: bad-event type is missing\n');
    expect(await run('events', 'send', file, '--json')).toBe(1);
    expect(JSON.parse(printed.out)).toEqual({ results });
  });

  it('events() finds an event by what its sender called it', async () => {
    const decision = { id: 'dec_fraud.17.0', outcome: 'review', provisional: true, rung: 'rules', at: '2026-01-01T00:00:00Z' };
    const stored = { ...receipt, decision, decisions: [decision], links: { approval: '/v1/approvals/apr_fraud.17.0' } };
    answers['/v1/events'] = [200, { items: [stored], next: 'x', more: false }];
    expect(await run('events', 'get', 'p-1', '--source', '/shop')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/events?source=%2Fshop&id=p-1&limit=5');
    expect(printed.out.split('\n')).toEqual([
      'evt_fraud.17  /shop p-1  c-1  signalled: review (provisional) by rules',
      '  dec_fraud.17.0  review (provisional) by rules  2026-01-01T00:00:00Z',
      '  apr_fraud.17.0  the question to a person',
      '',
    ]);
    answers['/v1/events'] = [200, { items: [], next: 'x', more: false }];
    expect(await run('events', 'get', 'p-2', '--source', '/shop')).toBe(1);
  });

  it('events() finds an event by the id alone, and says whose they are where several senders gave it', async () => {
    const stored = { ...receipt, decisions: [], links: {} };
    answers['/v1/events'] = [200, { items: [stored], next: 'x', more: false }];
    expect(await run('events', 'get', 'p-1')).toBe(0);
    expect(asked.map(({ path }) => path)).toEqual(['/v1/events?id=p-1&limit=5']);
    expect(printed.out).toBe('evt_fraud.17  /shop p-1  c-1  signalled\n');
    // a sender may have called it as we call ours
    expect(await run('events', 'get', 'evt_fraud.99')).toBe(0);
    expect(asked.map(({ path }) => path).slice(1)).toEqual(['/v1/events/evt_fraud.99', '/v1/events?id=evt_fraud.99&limit=5']);
    answers['/v1/events'] = [200, { items: [stored, { ...stored, source: '/till' }], next: 'x', more: false }];
    expect(await run('events', 'get', 'p-1')).toBe(1);
    expect(printed.err).toContain('Several senders gave an event the id p-1: say which by --source /shop, /till');
    answers['/v1/events'] = [200, { items: [], next: 'x', more: false }];
    expect(await run('events', 'get', 'p-1')).toBe(1);
    expect(printed.err).toContain('There is no event p-1 of any sender');
  });

  it('events() lists what is stored', async () => {
    const stored = { ...receipt, acceptedAt: '2026-01-01T00:00:00Z', cloudevent: { type: 'payment.attempted' }, decisions: [], links: {} };
    answers['/v1/events'] = [200, { items: [stored], next: 'x', more: false }];
    expect(await run('events', 'list', '--flow', 'fraud', '--limit', '3')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/events?flow=fraud&limit=3');
    expect(printed.out).toMatch(/^2026-01-01T00:00:00Z +evt_fraud\.17 +payment\.attempted +c-1 +signalled +- +\/shop +p-1$/m);
  });

  it('events() says of a sent event what type was probably meant', async () => {
    const note = 'No flow takes events of type payment.atempted (did you mean payment.attempted?)';
    answers['/v1/events'] = [202, { ...receipt, status: 'unrouted', flow: null, subject: null, links: {}, note }];
    expect(await run('events', 'send', '--type', 'payment.atempted')).toBe(0);
    expect(printed.out).toContain('unrouted');
    expect(printed.err).toContain(note);
  });
});

describe('subjects()', () => {
  it('subjects() shows a timeline in lines', async () => {
    const items = [
      { at: '2026-01-01T00:00:00Z', kind: 'event', id: 'evt_fraud.17', title: 'payment.attempted', detail: {}, causes: [] },
      { at: '2026-01-01T00:00:01Z', kind: 'action', id: 'act_fraud.17.release', title: 'release: done\u202e', detail: {}, causes: [] },
    ];
    const state = { card: { payments: 3, mean: 12.3456789 } };
    answers['/v1/flows/fraud/subjects/c/1'] = [
      200,
      { flow: 'fraud', subject: 'c/1', workflow: null, state, items, next: 'abc', more: true },
    ];
    expect(await run('subjects', 'show', 'fraud', 'c/1', '--limit', '2')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/flows/fraud/subjects/c%2F1?limit=2');
    expect(printed.out.split('\n').slice(0, 3)).toEqual(['fraud c/1', '  remembered:', '    card: payments 3, mean 12.346']);
    expect(printed.out).toMatch(/^2026-01-01T00:00:01Z +action +act_fraud\.17\.release +release: done/m);
    expect(printed.out).not.toContain('\u202e');
    expect(printed.err).toBe('There are more: --after abc\n');
  });
});

describe('approvals()', () => {
  it('approvals() shows what is asked, what each answer does, reasons once, and the evidence in lines', async () => {
    const reasons = [{ code: 'velocity', text: '12 payments within an hour', weight: 0.41239 }];
    const evidence = {
      payment: { amount: 412.5, currency: 'EUR' },
      score: 0.743821,
      reasons,
      factors: reasons,
      similar: [{ decision: 'dec_fraud.3.0', reasons: ['a'] }],
    };
    const open = {
      ...approval,
      state: 'open',
      verdict: null,
      rejected: 'decline',
      event: { event: 'evt_fraud.17', source: '/shop', id: 'p-1', type: 'payment.attempted' },
    };
    answers['/v1/approvals/apr_fraud.17.0'] = [200, { ...open, evidence }];
    expect(await run('approvals', 'get', 'apr_fraud.17.0')).toBe(0);
    expect(printed.out.split('\n')).toEqual([
      'apr_fraud.17.0  open: Really?',
      '  about: fraud c-1, payment.attempted evt_fraud.17 (/shop p-1)',
      '  asked: everyone who may give verdicts',
      '  until: 2026-01-01T00:00:00Z, then decline',
      '  approve: approve',
      '  reject: decline',
      'REASON    WEIGHT  TEXT',
      'velocity  0.412   12 payments within an hour',
      'evidence:',
      '  payment: amount 412.5, currency EUR',
      '  score: 0.744',
      '  similar:',
      '    -',
      '      decision: dec_fraud.3.0',
      '      reasons: a',
      '',
    ]);
  });
});

describe('report()', () => {
  const fault = (n: number) => ({ pointer: `/bands/${n}`, detail: `must be ${n}\u001b[2J\nSPOOFED` });

  it('report() tells of many wrong fields in the first three, a line each', async () => {
    answers['/v1/events'] = [422, { code: 'off-schema', title: 'No', detail: 'It does not fit', errors: [1, 2, 3, 4, 5].map(fault) }];
    expect(await run('events', 'list')).toBe(1);
    const shown = (n: number) => `  /bands/${n} must be ${n}\\u001b[2J\\u000aSPOOFED`;
    expect(printed.err.split('\n')).toEqual(['422 off-schema: No; It does not fit:', shown(1), shown(2), shown(3), '  and 2 more', '']);
  });

  it('report() tells of a map in lines too', async () => {
    const map = join(folder(), 'map.yaml');
    await writeFile(map, 'source: 5\ntime: 7\nevents: []\nnope: 1\n');
    await writeFile(join(folder(), 'rows.csv'), 'a\n1\n');
    expect(await run('import', '--file', join(folder(), 'rows.csv'), '--map', map)).toBe(2);
    const lines = printed.err.trimEnd().split('\n');
    expect(lines[0]).toBe(`Cannot use the map ${map}:`);
    expect(lines).toHaveLength(5);
    expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
    expect(lines[4]).toBe('  and 1 more');
  });
});

describe('quarantine()', () => {
  it('quarantine() goes on after an event that fails again, and exits 1', async () => {
    answers['/v1/quarantine/evt_fraud.17/redrive'] = [422, { status: 422, code: 'off-schema', title: 'No', detail: 'it throws' }];
    answers['/v1/quarantine/evt_fraud.19/redrive'] = [200, { ...receipt, event: 'evt_fraud.19', status: 'decided' }];
    expect(await run('quarantine', 'redrive', 'evt_fraud.17', 'evt_fraud.19')).toBe(1);
    expect(printed.out).toBe('evt_fraud.19  decided\n');
    expect(printed.err).toContain('evt_fraud.17  422 off-schema');
  });

  const would = { status: 'decided', outcome: 'approve', provisional: false, why: 'nothing unusual', refused: null };
  const item = (n: number, more: object = {}) => ({
    ...{ event: `evt_fraud.${n}`, flow: 'fraud', subject: 'card-1', type: 'payment.attempted', acceptedAt: '2026-01-01T00:00:00Z' },
    ...{ reason: 'reflex: Error: \u001b[31mno rate', would: { ...would, ...more }, etag: `0123456789abcde${n}` },
  });
  const previewed = (items: object[], next: string | null = null): [number, object] => [
    200,
    { at: '2026-01-01T00:00:00Z', total: { count: 3, more: false }, groups: [], items, next },
  ];
  const REFUSED = { refused: { code: 'off-schema', detail: 'still no rate' } };

  it('quarantine() tells by --dry-run what each would become, sends nothing, and exits 1 where one would be refused', async () => {
    answers['/v1/preview/quarantine'] = previewed([item(1), item(2, REFUSED), item(3, { outcome: 'decline' })]);
    expect(await run('quarantine', 'redrive', '--flow', 'fraud', '--dry-run')).toBe(1);
    expect(printed.out).toBe(
      [
        'evt_fraud.1  card-1  approve: nothing unusual  (reflex: Error: \\u001b[31mno rate)',
        'evt_fraud.2  card-1  refused: still no rate  (reflex: Error: \\u001b[31mno rate)',
        'evt_fraud.3  card-1  decline: nothing unusual  (reflex: Error: \\u001b[31mno rate)',
        '',
      ].join('\n'),
    );
    expect(printed.err).toBe('3 events: 1 approve, 1 decline, 1 would be refused\n  1 refused: still no rate\n');
    expect(asked.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([['/v1/preview/quarantine', { flow: 'fraud' }]]);
  });

  it('quarantine() does by a filter what the preview told, by its etags, and nothing that would be refused', async () => {
    answers['/v1/preview/quarantine'] = previewed([item(1), item(2, REFUSED)]);
    answers['/v1/quarantine/evt_fraud.1/redrive'] = [200, { ...receipt, event: 'evt_fraud.1', status: 'decided' }];
    expect(await run('quarantine', 'redrive', '--type', 'payment.attempted', '--reason', 'no rate', '--rate', '100')).toBe(1);
    expect(asked.map(({ path, headers }) => [path, headers['if-match']])).toEqual([
      ['/v1/preview/quarantine', undefined],
      ['/v1/quarantine/evt_fraud.1/redrive', '"0123456789abcde1"'],
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ type: 'payment.attempted', reason: 'no rate' });
    expect(printed.out).toBe('evt_fraud.1  decided\n');
  });

  it('quarantine() goes on past a case that is busy, and exits 0 by --dry-run of ids where all would go on', async () => {
    answers['/v1/quarantine/evt_fraud.1/redrive'] = [503, { status: 503, code: 'case-busy', title: 'Busy' }];
    answers['/v1/quarantine/evt_fraud.3/redrive'] = [200, { ...receipt, event: 'evt_fraud.3', status: 'signalled' }];
    expect(await run('quarantine', 'redrive', 'evt_fraud.1', 'evt_fraud.3')).toBe(1);
    expect(printed.out).toBe('evt_fraud.3  signalled\n');
    answers['/v1/preview/quarantine'] = previewed([item(1), item(3)]);
    expect(await run('quarantine', 'redrive', 'evt_fraud.1', 'evt_fraud.3', '--dry-run', '--json')).toBe(0);
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({ events: ['evt_fraud.1', 'evt_fraud.3'] });
  });

  it.each([
    ['neither ids nor a filter', []],
    ['both', ['evt_fraud.1', '--all']],
    ['no rate', ['--all', '--rate', '0']],
  ])('quarantine() exits 2 with %s', async (_what, words) => {
    expect(await run('quarantine', 'redrive', ...words)).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('quality()', () => {
  const figures = {
    ...{ decisions: 4, outcomes: { approve: 3, decline: 1 }, labelled: 1, assumed: 2, unknown: 1, right: 2, wrong: 1 },
    ...{ precision: 1, recall: null, calibration: { error: 0.125, buckets: [] }, costUsd: 0.5, costUsdPer1000: 125 },
  };
  const quality = {
    ...{ flow: 'fraud', by: 'model', positive: 'fraud', silence: { days: 7, truth: 'genuine', before: '2026-01-01', counted: 2 } },
    ...{ labels: { waiting: 3, dropped: 0 }, behind: 5, all: figures, groups: [{ name: 'c0de', ...figures }], leftOut: 0 },
  };

  it('quality() prints a line for each group and one for all, and what the figures rest on', async () => {
    answers['/v1/flows/fraud/quality'] = [200, quality];
    expect(await run('quality', 'fraud', '--by', 'model', '--from', '2026-01-01')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/flows/fraud/quality?by=model&from=2026-01-01');
    expect(printed.out).toMatch(/^MODEL +DECISIONS .*PER 1000$/m);
    for (const name of ['c0de', 'all'])
      expect(printed.out).toMatch(new RegExp(`^${name} +4 +1 +2 +2 +1 +100\\.0 % +- +12\\.5 % +0\\.5000 +125\\.0000$`, 'm'));
    expect(printed.out).toContain('2 without a label count as genuine');
    expect(printed.out).toContain('3 labels wait for their event');
    expect(printed.out).toContain('5 entries are not counted yet');
  });

  it('quality() asks for all flows where none is named, and prints what the API gives with --json', async () => {
    answers['/v1/flows'] = [200, { items: [{ name: 'fraud' }, { name: 'other' }] }];
    for (const name of ['fraud', 'other']) answers[`/v1/flows/${name}/quality`] = [200, { ...quality, flow: name }];
    expect(await run('quality', '--json')).toBe(0);
    expect(JSON.parse(printed.out)).toEqual([quality, { ...quality, flow: 'other' }]);
  });

  it('quality() knows what it may be asked by, and exits 1 where there is no such flow', async () => {
    expect(await run('quality', 'fraud', '--by', 'subject')).toBe(2);
    expect(await run('quality', 'nothing')).toBe(1);
  });
});
