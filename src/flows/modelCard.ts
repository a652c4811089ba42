/** What is to be known of a trained model: of its file, which says how it was trained, and of what it was worth since. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ModelCard } from '../domain/flow.ts';

const VERSION_CHARS = 12;

const period = z.looseObject({ from: z.iso.date(), to: z.iso.date() });
const trained = z.looseObject({
  about: z.looseObject({ script: z.string(), data: z.string(), trained: period, calibrated: period.optional() }),
});

/** `url`: of the model's file. `figures`: measured, by what `measured` says. */
export function modelCard(url: URL, known: Pick<ModelCard, 'name' | 'figures' | 'measured'>): ModelCard {
  const text = readFileSync(fileURLToPath(url));
  const { script, data, trained: learnt, calibrated } = trained.parse(JSON.parse(text.toString('utf8'))).about;
  const span = ({ from, to }: z.infer<typeof period>): ModelCard['trained'] => ({ from, to });
  return {
    ...known,
    version: createHash('sha256').update(text).digest('hex').slice(0, VERSION_CHARS),
    ...{ script, data, trained: span(learnt), calibrated: calibrated === undefined ? null : span(calibrated) },
  };
}
