/** The bug this hunts: a story that waits without end and fills its row, or so many stories that their case answers nobody. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { Waits } from '../../src/workflows/waits.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { ofMachine, repairs } from '../support/repairs.ts';
import { PATIENT_OPEN_MAX, PATIENT_WAITS_MAX } from './patientCase.ts';

const patients = { ...repairs, workflow: 'patientCase' };

describe('limits of stories', () => {
  let world: CaseWorld;
  let sent = 0;

  beforeAll(async () => {
    world = await openCaseWorld({ flows: [patients] });
  });
  afterAll(async () => {
    const { findings } = await audit(world.pool);
    await world.close();
    expect(findings).toEqual([]);
  });

  async function send(type: string, machine: string, more = {}): Promise<number> {
    sent += 1;
    const [accepted] = await world.accept([ofMachine(`e-${sent}`, type, machine, more)]);
    return accepted?.position ?? 0;
  }
  const open = async (machine: string) =>
    (await world.rows<{ position: number }>('select position from stories where subject = $1 and open order by position', [machine])).map(
      ({ position }) => position,
    );
  const storyOf = async (position: number) =>
    (await world.rows<{ open: boolean; state: string }>('select open, state from stories where position = $1', [position]))[0];

  it('a story that waits more often than it may is given up, with the reason on its timeline, and its decision stands', async () => {
    const [patient, restless] = [
      await send('alerted', 'm-1', { value: PATIENT_WAITS_MAX - 1 }),
      await send('alerted', 'm-1', { value: PATIENT_WAITS_MAX }),
    ];
    await eventually(async () => (await storyOf(restless))?.open === false);
    expect(JSON.parse((await storyOf(restless))?.state ?? '').waits).toHaveLength(PATIENT_WAITS_MAX);
    const [said] = await world.rows<{ title: string; detail: string }>(
      "select title, detail from records where event_position = $1 and kind = 'signal'",
      [restless],
    );
    expect(said?.title).toBe('Its story was given up');
    expect(said?.detail).toContain(`Cannot wait again as a story may wait ${PATIENT_WAITS_MAX} times`);
    expect(await world.rows('select ending from entries where position = $1', [restless])).toEqual([{ ending: 'case' }]);
    expect(await open('m-1')).toEqual([patient]);
    await send('mended', 'm-1');
    await eventually(async () => (await open('m-1')).length === 0);
  });

  it('so many stories of a subject are open at a time; the next one is told when one of them is over', async () => {
    const alerts: number[] = [];
    for (let nth = 0; nth < PATIENT_OPEN_MAX; nth += 1) alerts.push(await send('alerted', 'm-2'));
    await eventually(async () => (await open('m-2')).length === PATIENT_OPEN_MAX);
    const next = await send('alerted', 'm-2');
    // its turn comes behind this event of another subject, which is told at once
    await send('alerted', 'm-3');
    await eventually(async () => (await open('m-3')).length === 1);
    expect(await open('m-2')).toEqual(alerts);
    expect(await world.rows('select ending from entries where position = $1', [next])).toEqual([{ ending: 'waiting' }]);
    const status = await world.client.workflow.getHandle('repairs:m-2').query<{ taken: number; settled: number }>('caseStatus');
    expect(status).toMatchObject({ taken: next, settled: (alerts[0] ?? 0) - 1 });
  });
});

describe('Waits', () => {
  it('400 wait at a time in a run that does not park', () => {
    const waits = new Waits();
    const listening = Array.from({ length: 400 }, () => waits.listen({ after: 0, types: ['a'], fits: () => true }));
    expect(waits.full).toBe(true);
    for (const one of listening.slice(0, 1)) waits.stop(one);
    expect(waits.full).toBe(false);
  });
});
