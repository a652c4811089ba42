/**
 * `npm run trial:ladder [-- --data DIR --kills 50 --only faults,injection,stall,calm,llm-kills,action-kills]`: what the ladder promises where its LLM is
 * slow, wrong, hostile or away, on a whole stack of its own with a fake LLM at wire level. `--data` names a folder with llm-faults.json and
 * prompt-injection.jsonl; without it, small tables of our own serve.
 *
 * Not shown here: a real model, and what its answers are worth (`npm run labelled` says what the ladder costs).
 */
import { parseArgs } from 'node:util';
import { signalbox } from '../support/command.ts';
import { tryCalm } from './ladderCalm.ts';
import { tryFaults } from './ladderFaults.ts';
import { tryInjection } from './ladderInjection.ts';
import { checkKilled, fickle, Gate, killInTheAir } from './ladderKills.ts';
import { openScene, type Scene, sure } from './ladderScene.ts';
import { tryStall } from './ladderStall.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, kills: { type: 'string', default: '50' }, only: { type: 'string' } },
});
const KILLS = Number(values.kills);
if (values.data !== undefined) process.env.SIGNALBOX_CONFORMANCE = values.data;

const actionGate = new Gate();

async function llmKills(scene: Scene): Promise<string[]> {
  const gate = new Gate();
  const answer = fickle(gate);
  scene.llm.follow((_, nth) => answer(nth));
  return checkKilled(scene, `${KILLS} kills in a request to the LLM`, await killInTheAir(scene, gate, KILLS));
}

async function actionKills(scene: Scene): Promise<string[]> {
  const answer = fickle(new Gate());
  scene.llm.follow((_, nth) => answer(nth));
  return checkKilled(scene, `${KILLS} kills in an action`, await killInTheAir(scene, actionGate, KILLS));
}

const TRIALS: Readonly<Record<string, (scene: Scene) => Promise<string[]>>> = {
  faults: tryFaults,
  injection: (scene) => tryInjection(scene, values.data),
  stall: tryStall,
  calm: tryCalm,
  'llm-kills': llmKills,
  'action-kills': actionKills,
};
const names = values.only?.split(',') ?? Object.keys(TRIALS);
const scene = await openScene(
  () => sure('decline'),
  () => actionGate.pass(),
);
const findings: string[] = [];
try {
  for (const name of names) {
    const trial = TRIALS[name];
    if (trial === undefined) throw new Error(`Cannot try ${name} as it must be one of ${Object.keys(TRIALS).join(', ')}`);
    findings.push(...(await trial(scene)));
  }
  const audit = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: scene.stack.data });
  console.log(`audit exits ${audit.code}: ${JSON.stringify(JSON.parse(audit.output || '{}').flows)}`);
  if (audit.code !== 0) findings.push(`audit exits ${audit.code}: ${audit.output}${audit.errors}`);
} finally {
  await scene.close();
}
console.log(findings.length === 0 ? '\nThe ladder held.' : `\n${findings.length} findings:\n${findings.slice(0, 50).join('\n')}`);
process.exitCode = findings.length === 0 ? 0 : 1;
