/** Filled in when the API tells it. */
export function WhyNot(_: { event: string }) {
  return null;
}
