/** What a search finds, as the API lists it. */

export interface Found {
  readonly kind: string;
  readonly id: string;
  readonly flow: string | null;
  readonly subject: string | null;
  readonly at: string;
  readonly title?: string;
  readonly matched?: string;
}
