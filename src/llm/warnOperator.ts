/** What an operator must know of an LLM, once in a while and not once a call. */
import type { Logger } from 'pino';
import type { Ending, Settled } from './record/settle.ts';

const AGAIN_MS = 60_000;
const KINDS_MAX = 1000;

/** By model and by how a call to it ended. */
export function createWarnOperator(logger: Logger): (model: string, ending: Ending, settled: Settled) => void {
  const told = new Map<string, number>();
  const isNew = (kind: string): boolean => {
    const nowMs = performance.now();
    const last = told.get(kind);
    if (last !== undefined && nowMs - last < AGAIN_MS) return false;
    if (told.size >= KINDS_MAX) told.clear();
    told.set(kind, nowMs);
    return true;
  };
  return (model, { state, code, note, requestId }, { opened }) => {
    const about = { model, said: note, requestId };
    if (code === 'rejected' && isNew(`${model} ${note}`))
      logger.error(about, 'the LLM refuses such requests: look at key, address, model and schema');
    if (code === 'quota-spent' && isNew(`${model} quota`))
      logger.error(about, "the LLM's quota is used up: the model is left alone for 15 minutes");
    if (opened && code !== 'quota-spent')
      logger.warn({ ...about, code: state === 'failed' ? code : null }, 'the LLM keeps failing: it is left alone for a while');
  };
}
