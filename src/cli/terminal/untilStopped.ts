/** Resolves when this process is asked to stop: SIGINT, SIGTERM, or the end of the supervisor that holds its IPC channel. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      // listening to the channel keeps the process alive: told to stop by a parent that lives on, it would never end
      process.off('disconnect', stop);
      resolve();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    process.once('disconnect', stop);
  });
}
