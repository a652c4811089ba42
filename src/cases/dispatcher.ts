/**
 * Mailboxes to Temporal: one unacknowledged signal per case, so that a history never grows faster than its case works
 * (without this rule, 12,000 events on one subject were refused at 10,000 signals, or the server ended the run at 50 MB).
 *
 * It is told of mail by the appenders of its own process and of acknowledgements by NOTIFY. A sweep of some seconds finds what
 * no one told of: a killed dispatcher's mail, a terminated run, a Temporal that lost its store. Nothing depends on Temporal keeping
 * anything: a case with unsettled events and no live run is started again from the rows.
 */

import type { Logger } from 'pino';
import { BackOff } from '../domain/backOff.ts';
import type { Flow } from '../domain/flow.ts';
import { ACT_CASE } from '../domain/temporalNames.ts';
import { caseText, parseCaseText } from '../log/caseText.ts';
import type { Pool } from '../log/db/database.ts';
import { type Listener, openListener } from '../log/db/notify.ts';
import type { CaseKey } from '../log/settleMail.ts';
import type { CaseClient } from './caseClient.ts';
import { beginAgain, lookAfter } from './lookAfter.ts';
import { claimMail, findUnsent, type Mail, markSent, readOpen, releaseMail, type Sent, takeUnsettled } from './mail.ts';
import { tellNotices } from './tellNotices.ts';
import { VerdictTeller } from './verdictTeller.ts';

interface DispatcherDeps {
  readonly pool: Pool;
  /** For the LISTEN connection. */
  readonly url: string;
  readonly flows: readonly Flow[];
  readonly cases: CaseClient;
  readonly logger: Logger;
  /** Hears of mail that its case was sent, and between which instants (milliseconds since the epoch). */
  readonly told?: ((mail: Mail, startMs: number, endMs: number) => void) | undefined;
  /** Mail of this flow was not taken though Temporal is there. */
  readonly refused?: (flow: string) => void;
  readonly sweepMs?: number;
}

const SWEEP_MS = 2000;
const CLAIM_COUNT = 64;
const READY_MAX = 50_000;
const SWEEP_COUNT = 200;
const CHECK_PAUSE_SECONDS = 3;
const CASE_PAUSE_SECONDS = 5;
const AWAY = { firstMs: 100, maxMs: 5000 };

