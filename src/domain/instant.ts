/** RFC 3339 texts to milliseconds. The edge has checked the text; this only has to be total. */

const LEAP_SECOND = /:60(?=[.Z+-])/;

/** Milliseconds since the epoch; NaN where the text is no time. A leap second counts as the second after it, as POSIX does. */
export function instantMs(text: string): number {
  const upper = text.toUpperCase();
  return LEAP_SECOND.test(upper) ? Date.parse(upper.replace(LEAP_SECOND, ':59')) + 1000 : Date.parse(upper);
}

export function instantText(ms: number): string {
  return new Date(ms).toISOString();
}
