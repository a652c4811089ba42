/** The endpoints as a request meets them: looked up, their mappings read once, remembered for seconds. */
import { SignalboxError } from '../../domain/errors.ts';
import type { Pool } from '../../log/db/database.ts';
import { ofWebhook, type Sealed, type Seals } from '../../log/door/seals.ts';
import { findWebhook, type KeptWebhook } from '../../log/door/webhooks.ts';
import type { WebhookProvider, WebhookSettings } from '../../wire/webhook.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { readStoredMapping } from '../mapping/storedMapping.ts';
import { type Provider, providerOf } from './providers.ts';

export interface Hook {
  readonly source: string;
  readonly provider: Provider;
  readonly settings: WebhookSettings;
  readonly mapping: Mapping;
  readonly disabled: boolean;
  /** Those that are valid at an instant; `sealed`: so many more are, whose key is not here. */
  secretsAt(nowMs: number): { readonly secrets: readonly string[]; readonly sealed: number };
}

/** How long another ingress may still go by what was changed. */
const REMEMBER_MS = 2000;
const REMEMBERED_MAX = 1000;

interface Opening {
  readonly seals: Seals;
  readonly tenant: string;
}

export function hookOf({ source, provider: name, settings: given, mapping, disabledAt, secrets }: KeptWebhook, opening: Opening): Hook {
  const settings = JSON.parse(given) as WebhookSettings;
  const provider = providerOf(name as WebhookProvider, settings);
  const opened = secrets.map(({ sealed, until }) => ({
    untilMs: until?.getTime() ?? Number.POSITIVE_INFINITY,
    secret: opens(sealed, source, opening),
  }));
  return {
    ...{ source, provider, settings, mapping: readStoredMapping(mapping ?? provider.mapping), disabled: disabledAt !== null },
    secretsAt: (nowMs) => {
      const valid = opened.filter(({ untilMs }) => untilMs > nowMs).map(({ secret }) => secret);
      const secrets = valid.filter((secret) => secret !== null);
      return { secrets, sealed: valid.length - secrets.length };
    },
  };
}

/** Null where it cannot be opened here. One that can still verifies, so it is no reason to refuse by itself. */
function opens(sealed: Sealed, source: string, { seals, tenant }: Opening): string | null {
  try {
    return seals.open(sealed, ofWebhook(tenant, source));
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'secret-sealed') return null;
    throw error;
  }
}

export class Hooks {
  readonly #pool: Pool;
  readonly #opening: Opening;
  readonly #remembered = new Map<string, { readonly hook: Promise<Hook | null>; readonly untilMs: number }>();

  constructor(pool: Pool, opening: Opening) {
    this.#pool = pool;
    this.#opening = opening;
  }

  /** Throws `not-found` for a name that nobody added, and for one that is disabled. */
  async find(source: string): Promise<Hook> {
    const hook = await this.#lookUp(source);
    if (hook === null)
      throw new SignalboxError('not-found', `There is no webhook ${source}: an operator adds one by \`signalbox webhooks add\``);
    if (hook.disabled) throw new SignalboxError('not-found', `The webhook ${source} is disabled`);
    return hook;
  }

  #lookUp(source: string): Promise<Hook | null> {
    const known = this.#remembered.get(source);
    const nowMs = performance.now();
    if (known !== undefined && known.untilMs > nowMs) return known.hook;
    const hook = findWebhook(this.#pool, this.#opening.tenant, source).then((kept) => (kept === null ? null : hookOf(kept, this.#opening)));
    // made-up names may empty the memory; they may not fill it
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(source, { hook, untilMs: nowMs + REMEMBER_MS });
    // a look-up that failed is no answer to remember
    hook.catch(() => this.#remembered.delete(source));
    return hook;
  }

  /** It was changed here. */
  forget(source: string): void {
    this.#remembered.delete(source);
  }
}
