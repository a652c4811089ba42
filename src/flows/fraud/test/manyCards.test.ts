/** Card testing and impossible travel. The bug this hunts: honest cards that are stopped. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/event.ts';
import { addressRange } from '../addressRange.ts';
import { countryCode, kmBetween } from '../countries.ts';
import { HOUR_MS } from '../horizon.ts';
import { FAILED } from '../payment.ts';
import { codes, easy, policy, Till } from './till.ts';

const MINUTE_MS = 60_000;

describe('card testing', () => {
  it('fold() asks a person once more cards than may be were tried from a device with small amounts or without success', () => {
    const till = new Till();
    const tried = [0, 1, 2, 3].map((at) => till.pay(at * MINUTE_MS, { deviceId: 'd', amount: 1, terminalId: `t${at}` }));
    expect(tried.flatMap(codes)).toEqual([]);
    expect(till.tell(FAILED, 5 * MINUTE_MS, { deviceId: 'd', amount: 80 })).toMatchObject({ ending: 'recorded' });
    // also a large payment, as soon as the device is known to try
    const caught = till.pay(6 * MINUTE_MS, { deviceId: 'd', amount: 90 });
    expect(caught).toMatchObject({ ending: 'waiting', decision: { outcome: 'review', rung: 'rules' } });
    expect(caught.decision?.reasons[0]?.text).toBe(
      '5 cards were tried from the device within an hour, with small amounts or without success: more than 4',
    );
    expect(codes(till.pay(7 * MINUTE_MS, { deviceId: 'another', amount: 90 }))).toEqual([]);
    expect(codes(till.pay(3 * HOUR_MS, { deviceId: 'd', amount: 90 }))).toEqual([]);
  });

  it('fold() counts cards, not tries, and leaves large payments at a terminal alone that tests cards', () => {
    const till = new Till();
    for (let at = 0; at < 60; at += 1) till.tell(FAILED, at * 1000, { cardId: 'same', ip: '203.0.113.7' });
    expect(codes(till.pay(61_000, { ip: '203.0.113.9', amount: 1 }))).toEqual([]);
    for (let at = 0; at < 40; at += 1) till.pay(62_000 + at, { amount: 1, terminalId: 'kiosk' });
    expect(codes(till.pay(63_000, { terminalId: 'kiosk', amount: 1 }))).toEqual(['card-testing']);
    expect(codes(till.pay(63_001, { terminalId: 'kiosk', amount: 30 }))).toEqual([]);
  });

  it('fold() sees a range of addresses behind many devices, of failures too', () => {
    const till = new Till();
    for (let at = 0; at < 13; at += 1)
      till.tell(FAILED, at * 1000, { ip: `2001:db8:7:${at}::1`, deviceId: `d${at}`, terminalId: `t${at}` });
    expect(codes(till.pay(20_000, { ip: '2001:DB8:7:ffff::2' }))).toEqual(['card-testing']);
    expect(codes(till.pay(20_000, { ip: '2001:db8:8::2' }))).toEqual([]);
  });

  it('fold() takes whatever a failure calls its device and address', () => {
    expect(new Till().tell(FAILED, 0, { deviceId: { odd: 1 }, ip: 7 }).ending).toBe('recorded');
    const { cardTesting: _, travel: __, ...rules } = policy.rules;
    const before = new Till({ ...easy, rules });
    for (let at = 0; at < 9; at += 1) expect(codes(before.pay(at, { deviceId: 'd', amount: 1, country: 'DE' }))).toEqual([]);
  });
});

describe('addressRange()', () => {
  const ranges: [string, string | null][] = [
    ['203.0.113.7', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8::5', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['256.1.1.1', null],
    ['1:2:3', null],
    ['1::2::3', null],
    ['1:2:3:4:5:6::8', '1:2:3::/48'],
    ['1:2:3:4:5:6:7::8', null],
    ['1:2:3:4:5:6:7:8::', null],
    ['localhost', null],
    ['', null],
  ];
  it.each(ranges)('of %s is %s', (ip, range) => expect(addressRange(ip)).toBe(range));
});

describe('impossible travel', () => {
  const used = (afterMs: number, country: string, more: JsonObject = {}): [number, JsonObject] => [
    afterMs,
    { cardId: 'c', country, ...more },
  ];

  it('fold() asks a person about a card in two countries faster than anybody travels', () => {
    const till = new Till();
    till.pay(...used(0, 'DE'));
    const far = till.pay(...used(HOUR_MS, 'br'));
    expect(far).toMatchObject({ ending: 'waiting', decision: { rung: 'rules' } });
    expect(far.decision?.reasons[0]?.text).toMatch(
      /^In DE and in BR within 60 minutes, at least \d{4} km apart: faster than 900 km an hour$/,
    );
    expect(codes(till.pay(...used(HOUR_MS + 1, 'BR')))).toEqual([]);
    expect(codes(till.pay(...used(20 * HOUR_MS, 'DE')))).toEqual([]);
  });

  it('fold() asks nobody about neighbours, what is bought from afar, or what is no country', () => {
    const till = new Till();
    till.pay(...used(0, 'DE'));
    for (const [country, channel] of [['FR'], ['NL'], ['US', 'Online'], ['Atlantis'], ['XX'], ['DE']])
      expect(codes(till.pay(...used(MINUTE_MS, country as string, channel === undefined ? {} : { channel })))).toEqual([]);
    // a payment that comes late is held against what is known, and changes nothing of it
    expect(codes(till.pay(...used(-HOUR_MS, 'AU')))).toEqual(['impossible-travel']);
    expect(codes(till.pay(...used(2 * MINUTE_MS, 'DE')))).toEqual([]);
  });

  it('kmBetween() knows what is near and what is far', () => {
    for (const [one, other] of [
      ['CA', 'US'],
      ['NO', 'RU'],
      ['PT', 'ES'],
      ['CL', 'AR'],
      ['GB', 'IE'],
      ['US', 'MX'],
      ['ID', 'AU'],
      ['DE', 'DE'],
    ] as const)
      expect(kmBetween(one, other)).toBeLessThan(200);
    for (const [one, other, least] of [
      ['DE', 'BR', 5000],
      ['GB', 'ZA', 6000],
      ['JP', 'FR', 7000],
      ['SG', 'DE', 8000],
    ] as const)
      expect(kmBetween(one, other)).toBeGreaterThan(least);
    expect(kmBetween('DE', 'BR')).toBeCloseTo(kmBetween('BR', 'DE'));
    expect([countryCode('de'), countryCode('DEU'), countryCode('ß')]).toEqual(['DE', null, null]);
  });
});
