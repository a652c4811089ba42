/**
 * Where requests of ours may go: the public internet over http(s), and what an operator allows by name, address or network. Whoever can
 * choose a webhook's address could else have us call our own network. This judges what can be judged without asking DNS; what a name
 * stands for is judged where the connection is made (activities/outbound.ts).
 */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { notPublic } from './publicAddress.ts';

/** What a service that nobody else can reach may call: it is being developed. */
export const LOOPBACK_TARGETS: readonly string[] = ['127.0.0.0/8', '::1'];

const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;
const unbracketed = (text: string): string => text.replace(/^\[(.*)\]$/, '$1');
const trimmedHost = (text: string): string => text.toLowerCase().replace(/\.$/, '');

/** Whether an entry of SIGNALBOX_OUTBOUND_ALLOW can be read: a host name, an address, or a network such as `10.1.0.0/16`. */
export function isAllowEntry(entry: string): boolean {
  const [address = '', bits, more] = unbracketed(entry).split('/');
  if (more !== undefined) return false;
  const family = isIP(address);
  // a name that ends in a number is an address that was spelt wrong
  if (family === 0) return bits === undefined && HOST.test(trimmedHost(entry)) && !/(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(entry);
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export interface AllowList {
  host(name: string): boolean;
  address(address: string): boolean;
}

/** Of entries that `isAllowEntry` takes. A host that is allowed may stand for any address. */
export function allowList(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const addresses = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = unbracketed(entry).split('/');
    if (isIP(address) === 0) hosts.add(trimmedHost(entry));
    else addresses.addSubnet(address, bits === undefined ? (isIPv4(address) ? 32 : 128) : Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return {
    host: (name) => hosts.has(trimmedHost(name)),
    address: (address) => isIP(address) !== 0 && addresses.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'),
  };
}

/** Why an address may not be connected to; null where it may. */
export function refusedAddress(address: string, allow: AllowList): string | null {
  const kind = notPublic(address);
  return kind === null || allow.address(address) ? null : `${address} is ${kind}`;
}

/** Why a target may not be called, as far as its text tells; null where it may, if its name stands for an address that may. */
export function refusedTarget(url: string, allow: AllowList): string | null {
  if (!URL.canParse(url)) return 'it is not a URL';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return `its scheme is ${protocol.slice(0, -1)}, not http or https`;
  if (username !== '' || password !== '') return 'it carries credentials';
  // the parser has made one spelling of all that addresses have: decimal, octal, hex, short, wide digits
  const host = unbracketed(hostname);
  return isIP(host) === 0 || allow.host(host) ? null : refusedAddress(host, allow);
}

/** A target as it may be shown and kept: a query may hold a token, and so may the place for a user's name. */
export function shownTarget(url: string): string {
  if (!URL.canParse(url)) return 'the target';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
