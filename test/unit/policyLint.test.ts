/** What the linter says of a text, and where. The bugs this hunts: a fault without its place, a trap of YAML that passes, a text that ends the process. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { LOOK_UPS } from '../../src/activities/lookUp.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { flows } from '../../src/flows/flows.ts';
import { COMMON_LOOK_UPS } from '../../src/policy/policyFits.ts';
import { lintPolicy } from '../../src/policy/policyLint.ts';
import { ledger } from '../support/flows.ts';
import { reviews } from '../support/reviews.ts';

const POLICY = `runningCases: keep
rungs:
  - rung: rules
  - rung: llm
    prompt: review
    outcomes: [approve]
    decideFrom: 0.8
    limits:
      - { outcome: approve, field: amount, max: 200 }
    deadlineSeconds: 120
    callSeconds: 20
    callsMax: 6
    promptTokensMax: 8000
    answerTokensMax: 800
    reuseSeconds: 0
    price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 }
    budget:
      windowSeconds: 86400
      usdMax: 5
      tokensMax: 1000
      tight: { fromShare: 0.8, decideFrom: 0.95 }
    lookUps:
      turnsMax: 2
      tools: [subject-history, terminal]
  - rung: human
prompts:
  review:
    system: You judge.
    question: |-
      The score is {{score}}.
      {{facts}}
approvals:
  deadlineSeconds: 86400
  remindersSeconds: [3600]
  escalation: []
  default: decline
  bySignal: true
  changes:
    amount: { type: number, min: 0, max: 10 }
actions:
  - { name: release, on: approve, limit: { field: amount, max: 100 } }
`;

const plain = reviews();
const briefed: Flow = {
  ...plain,
  types: {
    'payment.attempted': {
      schema: z.looseObject({ cardId: z.string(), amount: z.number() }) as unknown as Flow['types'][string]['schema'],
      subject: (data) => String(data.cardId),
      fields: { cardId: 'plain', amount: 'plain' },
    },
  },
  briefing: {
    variables: z.object({ score: z.number() }),
    brief: () => ({ variables: { score: 1 }, facts: [] }),
    lookUps: { terminal: { description: 'the terminal', key: () => 'terminal' } },
  },
};

/** `line:column pointer detail` */
const said = (faults: ReturnType<typeof lintPolicy>['errors']): string[] =>
  faults.map(({ line, column, pointer, detail }) => `${line}:${column} ${pointer} ${detail}`);
const lint = (text: string, flow: Flow = briefed): string[] => said(lintPolicy(flow, text).errors);
const changed = (from: string | RegExp, to: string): string => {
  const text = POLICY.replace(from, to);
  if (text === POLICY) throw new Error(`Cannot change the policy as it holds no ${from}`);
  return text;
};

