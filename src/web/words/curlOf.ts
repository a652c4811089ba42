/** A request as a command for a shell: whatever stands in the event, it ends no quotation of ours. Where keys are checked it sends one. */
export const curlOf = (origin: string, event: unknown, auth: 'off' | 'keys'): string =>
  [
    `curl -sS ${origin}/v1/events \\`,
    ...(auth === 'keys' ? [`  -H "authorization: Bearer $SIGNALBOX_KEY" \\`] : []),
    `  -H 'content-type: application/cloudevents+json' -H 'prefer: wait=5' \\`,
    `  -d '${JSON.stringify(event).replaceAll("'", "'\\''")}'`,
  ].join('\n');
