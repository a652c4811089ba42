/** The bug this hunts: an address of our own network in a spelling that the check does not know and the socket does. */
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/settings/config.ts';
import { allowList, isAllowEntry, LOOPBACK_TARGETS, refusedTarget } from '../../src/settings/outboundTarget.ts';
import { notPublic } from '../../src/settings/publicAddress.ts';

const NOBODY = allowList([]);

const REFUSED: readonly (readonly [url: string, why: string])[] = [
  // loopback, in all that a parser of URLs takes for it
  ['http://127.0.0.1/', 'loopback'],
  ['http://127.0.0.1:8080/hook', 'loopback'],
  ['http://127.0.0.1./', 'loopback'],
  ['https://127.1/', 'loopback'],
  ['http://127.0.1/', 'loopback'],
  ['http://127.255.255.254/', 'loopback'],
  ['http://2130706433/', 'loopback'],
  ['http://0x7f000001/', 'loopback'],
  ['http://0x7f.0x0.0x0.0x1/', 'loopback'],
  ['http://0x7F.1/', 'loopback'],
  ['http://017700000001/', 'loopback'],
  ['http://0177.0.0.1/', 'loopback'],
  ['http://0177.0.0.0x1/', 'loopback'],
  ['http://%31%32%37.0.0.1/', 'loopback'],
  ['http://１２７.0.0.1/', 'loopback'],
  ['http://①②⑦.⓪.⓪.①/', 'loopback'],
  ['http://127。0。0。1/', 'loopback'],
  ['http:127.0.0.1', 'loopback'],
  ['http:\\\\127.0.0.1\\', 'loopback'],
  ['http://127.0.0.1\t/', 'loopback'],
  ['http://[::1]/', 'loopback'],
  ['http://[0:0:0:0:0:0:0:1]/', 'loopback'],
  ['http://[0000::0001]/', 'loopback'],
  // unspecified: Linux connects it to loopback
  ['http://0.0.0.0/', 'unspecified'],
  ['http://0/', 'unspecified'],
  ['http://0x0/', 'unspecified'],
  ['http://0.1.2.3/', 'unspecified'],
  ['http://[::]/', 'unspecified'],
  // private
  ['http://10.0.0.1/', 'private'],
  ['http://10.255.255.255/', 'private'],
  ['http://167772161/', 'private'],
  ['http://012.0.0.1/', 'private'],
  ['http://172.16.0.1/', 'private'],
  ['http://172.31.255.255/', 'private'],
  ['http://192.168.0.1/', 'private'],
  ['http://0xc0a80001/', 'private'],
  ['http://0300.0250.0.1/', 'private'],
  ['http://3232235521/', 'private'],
  // clouds give away credentials there
  ['http://169.254.169.254/latest/meta-data/', 'link-local'],
  ['http://2852039166/', 'link-local'],
  ['http://0xa9fea9fe/', 'link-local'],
  ['http://0251.0376.0251.0376/', 'link-local'],
  ['http://[::ffff:169.254.169.254]/', 'link-local'],
  ['http://[fd00:ec2::254]/', 'unique-local'],
  ['http://168.63.129.16/', 'cloud metadata'],
  ['http://100.100.100.200/', 'carrier-grade NAT'],
  ['http://192.0.0.192/', 'protocol assignment'],
  // other ranges that are not of the internet
  ['http://100.64.0.1/', 'carrier-grade NAT'],
  ['http://100.127.255.255/', 'carrier-grade NAT'],
  ['http://198.18.0.1/', 'benchmark'],
  ['http://198.19.255.255/', 'benchmark'],
  ['http://192.0.2.1/', 'documentation'],
  ['http://198.51.100.1/', 'documentation'],
  ['http://203.0.113.1/', 'documentation'],
  ['http://224.0.0.1/', 'multicast'],
  ['http://239.255.255.255/', 'multicast'],
  ['http://240.0.0.1/', 'reserved'],
  ['http://255.255.255.255/', 'reserved'],
  ['http://[fc00::1]/', 'unique-local'],
  ['http://[fdff:ffff::1]/', 'unique-local'],
  ['http://[fe80::1]/', 'link-local'],
  ['http://[febf::1]/', 'link-local'],
  ['http://[fec0::1]/', 'link-local'],
  ['http://[ff02::1]/', 'multicast'],
  ['http://[2001:db8::1]/', 'documentation'],
  ['http://[3fff::1]/', 'documentation'],
  ['http://[2001::1]/', 'protocol assignment'],
  ['http://[2001:2::1]/', 'protocol assignment'],
  ['http://[100::1]/', 'not global'],
  ['http://[4000::1]/', 'not global'],
  // IPv6 that a gateway unwraps
  ['http://[::ffff:127.0.0.1]/', 'loopback'],
  ['http://[::ffff:7f00:1]/', 'loopback'],
  ['http://[0:0:0:0:0:ffff:0a00:0001]/', 'private'],
  ['http://[::ffff:0:127.0.0.1]/', 'loopback'],
  ['http://[::127.0.0.1]/', 'loopback'],
  ['http://[64:ff9b::127.0.0.1]/', 'loopback'],
  ['http://[64:ff9b::a9fe:a9fe]/', 'link-local'],
  ['http://[64:ff9b::c0a8:1]/', 'private'],
  ['http://[64:ff9b:1::a00:1]/', 'not global'],
  ['http://[2002:7f00:1::]/', 'loopback'],
  ['http://[2002:a00:1::1]/', 'private'],
  ['http://[2002:c0a8:101:1::1]/', 'private'],
  ['http://[2002:a9fe:a9fe::]/', 'link-local'],
  ['http://[::8.8.8.8]/', 'not global'],
  // what is no address
  ['ftp://example.com/', 'scheme is ftp'],
  ['file:///etc/passwd', 'scheme is file'],
  ['gopher://example.com/', 'scheme is gopher'],
  ['data:text/plain,x', 'scheme is data'],
  ['javascript:alert(1)', 'scheme is javascript'],
  ['unix:/var/run/docker.sock', 'scheme is unix'],
  ['http://user@example.com/', 'credentials'],
  ['http://user:secret@example.com/', 'credentials'],
  ['http://:secret@example.com/', 'credentials'],
  ['http://example.com:80@10.0.0.1/', 'credentials'],
  ['http://256.1.1.1/', 'not a URL'],
  ['http://1.2.3.4.5/', 'not a URL'],
  ['http://[fe80::1%25eth0]/', 'not a URL'],
  ['//example.com/', 'not a URL'],
  ['', 'not a URL'],
];

