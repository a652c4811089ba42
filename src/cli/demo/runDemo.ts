/** The demo against a stack that runs: the play, its table, and at the end what the service says of its own decisions beside what is true. */
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceClient } from '../../client/serviceClient.ts';
import type { Business } from '../../demo/business.ts';
import { type Played, play } from '../../demo/play.ts';
import { Random } from '../../demo/random.ts';
import type { DemoReceiver } from '../../demo/receiver.ts';
import { demoTable, type TableState } from '../../demo/table.ts';
import { shareInterval } from '../../domain/shareInterval.ts';
import type { StackFacts } from '../../local/stack.ts';
import type { Output } from '../../local/terminal.ts';
import type { QualityReport } from '../../wire/quality.ts';
import { printJson } from '../terminal/print.ts';

interface DemoRun {
  readonly rate: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly json?: true;
  readonly businesses: readonly Business[];
  readonly receiver: DemoReceiver;
  readonly facts: StackFacts;
  readonly terminal: Output;
  readonly say: (line: string) => void;
  readonly stopping: AbortController;
}

const CASES_PER_SECOND = 8;
const TABLE_MS = 1000;
/** Where nobody redraws, as in a file. */
const LINES_MS = 10_000;
/** Labels that were told last are counted by then. */
const COUNTED_MS = 15_000;

export async function runDemo(run: DemoRun): Promise<void> {
  const { facts, say, stopping, businesses, terminal } = run;
  const client = new ServiceClient(facts.url, process.env.SIGNALBOX_KEY);
  const played = await play({
    ...{ client, businesses, random: new Random(run.seed), rate: run.rate, casesPerSecond: CASES_PER_SECOND },
    ...{ run: `demo-${Date.now().toString(36)}`, signal: stopping.signal, say },
  }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
    return null;
  });
  if (played === null) return;
  terminal.write(`\n  ${facts.url}/  the console: flows, questions, why\n`);
  if (facts.temporal.web !== null) terminal.write(`  ${facts.temporal.web}  Temporal's own\n`);
  terminal.write(`  SIGNALBOX_DATA=${facts.data} npx signalbox approvals list  what waits for you\n  Ctrl-C ends all of it.\n\n`);
  if (run.seconds !== undefined) setTimeout(() => stopping.abort(), run.seconds * 1000).unref();
  await Promise.race([showTable(played, run), played.ended]);
  await played.ended;
  const report = await compare(client, played, run).catch((error: Error) => {
    say(`what quality says could not be read: ${error.message}`);
    return null;
  });
  if (run.json === true) printJson(report);
  else for (const { flow, told } of report?.flows ?? []) say(`${flow}: ${told}`);
}

async function showTable(played: Played, { terminal, json, stopping }: DemoRun): Promise<void> {
  const redraws = process.stdout.isTTY && json !== true;
  let drawn = 0;
  let last: TableState | null = null;
  while (!stopping.signal.aborted) {
    await pause(redraws ? TABLE_MS : LINES_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    const { lines, state } = demoTable(played, last);
    last = state;
    terminal.write(`${redraws && drawn > 0 ? `\u001b[${drawn}A\u001b[J` : ''}${lines.join('\n')}\n${redraws ? '' : '\n'}`);
    drawn = lines.length;
  }
}

/** What the service makes of the labels that it was told, against the truth of all decisions, most of which it was not told. */
async function compare(client: ServiceClient, played: Played, { receiver, say }: DemoRun) {
  say('counting what was right');
  const untilMs = Date.now() + COUNTED_MS;
  // history of before today is counted by what silence means, which nobody was told
  const path = (flow: string): string => `/v1/flows/${flow}/quality?from=${played.firstDay}`;
  const flows = [];
  for (const { flow, events, outcomes, right, wrong, refused } of played.tally.flows.values()) {
    let quality = await client.ask<QualityReport>(path(flow));
    while (quality.behind > 0 && Date.now() < untilMs) {
      await pause(500);
      quality = await client.ask<QualityReport>(path(flow));
    }
    const labelled = quality.all.right + quality.all.wrong;
    const interval = shareInterval(quality.all.right, labelled);
    const truth = right + wrong === 0 ? null : right / (right + wrong);
    const holds = interval === null || truth === null ? null : interval[0] <= truth && truth <= interval[1];
    flows.push({
      ...{ flow, events, refused, outcomes: Object.fromEntries(outcomes), truth, labelled, interval, holds },
      told:
        interval === null || truth === null
          ? 'nothing that was decided is known to be right or wrong yet'
          : `${(truth * 100).toFixed(1)} % right in truth; by its ${labelled} labels ${(interval[0] * 100).toFixed(1)} to ${(interval[1] * 100).toFixed(1)} %`,
    });
  }
  return { seconds: Math.round(played.seconds()), flows, actions: receiver.counts(), approvals: played.approvals() };
}
