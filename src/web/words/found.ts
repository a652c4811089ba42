/** What a search finds, and what is open, as the API lists them. */

export interface Found {
  readonly kind: string;
  readonly id: string;
  readonly flow: string | null;
  readonly subject: string | null;
  readonly at: string;
  readonly title?: string;
  readonly matched?: string;
}

export interface OpenCase {
  readonly flow: string;
  readonly subject: string;
  readonly event: string;
  readonly state: string;
  readonly since: string;
  readonly waitingFor: string | null;
}
