#!/usr/bin/env node
/** The entry. A verb opens what it needs and closes it in reverse; here only its failure becomes a line and an exit code. */
import { program } from './cli/program.ts';
import { report } from './cli/terminal/report.ts';
import { wantsDebug } from './settings/config.ts';

// a reader that has seen enough (`| head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error, wantsDebug());
}
