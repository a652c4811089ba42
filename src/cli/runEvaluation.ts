/** Evaluates a flow on a folder of data, and prints what came of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceClient } from '../client/serviceClient.ts';
import { AskService, assertEmpty } from '../evaluate/askService.ts';
import { DataFolder } from '../evaluate/dataFolder.ts';
import type { DataSet, Decider, Figures, Plot } from '../evaluate/dataSet.ts';
import { evaluateFlow, type SetReport } from '../evaluate/evaluateFlow.ts';
import { FoldHere } from '../evaluate/foldHere.ts';
import { readConfig } from '../settings/config.ts';
import { type Evaluation, loadEvaluation } from './loadEvaluation.ts';
import { printJson, printLine, printTable } from './terminal/print.ts';

interface Asked {
  readonly data: string;
  readonly json?: true;
  readonly plots?: string;
  readonly url?: string;
}

export async function runEvaluation(name: string, { data, json, plots, url }: Asked): Promise<0 | 1> {
  const [evaluation, folder] = await Promise.all([loadEvaluation(name), DataFolder.open(data)]);
  const deciderOf = await decider(evaluation, url);
  const reports: SetReport[] = [];
  for await (const report of evaluateFlow(evaluation.dataSets, { folder, deciderOf })) {
    reports.push(report);
    if (plots !== undefined) await writePlots(plots, report.plots);
    if (json !== true) print(report);
  }
  const ok = reports.every((report) => report.ok);
  if (json === true) printJson({ flow: name, sets: reports.map(shown), ok });
  else printLine(ok ? 'All floors are reached' : 'NOT all floors are reached');
  return ok ? 0 : 1;
}

async function decider({ flow }: Evaluation, url: string | undefined): Promise<(set: DataSet) => Decider> {
  if (url === undefined) return () => new FoldHere(flow);
  const served = { service: new ServiceClient(url, readConfig().SIGNALBOX_KEY), flow: flow.name };
  await assertEmpty(served);
  return ({ name }) => new AskService({ ...served, source: `/evaluate/${name}` });
}

async function writePlots(directory: string, plots: readonly Plot[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const { name, svg } of plots) await writeFile(join(directory, `${name}.svg`), svg);
}

const shown = ({ plots: _, title: __, intervals, ...report }: SetReport): object => ({ ...report, intervals: intervals.of });

const text = (figure: number | undefined): string => {
  if (figure === undefined || Number.isNaN(figure)) return '-';
  return Math.abs(figure) >= 10 ? figure.toFixed(2) : figure.toFixed(3);
};

function print({ set, title, rows, figures, intervals, floors, published, baselines, notes, faults, ok }: SetReport): void {
  const names = Object.keys(figures);
  const row = (called: string, of: Figures): string[] => [called, ...names.map((name) => text(of[name]))];
  const ends = (side: 0 | 1): Figures => Object.fromEntries(Object.entries(intervals.of).map(([name, interval]) => [name, interval[side]]));
  printLine(`${set}: ${title}, ${rows} rows`);
  printTable(
    ['', ...names],
    [
      row('signalbox', figures),
      row(`  95 % from (${intervals.drawn} drawn)`, ends(0)),
      row('  95 % to', ends(1)),
      row(`  floor${ok ? ', reached' : ', NOT reached'}`, floors),
      ...Object.entries(baselines).map(([by, of]) => row(by, of)),
      ...Object.entries(published).map(([by, of]) => row(`published: ${by}`, of)),
    ],
  );
  for (const note of notes) printLine(`  ${note}`);
  for (const fault of faults) printLine(`  WRONG: ${fault}`);
  printLine('');
}
