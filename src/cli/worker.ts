/** `signalbox worker`: runs the cases and takes their actions, alone. */
import { Command } from 'commander';

export function worker(): Command {
  return new Command('worker').description('run the cases and take their actions (needs DATABASE_URL and TEMPORAL_ADDRESS)').action(run);
}

async function run(): Promise<void> {
  const [
    { readConfig },
    { flows },
    { openWorker },
    { createLogger },
    { CannotRun },
    { checkSchema },
    { logLastWords },
    { untilStopped },
    { webhookTarget },
    { llmTarget },
    { openOutbound },
    { noticeTargets },
    { installRuntime },
    { openTracer },
  ] = await Promise.all([
    import('../settings/config.ts'),
    import('../flows/flows.ts'),
    import('../run/worker.ts'),
    import('../run/logger.ts'),
    import('../domain/errors.ts'),
    import('../log/db/migrate.ts'),
    import('./terminal/lastWords.ts'),
    import('./terminal/untilStopped.ts'),
    import('../actions/sendWebhook.ts'),
    import('../llm/wire/target.ts'),
    import('../actions/outbound.ts'),
    import('../approvals/noticeTargets.ts'),
    import('../run/temporalRuntime.ts'),
    import('../run/openTracer.ts'),
  ]);
  const config = readConfig();
  const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_API_KEY: apiKey } = config;
  if (databaseUrl === undefined || address === undefined) {
    throw new CannotRun('Cannot run the worker alone without DATABASE_URL and TEMPORAL_ADDRESS: `signalbox start` runs the whole stack');
  }
  // a case cannot tell a wrong address from a database that is away: its activities would be tried without end
  await checkSchema(databaseUrl);
  const logger = createLogger('worker', config);
  logLastWords(logger);
  installRuntime(logger, config.SIGNALBOX_WORKER_METRICS);
  const outbound = openOutbound(config.SIGNALBOX_OUTBOUND_ALLOW);
  const { SIGNALBOX_WEBHOOK_URL: url, SIGNALBOX_WEBHOOK_SECRET: secret } = config;
  const webhook = webhookTarget({ url, secret }, outbound);
  const llm = llmTarget(config);
  const notices = noticeTargets(config, outbound);
  const temporal = { address, namespace, apiKey };
  const tracer = await openTracer('signalbox-worker');
  const open = openWorker({ tracer, flows, databaseUrl, temporal, auth: config.SIGNALBOX_AUTH, webhook, llm, notices, logger });
  open.started.then(
    () => {
      logger.info({ address, namespace, llm: llm?.model ?? null }, 'running cases');
      process.send?.({ ready: true });
    },
    // `ended` tells
    () => undefined,
  );
  await Promise.race([untilStopped(), open.ended]);
  logger.info('stopping');
  await open.close();
  await tracer?.close();
}
