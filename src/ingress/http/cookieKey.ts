/**
 * A key that a browser keeps: in a cookie that no script reads and no other site sends. What changes something also carries a proof made of the key,
 * which a page of this origin has from `GET /v1/me` and no other page can read.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignalboxError } from '../../domain/errors.ts';
import { isLoopback } from '../../settings/config.ts';

/** `__Host-`: of this host alone, over https alone. */
const SECURE_NAME = '__Host-signalbox';
/** On this machine there is no https. */
const LOCAL_NAME = 'signalbox';
const KEY = /^sbx_[A-Za-z0-9_-]{20,100}$/;
const PROOF = 'signalbox-csrf';
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

const isLocal = ({ headers: { host = '' } }: IncomingMessage): boolean => isLoopback(host.replace(/:\d{1,5}$/, '').toLowerCase());

/** Null: there is none. */
export function cookieKey(request: IncomingMessage): string | null {
  const cookies = (request.headers.cookie ?? '').split(';').map((one) => one.trim());
  // one without the prefix may have been planted by another host of the domain
  for (const name of isLocal(request) ? [SECURE_NAME, LOCAL_NAME] : [SECURE_NAME]) {
    const value = cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    if (value !== undefined && KEY.test(value)) return value;
  }
  return null;
}

export const proofOfKey = (key: string): string => createHash('sha256').update(`signalbox csrf ${key}`, 'utf8').digest('base64url');

/** Throws `forbidden` where a request that may change something comes without the proof. */
export function assertProof(request: IncomingMessage, key: string): void {
  if (READING.has(request.method ?? '')) return;
  const given = Buffer.from(String(request.headers[PROOF] ?? ''));
  const wanted = Buffer.from(proofOfKey(key));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new SignalboxError('forbidden', 'With the cookie of a session, send the header Signalbox-Csrf: `csrf` of GET /v1/me');
}

/** The header that sets the cookie; null takes it away. Throws `forbidden` where the key would travel in the open. */
export function setCookie(request: IncomingMessage, key: string | null, publicUrl: string | undefined): string[] {
  const ended = key === null ? '; Max-Age=0' : '';
  const rest = `Path=/; HttpOnly; SameSite=Strict${ended}`;
  const secure = request.headers['x-forwarded-proto'] === 'https' || publicUrl?.startsWith('https:') === true;
  if (key === null) return [`${SECURE_NAME}=; ${rest}; Secure`, `${LOCAL_NAME}=; ${rest}`];
  if (secure) return [`${SECURE_NAME}=${key}; ${rest}; Secure`];
  if (isLocal(request)) return [`${LOCAL_NAME}=${key}; ${rest}`];
  throw new SignalboxError(
    'forbidden',
    'A key is only kept over https: set SIGNALBOX_PUBLIC_URL, or have the proxy send X-Forwarded-Proto',
  );
}
