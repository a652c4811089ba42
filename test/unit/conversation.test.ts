import { describe, expect, it } from '@jest/globals';
import { conversation } from '../../src/llm/conversation.ts';

const told = (name: string, result: string) => ({ id: 'call_1', name, result, strangersChars: 0 });

describe('conversation()', () => {
  it('conversation() answers each call under an id of its own, of nine letters and digits', () => {
    const said = conversation([[told('history', '[1]'), told('terminal', '{}')], [], [told('history', '[2]')]]);
    const called = said.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : []));
    expect(said.flatMap((message) => (message.role === 'tool' ? [message.tool_call_id] : []))).toEqual(called);
    expect(new Set(called).size).toBe(3);
    for (const id of called) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
  });

  it('conversation() repeats nothing that the same look found before, and quotes the rest', () => {
    const contents = conversation([
      [told('history', '[1]')],
      [told('history', '[1]'), told('baseline', '[1]'), told('history', '["<b>"]')],
    ]);
    expect(contents.flatMap((message) => (message.role === 'tool' ? [message.content] : []))).toEqual([
      '"[1]"',
      'The same as it was told before.',
      '"[1]"',
      '"[\\"\\u003cb\\u003e\\"]"',
    ]);
  });
});
