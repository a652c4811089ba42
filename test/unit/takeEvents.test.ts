/** The bug this hunts: events that cannot be read hold up the acknowledgement of all that came with them. */
import { describe, expect, it } from '@jest/globals';
import type { Loaded } from '../../src/activities/loadEvents.ts';
import { createTakeEvents } from '../../src/activities/takeEvents.ts';

const key = { tenant: 'default', flow: 'fraud', caseId: 'fraud:a' };
const loaded: Loaded = { events: [], policies: {}, llm: false };

function taking(loadEvents: () => Promise<Loaded>) {
  const asked: number[][] = [];
  const takeEvents = createTakeEvents({
    acknowledge: async ({ positions }) => positions.filter((position) => position > 10).sort((a, b) => a - b),
    readPlanned: async (_of, positions) => positions.map((position) => ({ position, actions: ['tell'] })),
    loadEvents: ({ positions }) => {
      asked.push(positions);
      return loadEvents();
    },
  });
  return { asked, takeEvents };
}

describe('takeEvents()', () => {
  it("acknowledges all and reads what is to be begun, as far as it is the case's", async () => {
    const { asked, takeEvents } = taking(async () => loaded);
    expect(await takeEvents({ ...key, positions: [13, 9, 12, 11], load: [9, 11, 12] })).toEqual({ ours: [11, 12, 13], loaded });
    expect(asked).toEqual([[11, 12]]);
  });

  it('reads nothing where nothing is to be begun', async () => {
    const { asked, takeEvents } = taking(async () => loaded);
    expect(await takeEvents({ ...key, positions: [12], load: [] })).toEqual({ ours: [12], loaded: null });
    expect(asked).toEqual([]);
  });

  it('has acknowledged though nothing can be read', async () => {
    const { takeEvents } = taking(() => Promise.reject(new Error('policy-unfit')));
    expect(await takeEvents({ ...key, positions: [12], load: [12] })).toEqual({ ours: [12], loaded: null });
  });

  it('says which actions were sent again of stories that wait, and asks for none where none may have been', async () => {
    const { takeEvents } = taking(async () => loaded);
    const planned = [{ position: 11, actions: ['tell'] }];
    expect(await takeEvents({ ...key, positions: [11, 12], load: [12], again: [11] })).toEqual({ ours: [11, 12], loaded, planned });
    expect(await takeEvents({ ...key, positions: [11], load: [], again: [11] })).toEqual({ ours: [11], loaded: null, planned });
    expect(await takeEvents({ ...key, positions: [11], load: [], again: [] })).toEqual({ ours: [11], loaded: null });
  });
});
