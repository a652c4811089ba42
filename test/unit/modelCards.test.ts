/** The bug this hunts: a model that nobody can make again, or whose figures are of another one. */

import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { flows } from '../../src/flows/flows.ts';
import { fraudHandbook } from '../../src/flows/fraud/evaluate/fraudHandbook.ts';

const folder = fileURLToPath(new URL('../../src/flows', import.meta.url));
const modelsOf = async (flow: string): Promise<string[]> => {
  const files = await readdir(`${folder}/${flow}/model`).catch(() => [] as string[]);
  return files.filter((file) => file.endsWith('.model.json'));
};
const days = ({ from, to }: { from: string; to: string }): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

describe('models', () => {
  it.each(flows.map(({ name, models = [] }) => [name, models] as const))(
    '%s has a card for each trained model, of that very file',
    async (flow, cards) => {
      const files = await modelsOf(flow);
      const versions = await Promise.all(
        files.map(async (file) =>
          createHash('sha256')
            .update(await readFile(`${folder}/${flow}/model/${file}`))
            .digest('hex')
            .slice(0, 12),
        ),
      );
      expect(cards.map(({ version }) => version).sort()).toEqual(versions.sort());
      for (const { script, data, trained, calibrated, figures, measured } of cards) {
        await access(`${folder}/${flow}/model/${script}`);
        expect(days(trained)).toBeGreaterThan(0);
        if (calibrated !== null) expect(days({ from: trained.to, to: calibrated.from })).toBeGreaterThan(0);
        expect([data, measured].every((text) => text.length > 10)).toBe(true);
        expect(Object.values(figures).length).toBeGreaterThan(0);
      }
    },
  );

  it("fraud's card has the figures of its evaluation, none below its floor, as its page has them", async () => {
    const [card] = flows.find(({ name }) => name === 'fraud')?.models ?? [];
    const { floors } = fraudHandbook;
    expect(Object.keys(card?.figures ?? {}).sort()).toEqual(Object.keys(floors).sort());
    for (const [figure, floor] of Object.entries(floors)) expect(card?.figures[figure]).toBeGreaterThanOrEqual(floor);
    const page = await readFile(`${folder}/fraud/README.md`, 'utf8');
    for (const value of Object.values(card?.figures ?? {})) expect(page).toContain(`**${value}**`);
  });
});
