/** Every history ever recorded still replays: a change that breaks one jams the runs that are live when it is deployed. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { quietRuntime } from '../support/quietRuntime.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const recorded = (name: string): string[] => readdirSync(folder(name)).filter((file) => file.endsWith('.json'));

async function replay(path: string): Promise<unknown> {
  const history = proto.temporal.api.history.v1.History.fromObject(JSON.parse(readFileSync(path, 'utf8')));
  const histories = [{ workflowId: 'replayed', history }];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories)) return error;
  throw new Error(`Cannot replay ${path}: it gave no result`);
}

describe('replay', () => {
  beforeAll(() => quietRuntime());

  it.each(recorded('histories'))('%s replays', async (file) => {
    expect(await replay(join(folder('histories'), file))).toBeUndefined();
  });

  // the control: a suite that cannot fail proves nothing
  it.each(recorded('broken'))('%s is found to be broken', async (file) => {
    expect(await replay(join(folder('broken'), file))).toBeInstanceOf(DeterminismViolationError);
  });

  it('there is something to replay, and something to fail', () => {
    expect(recorded('histories').length).toBeGreaterThan(5);
    expect(recorded('broken').length).toBeGreaterThan(0);
  });
});
