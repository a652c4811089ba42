/** Loaded into our own child processes: when the supervisor is gone, however it went, so are they. */
const GRACE_MS = 10_000;

process.once('disconnect', () => {
  // as if stopped from outside, so that what is under way is finished
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), GRACE_MS).unref();
});
// listening for the end must not itself keep the process alive
process.channel?.unref();
