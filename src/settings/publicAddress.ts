/**
 * Which addresses are of the public internet. What is refused is named, for whoever reads why; what no rule knows is refused too.
 *
 * IPv6 carries IPv4 in several ways, and a gateway unwraps it: each range of IPv4 is refused in all of them. Sources: the special-purpose
 * registries of IANA (RFC 6890 and its updates), RFC 6052 (NAT64), RFC 3056 (6to4).
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

const REFUSED_IPV4: Readonly<Record<string, readonly string[]>> = {
  unspecified: ['0.0.0.0/8'],
  loopback: ['127.0.0.0/8'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  // holds 169.254.169.254, where clouds give away credentials
  'link-local': ['169.254.0.0/16'],
  'carrier-grade NAT': ['100.64.0.0/10'],
  benchmark: ['198.18.0.0/15'],
  documentation: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  'protocol assignment': ['192.0.0.0/24', '192.88.99.0/24'],
  multicast: ['224.0.0.0/4'],
  reserved: ['240.0.0.0/4'],
  // a public address that only a virtual machine of Azure reaches, and that is its host
  'cloud metadata': ['168.63.129.16/32'],
};

const REFUSED_IPV6: Readonly<Record<string, readonly string[]>> = {
  unspecified: ['::/128'],
  loopback: ['::1/128'],
  'unique-local': ['fc00::/7'],
  'link-local': ['fe80::/10', 'fec0::/10'],
  multicast: ['ff00::/8'],
  documentation: ['2001:db8::/32', '3fff::/20'],
  // Teredo, benchmarks and others
  'protocol assignment': ['2001::/23'],
};

/** Where an IPv6 address that is reached from the internet is from: global unicast, and the two that stand for an IPv4 address. */
const PUBLIC_IPV6 = ['2000::/3', '64:ff9b::/96', '::ffff:0:0/96'];

/** `a.b.c.d/n` as the parts of IPv6 that unwrap to it: NAT64, 6to4, IPv4-translated, IPv4-compatible. Mapped ones `BlockList` knows itself. */
function embedded(subnet: string): string[] {
  const [address = '', bits = ''] = subnet.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const [high, low] = [(a << 8) | b, (c << 8) | d].map((half) => half.toString(16));
  const within = (before: number): number => before + Number(bits);
  return [
    `64:ff9b::${high}:${low}/${within(96)}`,
    `2002:${high}:${low}::/${within(16)}`,
    `::ffff:0:${high}:${low}/${within(96)}`,
    `::${high}:${low}/${within(96)}`,
  ];
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', bits = ''] = subnet.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

const REFUSED: readonly (readonly [name: string, list: BlockList])[] = [
  ...Object.entries(REFUSED_IPV6).map(([name, subnets]) => [name, listOf(subnets)] as const),
  ...Object.entries(REFUSED_IPV4).map(([name, subnets]) => [name, listOf([...subnets, ...subnets.flatMap(embedded)])] as const),
];
const PUBLIC = listOf(PUBLIC_IPV6);

/** The kind of an address (`loopback`, `private`, ...) that is not of the public internet; null where it is. */
export function notPublic(address: string): string | null {
  const family = isIP(address);
  // a zone (`fe80::1%eth0`) is only ever local
  if (family === 0 || address.includes('%')) return 'unreadable';
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const refused = REFUSED.find(([, list]) => list.check(address, kind))?.[0];
  return refused ?? (family === 6 && !PUBLIC.check(address, 'ipv6') ? 'not global' : null);
}
