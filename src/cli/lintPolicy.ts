/** `signalbox policy lint`: what is wrong with a file, by the service's own schema where one runs, else by this build's. */
import { Command } from 'commander';
import type { ServiceClient } from '../client/serviceClient.ts';
import type { FieldError } from '../domain/errors.ts';

interface Options {
  flow: string;
  offline?: true;
  json?: true;
}

interface Found {
  readonly version: string | null;
  readonly errors: readonly FieldError[];
  readonly warnings: readonly FieldError[];
}

export function lintPolicyVerb(): Command {
  return new Command('lint')
    .argument('<file>', 'a policy.yaml')
    .description('say what is wrong with a policy, and where; exit 1 where something is')
    .requiredOption('--flow <name>', 'the flow that it is for')
    .option('--offline', "judge by this build's flows, whatever service runs")
    .option('--json', 'print {version, errors, warnings}')
    .addHelpText('after', '\nExample:\n  signalbox policy lint policy.yaml --flow fraud')
    .action(lint);
}

async function lint(path: string, { flow, offline, json }: Options): Promise<void> {
  const [{ readPolicyFile }, { printJson, printLine }] = await Promise.all([
    import('./terminal/readPolicyFile.ts'),
    import('./terminal/print.ts'),
  ]);
  const text = await readPolicyFile(path);
  const found = offline === true ? await judge(flow, text) : await judgeWhereItRuns(flow, text);
  if (found.version === null) process.exitCode = 1;
  if (json === true) return printJson(found);
  for (const { pointer, detail } of found.errors) printLine(`${path} ${pointer} ${detail}`.replace('  ', ' '));
  for (const { pointer, detail } of found.warnings) printLine(`${path} ${pointer} warning: ${detail}`);
  if (found.version !== null) printLine(`${path} is ${found.version}: nothing wrong`);
}

async function judgeWhereItRuns(flow: string, text: string): Promise<Found> {
  const [{ ServiceAway }, { say }] = await Promise.all([import('../client/serviceClient.ts'), import('./terminal/print.ts')]);
  const service = await serviceThatRuns();
  try {
    if (service !== null) return await askService(service, flow, text);
    say("No service runs: judged by this build's flows");
  } catch (error) {
    if (!(error instanceof ServiceAway)) throw error;
    say(`${error.message}: judged by this build's flows`);
  }
  return judge(flow, text);
}

/** Null where none is set or running; wrong settings are an error all the same. */
async function serviceThatRuns(): Promise<ServiceClient | null> {
  const { readRunning } = await import('./terminal/target.ts');
  const [{ readConfig }, { ServiceClient: Client }] = await Promise.all([
    import('../settings/config.ts'),
    import('../client/serviceClient.ts'),
  ]);
  const config = readConfig();
  const url = config.SIGNALBOX_URL ?? (await readRunning(config))?.url;
  return url == null ? null : new Client(url, config.SIGNALBOX_KEY);
}

async function askService(service: ServiceClient, flow: string, text: string): Promise<Found> {
  const [{ Refused }, { CannotRun }] = await Promise.all([import('../client/serviceClient.ts'), import('../domain/errors.ts')]);
  const path = `/v1/flows/${encodeURIComponent(flow)}/policies?dry=true`;
  const answer = await service.call(path, { method: 'POST', contentType: 'application/yaml', body: text });
  // nothing is wrong with the file
  if (answer.status === 404) throw new CannotRun(`Cannot lint for ${flow} as the service has no such flow`);
  const body = (answer.body ?? {}) as { code?: string; errors?: FieldError[]; version?: string; warnings?: FieldError[] };
  if (answer.status === 200) return { version: body.version ?? null, errors: [], warnings: body.warnings ?? [] };
  if (answer.status === 422 && body.code === 'bad-policy') return { version: null, errors: body.errors ?? [], warnings: [] };
  throw new Refused(answer);
}

async function judge(name: string, text: string): Promise<Found> {
  const [{ flows }, { asFieldError, lintPolicy }, { CannotRun }] = await Promise.all([
    import('../flows/flows.ts'),
    import('../policy/policyLint.ts'),
    import('../domain/errors.ts'),
  ]);
  const flow = flows.find((one) => one.name === name);
  if (flow === undefined)
    throw new CannotRun(`Cannot lint for ${name} as it must be a flow of this build: ${flows.map((one) => one.name).join(', ')}`);
  const { version, errors, warnings } = lintPolicy(flow, text);
  return { version, errors: errors.map(asFieldError), warnings: warnings.map(asFieldError) };
}
