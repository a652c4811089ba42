/** Hunts the question that a model's chat template refuses: two messages of one role in a row, a system message, tools. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OUR_TEMPLATES, readTemplate, renders } from '../support/chatTemplates.ts';
import { callsTools, says, saysText } from '../support/llmReplies.ts';
import { aCall, type LlmWorld, openLlmWorld, SURE } from '../support/llmWorld.ts';

const TOOLS = [
  { name: 'history', description: 'What was.', parameters: { type: 'object', properties: {}, required: [], additionalProperties: false } },
];

describe('callLlm() and chat templates', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
  });

  const cases = Object.entries(OUR_TEMPLATES).flatMap(([name, text]) => [400, 500].map((status) => [name, status, text] as const));
  it.each(cases)(
    'callLlm() gets its answer where the template %s, which is said with %i: at once, repaired, after look-ups',
    async (name, status, text) => {
      const template = readTemplate(text);
      if (template === null) throw new Error('Cannot read the template');
      const follow = (...replies: ReturnType<typeof says>[]): void => {
        let at = 0;
        // a refusal takes none of them
        world.fake.follow(renders(template, () => replies[at++] ?? says(SURE), status));
      };
      const terms = { model: `${name} ${status}` };
      follow(says(SURE));
      expect(await world.call(aCall({ terms }))).toMatchObject({ kind: 'answer' });
      follow(saysText('{"outcome":"decline"}'), says(SURE));
      expect(await world.call(aCall({ terms }))).toMatchObject({ kind: 'answer', value: SURE });
      world.fake.follow(
        renders(template, ({ tools }) => (tools === undefined ? says(SURE) : callsTools({ name: 'history', arguments: '{}' })), status),
      );
      const asked = aCall({ tools: TOOLS, terms });
      expect(await world.call(asked)).toMatchObject({ kind: 'tools', calls: [{ name: 'history' }] });
      const found = { ...asked.words, question: `${asked.words.question}\n- [history] []` };
      expect(await world.call({ ...asked, words: found, tools: [], step: 'turn 1' })).toMatchObject({ kind: 'answer' });
    },
  );
});
