/** An error that nobody caught ends the process, as a line of its log: Node's own last words print all that a library hung on it. */
import type { Logger } from 'pino';

export function logLastWords(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'ended by an error that nobody caught');
    process.exit(1);
  });
}