export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #flows: ReadonlyMap<string, Flow>;
  readonly #ready = new Map<string, CaseKey>();
  readonly #listener: Listener;
  readonly #verdicts: VerdictTeller;
  #timer: NodeJS.Timeout | undefined;
  #pumping: Promise<void> | null = null;
  #sweeping: Promise<void> | null = null;
  readonly #away = new BackOff(AWAY);
  #pauseMs = 0;
  #closed = false;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    this.#flows = new Map(deps.flows.map((flow) => [flow.name, flow]));
    this.#verdicts = new VerdictTeller({ ...deps, gone: (key) => this.#gone(key) });
    this.#listener = openListener(deps.url, {
      channels: ['signalbox_taken', 'signalbox_verdict'],
      heard: (channel, payload) => {
        if (channel === 'signalbox_verdict') void this.#verdicts.tell();
        else this.hand([payload]);
      },
      connected: () => this.#sweepSoon(),
    });
    this.#timer = setInterval(() => this.#sweepSoon(), deps.sweepMs ?? SWEEP_MS);
  }

  /** Cases (`<tenant> <flow> <case id>`) that may have mail. */
  hand(cases: readonly string[]): void {
    for (const text of cases) {
      const key = parseCaseText(text);
      // beyond the limit the sweep finds them: their mail is a row
      if (key !== null && this.#flows.has(key.flow) && this.#ready.size < READY_MAX) this.#ready.set(text, key);
    }
    this.#pump();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#listener.close();
    await this.#pumping;
    await this.#verdicts.close();
    await this.#sweeping;
  }

  #pump(): void {
    if (this.#closed || this.#ready.size === 0) return;
    this.#pumping ??= this.#drain().finally(() => {
      this.#pumping = null;
      this.#pump();
    });
  }

  async #drain(): Promise<void> {
    if (this.#pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
    const cases = [...this.#ready.values()].slice(0, CLAIM_COUNT);
    for (const key of cases) this.#ready.delete(caseText(key));
    try {
      const mails = await claimMail(this.#deps.pool, this.#flows, cases);
      if (mails.length > 0) await this.#send(mails);
      else this.#back();
    } catch (error) {
      this.#backOff('database', error);
      // the rows are what counts: the sweep comes back to these cases
    }
  }

  async #send(mails: readonly Mail[]): Promise<void> {
    const sent: Sent[] = [];
    const failed: CaseKey[] = [];
    const gone: Mail[] = [];
    let away: unknown = null;
    const send = async (mail: Mail): Promise<void> => {
      const startMs = Date.now();
      try {
        const delivered = await this.#deps.cases.deliver(this.#flows.get(mail.flow)?.workflow ?? ACT_CASE, mail);
        if (delivered === 'gone') gone.push(mail);
        else {
          this.#deps.told?.(mail, startMs, Date.now());
          sent.push({ ...mail, position: mail.events.at(-1)?.position ?? mail.taken, ...delivered });
        }
      } catch (error) {
        failed.push(mail);
        if (this.#deps.cases.isAway(error)) away = error;
        else {
          this.#deps.refused?.(mail.flow);
          this.#deps.logger.warn({ err: error, case: mail.caseId }, 'a case did not take its mail, it is tried again');
        }
      }
    };
    await Promise.all(mails.map(send));
    if (sent.length > 0) this.hand((await markSent(this.#deps.pool, sent)).map(caseText));
    await this.#handWhere(gone, (mail) => beginAgain(this.#deps, mail));
    if (failed.length > 0) await releaseMail(this.#deps.pool, failed, away === null ? CASE_PAUSE_SECONDS : 0);
    if (away === null) this.#back();
    else {
      this.#backOff('Temporal', away);
      this.hand(failed.map(caseText));
    }
  }

  #backOff(what: string, error: unknown): void {
    if (!this.#away.failing) this.#deps.logger.warn({ err: error }, `${what} is away, events wait in their mailboxes`);
    this.#pauseMs = this.#away.next();
  }

  #back(): void {
    this.#away.reset();
    this.#pauseMs = 0;
  }

  #sweepSoon(): void {
    if (this.#closed) return;
    this.#sweeping ??= this.#sweep()
      .catch((error) => this.#deps.logger.debug({ err: error }, 'a sweep did not finish, the next one does its work'))
      .finally(() => {
        this.#sweeping = null;
      });
  }

  async #sweep(): Promise<void> {
    const { pool } = this.#deps;
    this.hand((await findUnsent(pool, SWEEP_COUNT * 5)).map(caseText));
    await this.#verdicts.tell();
    await tellNotices(this.#deps).catch((error) => this.#deps.logger.debug({ err: error }, 'notices wait on their rows'));
    for (;;) {
      const due = await takeUnsettled(pool, SWEEP_COUNT, CHECK_PAUSE_SECONDS);
      const again = await this.#handWhere(due, await lookAfter(this.#deps, due));
      // where many runs are gone at once, the rest is looked at now and not in some seconds
      if (this.#closed || due.length < SWEEP_COUNT || again < due.length / 2) return;
    }
  }

  /** A verdict found no run of its case. */
  async #gone(key: CaseKey): Promise<void> {
    const delivery = await readOpen(this.#deps.pool, key);
    if (delivery !== null) await this.#handWhere([delivery], (open) => beginAgain(this.#deps, open));
  }

  /** Hands on those that must get mail again; how many. */
  async #handWhere<Row extends CaseKey>(cases: readonly Row[], must: (one: Row) => Promise<boolean>): Promise<number> {
    const again = await Promise.all(cases.map(must));
    const handed = cases.filter((_, at) => again[at]).map(caseText);
    this.hand(handed);
    return handed.length;
  }
}
