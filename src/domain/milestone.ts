/** Something that happens to an approval while nobody has answered: a reminder, or somebody else is asked. */
export interface Milestone {
  readonly kind: 'reminder' | 'escalation';
  /** Counts those of its kind, from 0. */
  readonly nth: number;
  /** RFC 3339. */
  readonly at: string;
  /** Who is asked from then on. */
  readonly to?: string;
}
