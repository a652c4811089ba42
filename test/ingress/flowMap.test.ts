/** The map of flows. The bugs this hunts: a way that is declared and not shown, one that was taken and not counted, one that is counted twice. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { followTallies } from '../../src/log/tally/followTallies.ts';
import type { FlowMap } from '../../src/wire/flowMap.ts';
import { openBooked } from '../support/booked.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { asking, gates } from '../support/gates.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { desk, emitAll, follow, HEARD, NOTED, openRumours, SEEN, see, shop, tell } from '../support/rumours.ts';
import { acceptAndAct } from '../support/takenActions.ts';

const gate = gates();
const ingress = ingressOfFile({ flows: [shop, desk, gate] });
const { get } = openBooked(ingress);
beforeAll(() => openRumours(ingress.pool));

const mapOf = async (query = ''): Promise<FlowMap> => (await get(`/v1/flow-map${query}`)).json;
const ways = ({ edges }: FlowMap): string[] =>
  edges.map(({ from, to, count, failed }) => `${from} > ${to}: ${count}${failed === 0 ? '' : `, ${failed} failed`}`).sort();

describe('GET /v1/flow-map', () => {
  it('shows what is declared before anything came', async () => {
    const map = await mapOf();
    expect(ways(map)).toEqual(
      [
        ...['type parcel.scanned > flow shop: 0', `type ${HEARD} > flow shop: 0`, `type ${NOTED} > flow shop: 0`],
        ...[`flow shop > type ${SEEN}: 0`, `flow shop > type ${NOTED}: 0`, 'flow shop > outcome shop seen: 0'],
        ...[
          `type ${SEEN} > flow desk: 0`,
          `flow desk > type ${HEARD}: 0`,
          'flow desk > outcome desk seen: 0',
          'type gate.asked > flow gates: 0',
        ],
        ...['flow gates > outcome gates block: 0', 'flow gates > outcome gates allow: 0', 'flow gates > outcome gates pay: 0'],
        ...['outcome gates block > action gates alarm: 0', 'outcome gates block > action gates bar: 0'],
        ...['outcome gates allow > action gates welcome: 0', 'outcome gates pay > action gates settle: 0'],
      ].sort(),
    );
    expect(map.nodes).toContainEqual({ id: `type ${SEEN}`, kind: 'type', name: SEEN, flow: 'shop', title: SEEN });
    expect(map.nodes).toContainEqual({ id: 'flow gates', kind: 'flow', name: 'gates', flow: null, title: 'Gates for tests' });
  });

  it('counts events, decisions, emissions and how actions ended, over flows that follow one another', async () => {
    for (const subject of ['p-1', 'p-2']) {
      const position = await see(ingress.pool, subject);
      await tell(ingress, { flow: shop, position, subject }, [{ type: SEEN }, { type: NOTED }]);
    }
    await emitAll(ingress.pool);
    await follow(ingress.pool, desk);
    await acceptAndAct(ingress, gate, asking('e-1', 'block', { gate: 'g-1' }), { alarm: 'done', bar: 'done' });
    await acceptAndAct(ingress, gate, asking('e-2', 'block', { gate: 'g-2' }), { alarm: 'done', bar: 'dead' });
    expect((await mapOf()).behind).toBeGreaterThan(0);
    await eventually(async () => !(await followTallies(ingress.pool, 'default', 3)));
    const map = await mapOf('?minutes=10');
    expect(map.behind).toBe(0);
    expect(ways(map).filter((way) => !way.endsWith(': 0'))).toEqual(
      [
        ...['type parcel.scanned > flow shop: 2', `type ${NOTED} > flow shop: 2`, 'flow shop > outcome shop seen: 2'],
        ...[`flow shop > type ${SEEN}: 2`, `flow shop > type ${NOTED}: 2`, `type ${SEEN} > flow desk: 2`],
        ...['type gate.asked > flow gates: 2', 'flow gates > outcome gates block: 2'],
        ...['outcome gates block > action gates alarm: 2', 'outcome gates block > action gates bar: 1, 1 failed'],
      ].sort(),
    );
    expect(ways(await mapOf('?minutes=40000'))).toEqual(ways(map));
    const alone = await mapOf('?flow=gates');
    expect(alone.nodes.every(({ id }) => /gate/.test(id))).toBe(true);
    expect(ways(alone)).toEqual(ways(map).filter((way) => /gate/.test(way)));
    expect((await mapOf('?flow=shop')).nodes.map(({ id }) => id)).toContain('flow desk');
    await ingress.pool.query("update tallies set at = at - interval '2 days'");
    expect(ways(await mapOf()).every((way) => way.endsWith(': 0'))).toBe(true);
    expect(ways(await mapOf('?minutes=4320'))).toEqual(ways(map));
  });

  it('refuses a window that is too long, and a flow that is not there', async () => {
    for (const minutes of ['0', '44641', 'day']) {
      const refused = await get(`/v1/flow-map?minutes=${minutes}`);
      expectProblem(refused, 400);
      expect(refused.json.errors).toMatchObject([{ pointer: '/minutes' }]);
    }
    expectProblem(await get('/v1/flow-map?flow=nobody'), 404);
  });
});
