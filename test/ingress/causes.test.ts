/** The causal graph. The bugs this hunts: what followed in another flow and is not shown, a graph of a circle that never ends, one that is cut and does not say so. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { causeLines } from '../../src/cli/terminal/printCauses.ts';
import type { Causes } from '../../src/wire/causes.ts';
import { openBooked } from '../support/booked.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { asking, gates } from '../support/gates.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { askAbout } from '../support/questions.ts';
import { desk, emitAll, follow, HEARD, NOTED, openRumours, SEEN, see, shop, tell } from '../support/rumours.ts';
import { acceptAndAct } from '../support/takenActions.ts';

const gate = gates();
const ingress = ingressOfFile({ flows: [shop, desk, gate, ledger] });
const { get } = openBooked(ingress);
beforeAll(() => openRumours(ingress.pool));

const graphOf = async (event: string, query = ''): Promise<Causes> => (await get(`/v1/events/${event}/graph${query}`)).json;
const arrows = ({ nodes, edges }: Causes): string[] => {
  const named = new Map(nodes.map(({ id, kind, title }) => [id, `${kind} ${title}`]));
  return edges.map(({ from, to, text }) => `${named.get(from)} | ${text} | ${named.get(to)}`).sort();
};

/** A parcel that the shop tells of, the desk hears of and answers, the shop hears of and tells again; `rounds` of that. */
async function rumour(subject: string, rounds: number): Promise<number> {
  const first = await see(ingress.pool, subject);
  let position = first;
  for (let round = 0; round < rounds; round += 1) {
    await tell(ingress, { flow: shop, position, subject }, [{ type: SEEN }]);
    await emitAll(ingress.pool);
    const [heard = 0] = await follow(ingress.pool, desk);
    await tell(ingress, { flow: desk, position: heard, subject }, [{ type: HEARD }]);
    await emitAll(ingress.pool);
    [position = 0] = await follow(ingress.pool, shop);
  }
  return first;
}

