/**
 * Requests that leave for a target that somebody configured. The one place where they are made, so the one place where a target can be
 * refused: by its text before, and by the addresses that its name stands for while connecting.
 *
 * The connection goes to the very addresses that were looked at: they are handed to the socket by the look-up that checked them, and
 * nobody asks DNS a second time (a name may answer differently then). Redirects are not followed, as they would lead past the check.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { SignalboxError } from '../domain/errors.ts';
import { type AllowList, allowList, refusedAddress, refusedTarget } from '../settings/outboundTarget.ts';

/** All that a name stands for, as `dns.lookup` gives it. */
export type LookUpAll = (
  name: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  done: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

export interface Outbound {
  readonly allow: AllowList;
  readonly agent: Agent;
}

export interface OutboundRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_HEADER_BYTES_MAX = 16 * 1024;
/** Read so that the connection can be used again; a longer answer closes it. */
const ANSWER_BYTES_MAX = 16 * 1024;

const refusal = (target: string, why: string): SignalboxError =>
  new SignalboxError('target-refused', `${target} may not be called: ${why}`);

/** One address that may not be called refuses the name as a whole: whoever answers so is not asked which one was meant. */
function guarded(allow: AllowList, lookUpAll: LookUpAll): LookupFunction {
  return (name, options, done) => {
    lookUpAll(name, { all: true, family: options.family }, (error, addresses) => {
      const bad = error === null && !allow.host(name) ? addresses.map(({ address }) => refusedAddress(address, allow)) : [];
      const why = bad.find((said) => said !== null) ?? null;
      const [first] = error === null ? addresses : [];
      if (error !== null) done(error, '', 0);
      else if (why !== null) done(refusal(name, why), '', 0);
      else if (options.all === true) done(null, addresses);
      else if (first === undefined) done(Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' }), '', 0);
      else done(null, first.address, first.family);
    });
  };
}

/** `allowed`: what may be called besides the public internet, as SIGNALBOX_OUTBOUND_ALLOW says. */
export function openOutbound(allowed: readonly string[], lookUpAll: LookUpAll = systemLookup): Outbound {
  const allow = allowList(allowed);
  const connect = { lookup: guarded(allow, lookUpAll), timeout: CONNECT_TIMEOUT_MS };
  return { allow, agent: new Agent({ connect, maxHeaderSize: ANSWER_HEADER_BYTES_MAX }) };
}

/** The public internet alone: what holds where nobody said more. */
export const PUBLIC_ONLY: Outbound = openOutbound([]);

/** Posts, and gives the status; of the answer nothing else counts. Throws `target-refused`, or what went wrong on the way. */
export async function post({ allow, agent }: Outbound, url: string, { headers, body, signal }: OutboundRequest): Promise<number> {
  const why = refusedTarget(url, allow);
  // the path of an address may be its secret
  if (why !== null) throw refusal(URL.canParse(url) ? new URL(url).host : 'the target', why);
  const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
  await answer.body.dump({ limit: ANSWER_BYTES_MAX, signal }).catch(() => undefined);
  return answer.statusCode;
}