const TAKEN = [
  'http://example.com/hook',
  'https://hooks.example.com:8443/a?b=c',
  'http://8.8.8.8/',
  'http://134744072/',
  'http://172.15.255.255/',
  'http://172.32.0.1/',
  'http://100.63.255.255/',
  'http://100.128.0.1/',
  'http://169.253.255.255/',
  'http://198.17.255.255/',
  'http://198.20.0.1/',
  'http://223.255.255.255/',
  'http://[2a00:1450:4001:800::200e]/',
  'http://[2606:4700::1111]/',
  'http://[::ffff:8.8.8.8]/',
  'http://[64:ff9b::8.8.8.8]/',
  'http://[2002:808:808::]/',
  // a name: judged where the connection is made
  'http://localhost/',
];

describe('refusedTarget()', () => {
  it.each(REFUSED)('refuses %s: %s', (url, why) => {
    expect(refusedTarget(url, NOBODY)).toContain(why);
  });

  it('refuses more than sixty', () => {
    expect(new Set(REFUSED.map(([url]) => url)).size).toBe(REFUSED.length);
    expect(REFUSED.length).toBeGreaterThan(60);
  });

  it.each(TAKEN)('takes %s', (url) => {
    expect(refusedTarget(url, NOBODY)).toBeNull();
  });

  it('tells no secret of what it refuses', () => {
    expect(refusedTarget('http://user:hush@10.0.0.1/hush', NOBODY)).not.toContain('hush');
  });

  it('takes what is allowed, in any spelling, and nothing beside it', () => {
    const allow = allowList(['10.1.0.0/16', 'fd00:1::/32', '192.168.7.7', 'Internal.Example']);
    for (const url of [
      'http://10.1.255.255/',
      'http://0x0a010001/',
      'http://[::ffff:10.1.0.1]/',
      'http://[fd00:1:2::3]/',
      'http://192.168.7.7/',
    ])
      expect(refusedTarget(url, allow)).toBeNull();
    for (const url of [
      'http://10.2.0.1/',
      'http://[fd00:2::1]/',
      'http://192.168.7.8/',
      'http://127.0.0.1/',
      'http://user@10.1.0.1/',
      'ftp://10.1.0.1/',
    ])
      expect(refusedTarget(url, allow)).not.toBeNull();
    expect([allow.host('internal.example'), allow.host('INTERNAL.example.'), allow.host('other.example')]).toEqual([true, true, false]);
  });

  it('allows a developer all of loopback, and no more', () => {
    const allow = allowList(LOOPBACK_TARGETS);
    for (const url of ['http://127.0.0.1:9/', 'http://127.9.9.9/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/'])
      expect(refusedTarget(url, allow)).toBeNull();
    for (const url of ['http://0.0.0.0/', 'http://10.0.0.1/', 'http://169.254.169.254/', 'http://[::]/', 'http://[fe80::1]/'])
      expect(refusedTarget(url, allow)).not.toBeNull();
  });
});

