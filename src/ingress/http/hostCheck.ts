/** Each request is held against this before any route: its address, its Host and, with auth off, where it comes from. */
import type { IncomingMessage } from 'node:http';
import { SignalboxError } from '../../domain/errors.ts';
import { isLoopback } from '../../settings/config.ts';

const URI_CHARS_MAX = 8192;

/**
 * With auth off anyone who reaches the port may do anything, so it answers this machine alone: a page of another site could
 * else post events (its Origin says so), or read by a name that it has pointed at this address (the Host says so).
 */
export function createHostCheck(auth: 'off' | 'keys'): (request: IncomingMessage) => void {
  return (request) => {
    if ((request.url ?? '').length > URI_CHARS_MAX) throw new SignalboxError('uri-too-long');
    const { host, origin } = request.headers;
    if (host === undefined || hostCount(request) !== 1)
      throw new SignalboxError('bad-request', 'Cannot serve a request without exactly one Host');
    if (auth === 'off') {
      if (!isLocalAuthority(host))
        throw new SignalboxError('forbidden', 'Without keys only this machine is served: the Host must be a loopback name');
      if (origin !== undefined && !isLocalOrigin(origin))
        throw new SignalboxError('forbidden', 'Without keys no page of another site may call');
    }
  };
}

/** Node keeps the first of two Host headers and says nothing. */
function hostCount({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** `name`, `name:port`, `[address]:port`. */
function isLocalAuthority(authority: string): boolean {
  return isLoopback(authority.replace(/:\d{1,5}$/, '').toLowerCase());
}

function isLocalOrigin(origin: string): boolean {
  const found = /^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1];
  return found !== undefined && isLocalAuthority(found);
}