describe('GET /v1/events/{event}/graph', () => {
  it('leads over cases and emissions into the flows that follow, and back again', async () => {
    const position = await rumour('p-1', 1);
    const graph = await graphOf(`evt_shop.${position}`);
    expect(graph.cut).toEqual({ depth: false, nodes: false });
    expect(arrows(graph)).toEqual(
      [
        'event parcel.scanned | handed to | case p-1',
        'case p-1 | decided | decision seen by rules',
        `case p-1 | told others | event ${SEEN}`,
        `event ${SEEN} | taken over | event ${SEEN}`,
        `event ${SEEN} | handed to | case p-1`,
        'case p-1 | decided | decision seen by rules',
        `case p-1 | told others | event ${HEARD}`,
        `event ${HEARD} | taken over | event ${HEARD}`,
        `event ${HEARD} | handed to | case p-1`,
      ].sort(),
    );
    expect(graph.nodes.filter(({ kind }) => kind === 'case').map(({ url }) => url)).toEqual([
      expect.stringContaining('shop%3Ap-1'),
      expect.stringContaining('desk%3Ap-1'),
    ]);
    const last = graph.nodes.filter(({ kind }) => kind === 'event').at(-1);
    const back = await graphOf(last?.id ?? '');
    expect(back.nodes[0]).toMatchObject({ id: `evt_shop.${position}`, title: 'parcel.scanned' });
    expect(back.nodes.filter(({ kind }) => kind === 'event').map(({ id }) => id)).toEqual(
      graph.nodes.filter(({ kind }) => kind === 'event').map(({ id }) => id),
    );
  });

  it('shows an emission that is in no log yet, and says that it waits', async () => {
    const position = await see(ingress.pool, 'p-2');
    await tell(ingress, { flow: shop, position, subject: 'p-2' }, [{ type: NOTED }]);
    const { nodes, edges } = await graphOf(`evt_shop.${position}`);
    const emission = nodes.find(({ kind }) => kind === 'emission');
    expect(emission).toMatchObject({ title: NOTED, state: 'waiting', subject: 'p-2' });
    expect(edges).toContainEqual({ from: 'shop:p-2', to: emission?.id, text: 'tells others' });
    await emitAll(ingress.pool);
    const after = await graphOf(`evt_shop.${position}`);
    expect(after.nodes.map(({ kind }) => kind)).not.toContain('emission');
    expect(after.nodes).toContainEqual(expect.objectContaining({ kind: 'event', title: NOTED }));
  });

  it('is cut at its depth and at its nodes, and says which', async () => {
    const position = await rumour('p-3', 3);
    const whole = await graphOf(`evt_shop.${position}`, '?depth=16');
    expect(whole.cut).toEqual({ depth: false, nodes: false });
    const shallow = await graphOf(`evt_shop.${position}`, '?depth=2');
    expect(shallow.cut).toEqual({ depth: true, nodes: false });
    expect(shallow.nodes.filter(({ kind }) => kind === 'event')).toHaveLength(3);
    const small = await graphOf(`evt_shop.${position}`, '?depth=16&nodes=5');
    expect(small.cut.nodes).toBe(true);
    expect(small.nodes).toHaveLength(5);
    expect(small.nodes.every(({ id }) => whole.nodes.some((node) => node.id === id))).toBe(true);
    const ids = new Set(small.nodes.map(({ id }) => id));
    expect(small.edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
    const back = await graphOf(whole.nodes.findLast(({ kind }) => kind === 'event')?.id ?? '', '?depth=1');
    expect(back.cut.depth).toBe(true);
    expect(back.nodes.filter(({ kind }) => kind === 'event')).toHaveLength(2);
  });

  it('shows what followed from a decision of a reflex, and how it ended', async () => {
    const accepted = await acceptAndAct(ingress, gate, asking('e-1', 'block'), { alarm: 'done', bar: 'dead' });
    const graph = await graphOf(`evt_gates.${accepted.position}`);
    expect(arrows(graph)).toEqual([
      'decision block by rules | acted | action alarm',
      'decision block by rules | acted | action bar',
      'event gate.asked | decided | decision block by rules',
    ]);
    expect(graph.nodes.filter(({ kind }) => kind === 'action').map(({ title, state }) => [title, state])).toEqual([
      ['alarm', 'done'],
      ['bar', 'dead'],
    ]);
  });

  it('shows who is asked about an event', async () => {
    const { id } = await askAbout(ingress);
    const graph = await graphOf(id.replace(/^apr_(.+)\.\d+$/, 'evt_$1'));
    expect(arrows(graph)).toContainEqual(expect.stringMatching(/^case asked-1 \| asked \| approval a person is asked$/));
  });

  it('causeLines() tells each node once, with what followed indented, and marks the event', async () => {
    const graph = await graphOf(`evt_shop.${await rumour('p-4', 1)}`);
    const lines = causeLines(graph);
    expect(lines[0]).toMatch(/^event parcel\.scanned {2}evt_shop\.\d+ {2}\(case\) {2}<- this one$/);
    expect(lines[1]).toBe('  handed to: case shop:p-4');
    for (const { id, kind } of graph.nodes)
      expect(
        lines.filter((line) => (kind === 'case' ? line.includes(`case ${id}`) : line.includes(`  ${id}`)) && !line.endsWith('(see above)')),
      ).toHaveLength(1);
  });

  it.each([
    ['depth=0', '/depth'],
    ['depth=17', '/depth'],
    ['nodes=501', '/nodes'],
  ])('%s is refused', async (query, pointer) => {
    const refused = await get(`/v1/events/evt_shop.3/graph?${query}`);
    expectProblem(refused, 400);
    expect(refused.json.errors).toMatchObject([{ pointer }]);
  });

  it('knows no event that is not there, nor one of another tenant', async () => {
    for (const event of ['evt_shop.99999', 'evt_acme.shop.3', 'evt_shop.1', 'dec_shop.3.0'])
      expectProblem(await get(`/v1/events/${event}/graph`), 404);
  });
});
