/** One line of the doctor: what was looked at, what was found, what to do next. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly found: string;
  /** Where it is not ok. */
  readonly next?: string;
}

export const ok = (what: string, found: string): Finding => ({ level: 'ok', what, found });
export const warn = (what: string, found: string, next: string): Finding => ({ level: 'warn', what, found, next });
export const fail = (what: string, found: string, next: string): Finding => ({ level: 'fail', what, found, next });

/** A check that breaks is a finding too, and the others go on. */
export async function guarded(what: string, next: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [fail(what, (error as Error).message || String(error), next)];
  }
}
