/** The bug this hunts: a storm of events that cannot be folded is a storm of lines, or none. */
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { tellQuarantine } from '../../src/run/tellQuarantine.ts';

it('tellQuarantine() says flow, event and cause once in some seconds, and how many came between', () => {
  const lines: Record<string, unknown>[] = [];
  let nowMs = 0;
  const tell = tellQuarantine(pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }), 'default', () => nowMs);
  for (let position = 1; position <= 4; position += 1) tell({ log: 'fraud', position, note: 'TypeError: no rate' });
  tell({ log: 'other', position: 1, note: null });
  nowMs = 5000;
  tell({ log: 'fraud', position: 5, note: 'TypeError: no rate' });
  expect(lines.map(({ flow, event, cause, more }) => [flow, event, cause, more])).toEqual([
    ['fraud', 'evt_fraud.1', 'TypeError: no rate', 0],
    ['other', 'evt_other.1', null, 0],
    ['fraud', 'evt_fraud.5', 'TypeError: no rate', 3],
  ]);
});