describe('notPublic()', () => {
  it.each(['', 'x', '127.1', '1.2.3', 'fe80::1%eth0', '::ffff:999.1.1.1'])(
    'takes nothing for public that it cannot read: %s',
    (address) => {
      expect(notPublic(address)).toBe('unreadable');
    },
  );
});

describe('isAllowEntry()', () => {
  it.each(['example.com', 'a', 'a_b.internal', '10.0.0.1', '10.0.0.0/8', '::1', '[::1]', 'fd00::/8', '0.0.0.0/0'])('takes %s', (entry) => {
    expect(isAllowEntry(entry)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'http://example.com',
    'example.com:80',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/x',
    '10.0.0.0/8/8',
    '256.1.1.1',
    '127.1',
    '*.example.com',
    'a..b',
    '-a',
  ])('refuses %j', (entry) => {
    expect(isAllowEntry(entry)).toBe(false);
  });
});

describe('readConfig()', () => {
  const SECRET = { SIGNALBOX_WEBHOOK_SECRET: `whsec_${'c2VjcmV0'.repeat(4)}` };

  it('allows loopback while nobody else can reach the service, and not in production', () => {
    expect(readConfig({}).SIGNALBOX_OUTBOUND_ALLOW).toEqual(LOOPBACK_TARGETS);
    expect(readConfig({ SIGNALBOX_OUTBOUND_ALLOW: 'a.example, 10.0.0.0/8' }).SIGNALBOX_OUTBOUND_ALLOW).toEqual([
      'a.example',
      '10.0.0.0/8',
      ...LOOPBACK_TARGETS,
    ]);
    expect(readConfig({ NODE_ENV: 'production' }).SIGNALBOX_OUTBOUND_ALLOW).toEqual([]);
    expect(readConfig({ HOST: '0.0.0.0' }).SIGNALBOX_OUTBOUND_ALLOW).toEqual([]);
  });

  it('does not run with a webhook address that may never be called', () => {
    const read =
      (url: string, more: Record<string, string> = {}) =>
      () =>
        readConfig({ SIGNALBOX_WEBHOOK_URL: url, ...SECRET, ...more });
    expect(read('http://127.0.0.1:9/')().SIGNALBOX_WEBHOOK_URL).toBe('http://127.0.0.1:9/');
    expect(read('http://127.0.0.1:9/', { NODE_ENV: 'production' })).toThrow(/SIGNALBOX_WEBHOOK_URL .*loopback/);
    expect(read('http://10.0.0.1/')).toThrow(/private/);
    expect(read('http://10.0.0.1/', { SIGNALBOX_OUTBOUND_ALLOW: '10.0.0.1' })()).toBeDefined();
    expect(read('https://user:hush@example.com/')).toThrow(/credentials/);
    expect(read('https://user:hush@example.com/')).not.toThrow(/hush/);
    expect(() => readConfig({ SIGNALBOX_OUTBOUND_ALLOW: 'x,10.0.0.0/99' })).toThrow(/SIGNALBOX_OUTBOUND_ALLOW/);
  });
});
