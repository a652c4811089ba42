/** A folder for this run's shared servers; they themselves start when the first suite needs them. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-run-'));
  // as root the database runs under another account, which must get in
  await chmod(folder, 0o755);
  process.env.SIGNALBOX_TEST_RUN = folder;
  process.env.SIGNALBOX_TEST_RUNNER = String(process.pid);
}
