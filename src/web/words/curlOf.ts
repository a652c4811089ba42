/** A request as a command for a shell: whatever stands in the event, it ends no quotation of ours. */
export const curlOf = (origin: string, event: unknown): string =>
  [
    `curl -sS ${origin}/v1/events \\`,
    `  -H 'content-type: application/cloudevents+json' -H 'prefer: wait=5' \\`,
    `  -d '${JSON.stringify(event).replaceAll("'", "'\\''")}'`,
  ].join('\n');
