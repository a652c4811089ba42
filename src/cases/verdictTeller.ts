/**
 * Signals the verdicts that stand on their rows and that no case has acknowledged.
 *
 * One round at a time, some verdicts at once, new ones first. When each new verdict began a round of its own, and each round asked Temporal
 * about all that were open, some hundred verdicts at once kept the server from working on them.
 */
import type { Logger } from 'pino';
import { approvalId } from '../domain/ids.ts';
import type { Pool } from '../log/db/database.ts';
import type { CaseKey } from '../log/settleMail.ts';
import type { CaseClient } from './caseClient.ts';
import { findUnheard, type UnheardVerdict } from './unheardVerdicts.ts';

interface VerdictTellerDeps {
  readonly pool: Pool;
  readonly cases: CaseClient;
  readonly logger: Logger;
  /** The case of a verdict does not run. */
  gone(key: CaseKey): Promise<void>;
}

/** Read in one round. */
const VERDICT_COUNT = 2000;
/** One after the other, a verdict waited for the round trips of all before it: 90 of them kept a queue of two seconds (tried). */
const AT_ONCE = 8;
/** Looked after in one round. */
const LOOK_COUNT = 200;
/**
 * A case that was told gets this long to act before anyone looks whether it must be told again: a signal stays in its history, and where the
 * run is gone the next one reads the row. At 5 s, some hundred verdicts that waited for busy cases were looked after 40 times a second.
 */
const TELL_AGAIN_MS = 30_000;

type Unheard = UnheardVerdict & { readonly approval: string };

export class VerdictTeller {
  readonly #deps: VerdictTellerDeps;
  /** By approval: when it was last told, or looked after. */
  readonly #told = new Map<string, number>();
  #telling: Promise<void> | null = null;
  #more = false;
  #closed = false;

  constructor(deps: VerdictTellerDeps) {
    this.#deps = deps;
  }

  /** Asked during a round, another one follows it. Never rejects: the rows keep what was not told. */
  tell(): Promise<void> {
    this.#more = true;
    this.#telling ??= this.#rounds().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#telling;
  }

  async #rounds(): Promise<void> {
    while (this.#more && !this.#closed) {
      this.#more = false;
      await this.#round().catch((error) =>
        this.#deps.logger.debug({ err: error }, 'verdicts wait on their rows, the next sweep tells them'),
      );
    }
  }

  async #round(): Promise<void> {
    const unheard = (await findUnheard(this.#deps.pool, VERDICT_COUNT)).map((verdict): Unheard => {
      const { tenant, flow: log, eventPosition: position, turn } = verdict;
      return { ...verdict, approval: approvalId({ tenant, log, position }, turn) };
    });
    const open = new Set(unheard.map(({ approval }) => approval));
    for (const approval of this.#told.keys()) if (!open.has(approval)) this.#told.delete(approval);
    const news = unheard.filter(({ approval }) => !this.#told.has(approval));
    const beforeMs = performance.now() - TELL_AGAIN_MS;
    const old = unheard.filter(({ approval }) => (this.#told.get(approval) ?? beforeMs) < beforeMs).slice(0, LOOK_COUNT);
    const due = [...news, ...old].values();
    const work = async (): Promise<void> => {
      for (const verdict of due) {
        if (this.#closed) return;
        await this.#tell(verdict);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /**
   * One that was told before is told again only to a run that has worked through all it got: a worker that is away would else come
   * back to a history full of the same verdict.
   */
  async #tell(verdict: Unheard): Promise<void> {
    const { cases, gone } = this.#deps;
    const again = !this.#told.has(verdict.approval) || (await cases.look(verdict.caseId)) === 'idle';
    // a new run of the case reads the verdict from its row
    if (again && !(await cases.tellVerdict(verdict.caseId, verdict))) await gone(verdict);
    this.#told.set(verdict.approval, performance.now());
  }
}
