/** The demo as somebody runs it who has just cloned: all five businesses, people, a receiver; it ends clean and all adds up. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureBuilt } from '../support/built.ts';
import { signalbox } from '../support/command.ts';
import { startTestStack } from '../support/stack.ts';

/** A stack, its past of some thousands of events and all that came of them, on a machine that others use too. */
const DEMO_MS = 240_000;

interface Report {
  readonly flows: { readonly flow: string; readonly events: number; readonly refused: number; readonly outcomes: Record<string, number> }[];
  readonly actions: { readonly done: number; readonly again: number };
}

describe('signalbox demo', () => {
  let data: string;
  beforeAll(async () => {
    await ensureBuilt();
    data = await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  }, 120_000);
  afterAll(() => rm(data, { recursive: true, force: true }));

  it(
    'plays five businesses, none of whose events is refused, acts, and ends with nothing left running',
    async () => {
      const env = { SIGNALBOX_DATA: data, PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0' };
      const { code, output, errors } = await signalbox(['demo', '--rate', '60', '--seconds', '15', '--json'], env, undefined, DEMO_MS);
      expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
      const { flows, actions } = JSON.parse(output) as Report;
      expect(flows.map(({ flow }) => flow).sort()).toEqual(['fraud', 'maintenance', 'personalization', 'pricing', 'supply']);
      for (const { flow, events, refused, outcomes } of flows) {
        expect({ flow, refused }).toEqual({ flow, refused: 0 });
        expect(events).toBeGreaterThan(0);
        expect(Object.keys(outcomes).length).toBeGreaterThan(0);
      }
      expect(actions.again).toBe(0);
      expect(existsSync(join(data, 'run.json'))).toBe(false);

      // what it left behind adds up
      const stack = await startTestStack({}, data);
      try {
        const audit = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
        expect(JSON.parse(audit.output)).toMatchObject({ ok: true, findings: [] });
      } finally {
        await stack.stop();
      }
    },
    2 * DEMO_MS,
  );
});
