/** `If-Match: "5d1f0c3a9b7e4c21"`, from a preview; an ETag that we never gave is one that nothing has. */
export function previewedAs(header: string | undefined): { ifMatch?: string } {
  if (header === undefined || header.trim() === '*') return {};
  return { ifMatch: /^\s*"?([0-9a-f]{16})"?\s*$/.exec(header)?.[1] ?? '' };
}
