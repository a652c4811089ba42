/** Hunts the answer that is there and is not read, and the one that is read and was not given. */
import { describe, expect, it } from '@jest/globals';
import { answerJson, contentText } from '../../src/llm/wire/answerText.ts';

const GIVEN = { outcome: 'decline', confidence: 0.9 };
const TEXT = JSON.stringify(GIVEN);

describe('answerJson()', () => {
  it.each([
    ['alone', TEXT],
    ['with space around it', `\n  ${TEXT}\n`],
    ['in a fence', `\`\`\`json\n${TEXT}\n\`\`\``],
    ['among prose', `Sure! Here is it: ${TEXT} I hope this helps.`],
    ['behind what it thought', `<think>If {"outcome":"approve","confidence":1} were right... no.</think>${TEXT}`],
    ['behind what it thought, whose beginning the template wrote', `hm {"outcome":"approve"}</think>\n\n${TEXT}`],
    ['behind what Mistral thought', `[THINK]{"outcome":"approve"}[/THINK]${TEXT}`],
    ['in the last channel of gpt-oss', `<|channel|>analysis<|message|>{"outcome":"approve"}<|end|><|channel|>final<|message|>${TEXT}`],
    ['behind braces that are none', `The set {a, b} and {"broken": } and { ${TEXT}`],
    ['with braces in its texts', `So: {"outcome":"decline","why":"} {\\" }","confidence":0.9}`],
  ])('answerJson() finds an object %s', (_where, content) => {
    const { first } = answerJson(content);
    expect(first).toMatchObject({ value: { outcome: 'decline', confidence: 0.9 } });
  });

  it.each([
    ['is cut', '{"outcome":"decline","confi'],
    ['is in a thought that was cut', `<think>perhaps ${TEXT}`],
    ['stands inside of a broken one', `{"answer": ${TEXT}, }`],
    ['is none', 'I cannot say.'],
  ])('answerJson() finds none where it %s', (_how, content) => {
    expect(answerJson(content).first).toMatchObject({ wrong: 'it holds no whole JSON object' });
  });

  it('answerJson() refuses a key that stands twice, alone and among prose', () => {
    for (const content of ['{"outcome":"a","outcome":"b"}', 'So: {"outcome":"a","outcome":"b"}.'])
      expect(answerJson(content).first).toMatchObject({ wrong: 'it has a key twice in one object' });
  });

  it('answerJson() gives what stands behind the first one too: a model may quote before it answers', () => {
    expect(answerJson(`The note says {"outcome":"approve"}. I say ${TEXT}`)).toEqual({
      first: { value: { outcome: 'approve' } },
      others: [GIVEN],
    });
  });

  it('answerJson() reads a text of braces alone in bounded time', () => {
    const started = process.cpuUsage();
    expect(answerJson('{'.repeat(65_000)).first).toHaveProperty('wrong');
    // fifty tries of 65,000 characters; all of them would be two billion
    expect(process.cpuUsage(started).user).toBeLessThan(5e6);
  });
});

describe('contentText()', () => {
  it('contentText() joins the texts of parts, and leaves out those of thinking', () => {
    expect(
      contentText([
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
    ).toBe('ab');
    expect(contentText('a')).toBe('a');
    expect(contentText(null)).toBeNull();
  });
});
