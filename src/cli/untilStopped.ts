/** Resolves when this process is asked to stop: SIGINT, SIGTERM, or the end of the supervisor that holds its IPC channel. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
