/** What a flow tells of itself, beside its quality. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FlowFigure } from '../../src/domain/flow.ts';
import { pricing } from '../../src/flows/pricing/flow.ts';
import { holdoutFigures, holdoutMemory } from '../../src/flows/pricing/model/holdout.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openService } from '../support/service.ts';

let postgres: TestPostgres;
let ingress: TestIngress;

beforeAll(async () => {
  postgres = await startPostgres();
  ingress = await startIngress({ database: await postgres.fresh(), flows: [pricing as never] });
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
  await postgres.stop();
});

const figures = async (): Promise<FlowFigure[]> =>
  (await openService(ingress.url).get<{ figures: FlowFigure[] }>('/v1/flows/pricing/quality')).figures;

describe('GET /v1/flows/:flow/quality', () => {
  it("has the flow's own figures, as of the newest checkpoint of its memory", async () => {
    expect(await figures()).toMatchObject([{ name: 'earned-more', value: null }]);
    const products = holdoutMemory.empty();
    for (let product = 0; product < 40; product += 1)
      for (const since of [0, 1] as const)
        holdoutMemory.learn(products, [product, product % 4 === 0 ? 1 : 0, since, 100 + product + 30 * since]);
    const bytes = Buffer.from(holdoutMemory.save(products));
    await ingress.pool.query("update memories set bytes = $1 where log = 'pricing' and mark = 'newest'", [bytes]);
    const told = await figures();
    expect(told).toEqual(holdoutFigures(products));
    expect(told[0]?.value).not.toBeNull();
    // of another format nothing is read
    await ingress.pool.query("update memories set format = 99 where log = 'pricing' and mark = 'newest'");
    expect(await figures()).toEqual([]);
  });
});
