/** The bug this hunts: a reflex's decision that nobody acts on, that is acted on twice, or that acts though its policy or its past says no. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { asking, gates } from '../support/gates.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';

interface ActionRow {
  readonly action: string;
  readonly state: string;
  readonly decision: string;
}

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('actCase(), %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;
  let receiver: SignedReceiver;
  let held: Promise<void> | null = null;

  beforeAll(async () => {
    receiver = await openSignedReceiver(async () => {
      await held;
      return 204;
    });
    const webhook = { url: receiver.url, secret: receiver.secret };
    world = await openCaseWorld({
      ...{ flows: [gates()], webhook, actionScheduleMs: [0, 20, 20] },
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    });
  });
  afterAll(async () => {
    const { findings } = await audit(world.pool);
    await world.close();
    await receiver.close();
    expect(findings).toEqual([]);
    expect(receiver.refusals).toEqual([]);
  });

  const actions = (position: number) =>
    world.rows<ActionRow>('select action, state, decision from actions where event_position = $1 order by step', [position]);
  const mail = (position: number) => world.rows<{ why: string }>('select why from mailboxes where position = $1', [position]);
  const taken = (position: number) => receiver.deliveries.filter(({ key }) => key.startsWith(`act_gates.${position}.`));
  const settled = (position: number) => eventually(async () => (await mail(position)).length === 0 && (await actions(position)));

  it('takes the actions of what the reflex decided, in order, once; the event stays decided by its reflex', async () => {
    const [accepted] = await world.accept([asking('e-1', 'block')]);
    const position = accepted?.position ?? 0;
    expect(accepted).toMatchObject({ ending: 'reflex', acts: true, caseId: 'gates:g-1' });
    const decision = `dec_gates.${position}.0`;
    expect(await settled(position)).toEqual([
      { action: 'alarm', state: 'done', decision },
      { action: 'bar', state: 'done', decision },
    ]);
    expect(taken(position).map(({ key }) => key)).toEqual([`act_gates.${position}.alarm`, `act_gates.${position}.bar`]);
    expect(JSON.parse(taken(position)[0]?.body ?? '')).toMatchObject({
      type: 'gates.alarm',
      data: { outcome: 'block', decision, subject: 'g-1' },
    });
    expect(await world.rows('select ending from entries where position = $1', [position])).toEqual([{ ending: 'reflex' }]);
    expect(await world.rows('select revision from decisions where event_position = $1', [position])).toEqual([{ revision: 0 }]);
    await world.client.workflow.getHandle('gates:g-1').result();
    await recordHistory(world, 'gates:g-1', 'actCase-acted');
  });

  it('leaves no mail where no action follows, or only from decisions of cases', async () => {
    const [accepted] = await world.accept([asking('e-2', 'allow')]);
    expect(accepted).toMatchObject({ ending: 'reflex', acts: false, caseId: null });
    expect(await mail(accepted?.position ?? 0)).toEqual([]);
  });

  it('takes nothing above its limit, as no person has approved it, and says so', async () => {
    const [accepted] = await world.accept([
      asking('e-3', 'pay', { gate: 'g-3', amount: 101 }),
      asking('e-4', 'pay', { gate: 'g-4', amount: 100 }),
    ]);
    const position = accepted?.position ?? 0;
    expect(await settled(position)).toMatchObject([{ action: 'settle', state: 'refused' }]);
    expect(await settled(position + 1)).toMatchObject([{ action: 'settle', state: 'done' }]);
    expect(taken(position)).toEqual([]);
    expect(await world.rows("select title from records where kind = 'action' and event_position = $1", [position])).toEqual([
      { title: 'settle: refused, as amount is above the limit of 100, and no person has approved pay' },
    ]);
  });

  it('acts on nothing that is history', async () => {
    const [accepted] = await world.accept([asking('e-5', 'block', { history: true })]);
    expect(accepted).toMatchObject({ ending: 'reflex', acts: false, caseId: null });
  });

  it('acts once on each of many decisions about one subject, though its runs are terminated', async () => {
    let release = (): void => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    const sent = Array.from({ length: 12 }, (_, nth) => asking(`many-${nth}`, 'block', { gate: 'g-many' }));
    const accepted = await world.accept(sent);
    await eventually(async () => (await world.rows("select 1 from actions where subject = 'g-many'")).length > 0);
    await world.client.workflow.getHandle('gates:g-many').terminate('a test');
    release();
    held = null;
    for (const { position } of accepted) {
      expect((await settled(position)).map(({ state }) => state)).toEqual(['done', 'done']);
      expect(new Set(taken(position).map(({ key }) => key)).size).toBe(2);
      expect(taken(position)).toHaveLength(2);
    }
  });
});
