/** `signalbox ingress`: the HTTP side with its dispatcher, alone. */
import { Command } from 'commander';

export function ingress(): Command {
  return new Command('ingress')
    .description('run the HTTP ingress and its dispatcher (needs DATABASE_URL and TEMPORAL_ADDRESS)')
    .action(async () => {
      const [
        { readConfig },
        { flows },
        { openIngress },
        { createLogger },
        { CannotRun },
        { logLastWords },
        { untilStopped },
        { openTracer },
      ] = await Promise.all([
        import('../settings/config.ts'),
        import('../flows/flows.ts'),
        import('../run/openIngress.ts'),
        import('../run/logger.ts'),
        import('../domain/errors.ts'),
        import('./terminal/lastWords.ts'),
        import('./terminal/untilStopped.ts'),
        import('../run/openTracer.ts'),
      ]);
      const config = readConfig();
      const { DATABASE_URL, TEMPORAL_ADDRESS } = config;
      if (DATABASE_URL === undefined || TEMPORAL_ADDRESS === undefined) {
        throw new CannotRun(
          'Cannot run the ingress alone without DATABASE_URL and TEMPORAL_ADDRESS: `signalbox start` runs the whole stack',
        );
      }
      const logger = createLogger('ingress', config);
      logLastWords(logger);
      const tracer = await openTracer('signalbox-ingress');
      const open = await openIngress({ config: { ...config, DATABASE_URL, TEMPORAL_ADDRESS }, flows, logger, tracer });
      logger.info({ url: open.url }, 'accepting events');
      process.send?.({ ready: true, url: open.url });
      await untilStopped();
      logger.info('stopping');
      await open.close();
      await tracer?.close();
    });
}