describe('lintPolicy()', () => {
  it('lintPolicy() finds nothing wrong with what fits, and gives its version', () => {
    expect(lintPolicy(briefed, POLICY)).toEqual({ version: expect.stringMatching(/^fraud@[0-9a-f]{12}$/), errors: [], warnings: [] });
  });

  it.each(flows.map((flow) => [flow.name, flow] as const))('lintPolicy() finds nothing wrong with the policy of %s', (_name, flow) => {
    expect(lintPolicy(flow, flow.policyText).errors).toEqual([]);
  });

  it.each([
    ['a number beyond its range', 'decideFrom: 0.8\n', 'decideFrom: 8\n', '7:17 /rungs/1/decideFrom must be at most 1'],
    ['a text for a number', 'callsMax: 6', 'callsMax: six', '12:15 /rungs/1/callsMax must be a number, not a text'],
    [
      'an unknown key',
      '    callsMax: 6',
      '    callMax: 1\n    callsMax: 6',
      '12:5 /rungs/1/callMax is unknown here (did you mean callsMax?)',
    ],
    ['an unknown key at the top', 'runningCases: keep', 'bands: {}\nrunningCases: keep', '1:1 /bands is unknown here'],
    ['an unknown key of a flow map', 'max: 200 }', 'max: 200, min: 1 }', '9:54 /rungs/1/limits/0/min is unknown here'],
    ['a key that is missing', '    callsMax: 6\n', '', '4:5 /rungs/1/callsMax is missing'],
    ['a key that is missing at the top', /approvals:(.|\n)*actions/, 'actions', '1:1 /approvals is missing'],
    ['a missing key of a flow map', ', max: 200 }', ' }', '9:9 /rungs/1/limits/0/max is missing'],
    ['a choice that there is none of', 'runningCases: keep', 'runningCases: stay', '1:15 /runningCases must be one of "keep", "follow"'],
    [
      'an outcome that the flow has not',
      'outcomes: [approve]',
      'outcomes: [approve, reprice]',
      '6:25 /rungs/1/outcomes/1 must be one of "approve", "decline"',
    ],
    ['an unknown rung', '- rung: human', '- rung: oracle', '25:11 /rungs/2/rung must be one of "rules", "model", "llm", "human"'],
    [
      'a rung out of order',
      '- rung: human',
      '- rung: rules',
      '25:11 /rungs/2/rung must come before llm, once: the order is rules, model, llm, human',
    ],
    [
      'a rung twice',
      '  - rung: rules\n',
      '  - rung: rules\n  - rung: rules\n',
      '4:11 /rungs/1/rung must come before rules, once: the order is rules, model, llm, human',
    ],
    ['a prompt that is not there', 'prompt: review', 'prompt: other', '5:13 /rungs/1/prompt must be one of the prompts'],
    ['a name that is none', '  review:', '  Review One:', '27:3 /prompts/Review One must be lower case letters, digits and dashes'],
    ['a question without facts', '      {{facts}}\n', '', '29:15 /prompts/review/question must hold {{facts}}'],
    [
      'a reminder after the deadline',
      '[3600]',
      '[3600, 90000]',
      '34:28 /approvals/remindersSeconds/1 must be before the deadline of 86400 s',
    ],
    [
      'an escalation to nobody',
      'escalation: []',
      'escalation: [{ afterSeconds: 60, to: lead }]\n  pools: { desk: {} }',
      '35:40 /approvals/escalation/0/to must be one of the pools',
    ],
    [
      'a placeholder that the flow does not declare',
      'The score is {{score}}.',
      'The card is {{cardId}}.',
      '30:19 /prompts/review/question must hold no {{cardId}}: the flow declares facts, score',
    ],
    [
      'a placeholder with spaces that the flow does not declare',
      '{{score}}',
      '{{ cardId }}',
      '29:15 /prompts/review/question must hold no {{cardId}}: the flow declares facts, score',
    ],
    [
      'facts among the instructions',
      'You judge.',
      'You judge {{facts}}.',
      '28:23 /prompts/review/system must hold no {{facts}}: they belong into the question',
    ],
    [
      'a tool that nobody has',
      'terminal]',
      'internet]',
      '24:32 /rungs/1/lookUps/tools/1 must be one of subject-history, subject-baseline, similar-decisions, terminal',
    ],
    [
      'a limit on a field that no event has',
      'field: amount, max: 200',
      'field: price, max: 200',
      "9:36 /rungs/1/limits/0/field must be a field of the flow's events: cardId, amount",
    ],
    [
      'a limit on a field that is no number',
      'field: amount, max: 200',
      'field: cardId, max: 200',
      '9:36 /rungs/1/limits/0/field must be a field that holds a number',
    ],
    [
      'an action limited by a field that no event has',
      'limit: { field: amount',
      'limit: { field: price',
      "41:51 /actions/0/limit/field must be a field of the flow's events: cardId, amount",
    ],
    [
      'an action that undoes itself',
      'limit: { field: amount, max: 100 } }',
      'undo: release }',
      '41:41 /actions/0/undo must be another action',
    ],
    ['the same key twice', 'runningCases: keep', 'runningCases: keep\nrunningCases: follow', '2:1  Map keys must be unique'],
    ['a tag', 'decideFrom: 0.8\n', 'decideFrom: !!float 0.8\n', '7:17  must have no tag: what stands there is what is meant'],
    ['a directive', 'runningCases: keep', '%YAML 1.1\n---\nrunningCases: keep', '1:1  must have no directive: it is YAML 1.2'],
    ['a second document', 'rungs:', '---\nrungs:', '2:1  must be one document'],
    [
      'no YAML at all',
      'runningCases: keep',
      'runningCases: [keep',
      '2:1  Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a key that is no text', 'runningCases: keep', '1: keep', '1:1  must be a text, as every key'],
    [
      'a control character',
      'You judge.',
      'You judge\u0007.',
      '28:22  must not hold control characters, marks of direction or half a surrogate pair',
    ],
    [
      'a mark that turns the text',
      'You judge.',
      'You \u202ejudge.',
      '28:17  must not hold control characters, marks of direction or half a surrogate pair',
    ],
    ['an escape that the database cannot hold', 'You judge.', '"You \\0 judge."', '28:13  must not hold U+0000 or half a surrogate pair'],
    ['an alias to nothing', 'You judge.', '*judge', '28:13  must stand for an anchor that comes before it'],
    ['an alias inside itself', 'escalation: []', 'escalation: &a [*a]', '35:19  must not hold itself'],
  ])('lintPolicy() says where %s is', (_what, from, to, expected) => {
    expect(lint(changed(from, to))).toContain(expected);
  });

  it('lintPolicy() names all that is wrong at once, in the order of the text', () => {
    const text = changed('decideFrom: 0.8\n', 'decideFrom: 8\n').replace('default: decline', 'default: maybe').replace('keep', 'stay');
    expect(lint(text).map((line) => line.split(' ')[1])).toEqual(['/runningCases', '/rungs/1/decideFrom', '/approvals/default']);
  });

  it('lintPolicy() follows an alias to the field that it stands for', () => {
    const text = changed(
      'amount: { type: number, min: 0, max: 10 }',
      'amount: &change { type: number, min: 0, max: ten }\n    cardId: *change',
    );
    const wrong = 'must be a number, not a text';
    expect(lint(text)).toEqual([`39:50 /approvals/changes/amount/max ${wrong}`, `39:50 /approvals/changes/cardId/max ${wrong}`]);
  });

  it('lintPolicy() warns of what works and is hardly meant', () => {
    const text = changed('amount: { type', 'discount: { type').replace(
      'prompts:\n',
      'prompts:\n  old: { system: x, question: "{{facts}}" }\n',
    );
    const { errors, warnings, version } = lintPolicy(briefed, text);
    expect({ errors, version }).toEqual({ errors: [], version: expect.any(String) });
    expect(said(warnings)).toEqual([
      '27:3 /prompts/old is the prompt of no rung',
      "40:5 /approvals/changes/discount is no field of the flow's events: does its proposal have it?",
    ]);
  });

  it('lintPolicy() takes a placeholder as it is filled in: spaces inside do not count', () => {
    expect(lint(changed('{{score}}', '{{ score }}'))).toEqual([]);
  });

  it('lintPolicy() refuses an LLM rung where the flow has nothing to say to an LLM, and judges its prompts no further', () => {
    const text = changed('{{score}}', '{{anything}}');
    expect(lint(text, plain)).toEqual(['4:11 /rungs/1/rung must not be there: the flow has no briefing, hence nothing to say to an LLM']);
    const withoutIt = text.replace(/ {2}- rung: llm(.|\n)*(?= {2}- rung: human)/, '');
    expect(lintPolicy(plain, withoutIt)).toMatchObject({ errors: [], warnings: [{ pointer: '/prompts/review' }] });
  });

  it('lintPolicy() knows the look-ups that every flow has', () => {
    expect(COMMON_LOOK_UPS).toEqual(expect.arrayContaining(Object.keys(LOOK_UPS)));
  });

  it('lintPolicy() takes a policy without the common parts', () => {
    expect(lintPolicy(ledger, ledger.policyText)).toMatchObject({ errors: [], warnings: [] });
    expect(lint('alarmAbove: 1\n', ledger)).toEqual(['1:1 /askAbove is missing']);
    expect(lint('', ledger)).toEqual(['1:1  must be an object, not null']);
  });

  it('lintPolicy() gives the same version whatever the layout, the comments, the order of keys and the aliases', () => {
    const version = lintPolicy(ledger, 'alarmAbove: 100\naskAbove: 100\n').version;
    expect(version).not.toBeNull();
    for (const text of ['# why\n{ askAbove: 1e2, alarmAbove: 0x64 }', 'alarmAbove: &n 100\r\naskAbove: *n'])
      expect(lintPolicy(ledger, text).version).toBe(version);
    expect(lintPolicy(ledger, 'alarmAbove: 100\naskAbove: 101\n').version).not.toBe(version);
  });

  it.each([
    ['256 kB', 'x'.repeat(256 * 1024 + 1), 'must have at most 262144 bytes: it has 262145'],
    ['lines', '\n'.repeat(200_000), 'must have at most 10000 lines'],
    ['brackets', '['.repeat(256 * 1024), 'must be nested at most 40 levels deep'],
    ['dashes', '- '.repeat(120_000), 'must be nested at most 40 levels deep'],
    ['keys', Array.from({ length: 9000 }, (_, at) => `key${at}: 1`).join('\n'), 'must have at most 20000 tokens'],
    ['aliases', `a: &a 1\nb: [${'*a,'.repeat(60)}]`, 'must have at most 50 aliases'],
    [
      'aliases of aliases',
      `a: &a [x, x]\n${[...'bcdefghijklmno'].map((name, at) => `${name}: &${name} [*${'abcdefghijklmno'[at]}, *${'abcdefghijklmno'[at]}]`).join('\n')}`,
      'Excessive alias count',
    ],
  ])('lintPolicy() refuses too many %s at once', (_what, text, expected) => {
    expect(lint(text)[0]).toContain(expected);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      ...[
        '- ',
        '? ',
        ': ',
        'a: ',
        '\n',
        '  ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '|\n',
        '>-\n',
        '&a ',
        '*a',
        '!!str ',
        '%YAML 1.1\n',
        '---\n',
        '...\n',
        '#',
      ],
    ),
    fc.constantFrom(
      ...['"', "'", '<<: ', '.inf', '0x', '~', '\t', '\r\n', '\u0000', '\ud800', '\ufeff', '__proto__: ', '{{', '}}', '@', '`'],
    ),
    fc.constantFrom(...POLICY.split('\n').map((line) => `${line}\n`)),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  it('lintPolicy() never throws, and what it lets through has a version', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        fc.constantFrom<Flow>(briefed, ledger, plain),
        (text, flow) => {
          const { version, errors } = lintPolicy(flow, text);
          expect(version === null).toBe(errors.length > 0);
          const last = text.split('\n').length;
          for (const { line, column } of errors) expect(line >= 1 && line <= last && column >= 1).toBe(true);
        },
      ),
      { numRuns: 800 },
    );
  });

  it('lintPolicy() never throws for a policy with one line changed', () => {
    const lines = POLICY.split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.oneof(piece, fc.string()), fc.nat(40), (at, text, from) => {
        const line = lines[at] ?? '';
        const { version, errors } = lintPolicy(briefed, lines.with(at, `${line.slice(0, from)}${text}${line.slice(from + 1)}`).join('\n'));
        expect(version === null).toBe(errors.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
