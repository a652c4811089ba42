/** The bugs this hunts: a card number, an address or a key that gets through; an id that does not; a text that takes a minute. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactText } from '../../src/domain/redactText.ts';

/** With Luhn's digit behind them. */
function card(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 12, maxLength: 18 });
const separator = fc.constantFrom(
  ...['', ' ', '  ', '-', '.', ' - ', '/', '%20', '\t', '\n', '\r\n', '\u00a0', '\u00ad', '\u2009', '\u200b', '\u202f', '\u2212', '\ufeff'],
);
/** Words around, of what may stand beside anything. */
const words = fc.string({ unit: fc.constantFrom(...'abcxyz ,;:!?()"\'\n'), maxLength: 20 });

describe('redactText()', () => {
  it.each([
    ['4111 1111 1111 1111', '[card]'],
    ['pay 4111-1111-1111-1111 123 now', 'pay [card] 123 now'],
    ['378282246310005', '[card]'],
    ['order 12345 4242424242424242', 'order 12345 [card]'],
    ['/subjects/4242%204242%204242%204242', '/subjects/[card]'],
    ['mail alice.b+c@mail.example.com.', 'mail [mail].'],
    ['/subjects/alice%40example.com/x', '/subjects/[mail]/x'],
    ['jürgen@münchen.de', '[mail]'],
    ['a@b.co, c@d.org', '[mail], [mail]'],
    ['key sk-abcdefgh01', 'key [key]'],
    ['sk_live_0123456789abcdef', '[key]'],
    ['token=ghp_0123456789abcdefABCDEF0123456789abcd', 'token=[key]'],
    ['AKIAIOSFODNN7EXAMPLE', '[key]'],
    ['Authorization: Bearer abcdef.123456', 'Authorization: Bearer [key]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '[key]'],
    ['{"api_key":"9f86d081884c7d659a2feaa0c55ad015"}', '{"api_key":"[key]"}'],
    ['the secret is dGhpcyBpcyBhIHNlY3JldA0123', 'the secret is [key]'],
    ['sbx_0123456789abcdefghij', '[key]'],
    ['cannot reach postgres://user:hunter2@db:5432/x', 'cannot reach postgres://[key]@db:5432/x'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', '[key]'],
    [
      'a -----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,1F-2E\n\nMIIE\n-----END RSA PRIVATE KEY----- b',
      'a [key] b',
    ],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: x-1\n\nlQ\n=ab\n-----END PGP PRIVATE KEY BLOCK-----', '[key]'],
    ['---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "a-b"\nP2/56\n---- END SSH2 ENCRYPTED PRIVATE KEY ---- c', '[key] c'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', '[key]'],
    ['id GOCSPX-abcdefghijklmnopqrstuvwx', 'id [key]'],
    ['bot 123456789:AAabcdefghijklmnopqrstuvwxyz0123456', 'bot [key]'],
    ['https://x.blob.example/c?sv=2020&sig=ab%2Bcd%2Fefghijklmnop%3D&se=1', 'https://x.blob.example/c?sv=2020&sig=[key]&se=1'],
    ['Server=db;Uid=app;Pwd=tulip;', 'Server=db;Uid=app;Pwd=[key];'],
    ['Cookie: sid=tulip; theme=dark', 'Cookie: [key]'],
    ['set-cookie: sid=abc; HttpOnly\nnext', 'set-cookie: [key]\nnext'],
    ['password: x&y', 'password: [key]'],
    ['password=tulip&user=ann', 'password=[key]'],
    ['a {"password":"hunt er2"} b', 'a {"password":"[key]"} b'],
    ['a {\\"password\\": \\"hunter2\\"} b', 'a {\\"password\\": \\"[key]\\"} b'],
    ["{'passwd' => 'hunter2'}", "{'passwd' => '[key]'}"],
    ['postgres://user:p@ss/w@rd@db:5432/x', 'postgres://[key]@db:5432/x'],
    ['token: abc!def?ghi0123456789', 'token: [key]'],
    ['"john doe"@example.com', '[mail]'],
    ['to ann@[192.0.2.1] and bob@[IPv6:2001:db8::1]', 'to [mail] and [mail]'],
    ['IBANDE89370400440532013000please', 'IBAN[iban]please'],
    ['DE89\u00ad3704\u22120044.0532\t0130\n00', '[iban]'],
    ['DE89 - 3704 - 0044 - 0532 - 0130 - 00', '[iban]'],
    ['card4111111111111111x', 'card[card]x'],
    ['4111\n1111\u200b1111\u22121111', '[card]'],
    ['4111  1111 - 1111\t1111', '[card]'],
    ['DE89 3704 0044 0532 0130 00 GB29NWBK60161331926819', '[iban] [iban]'],
    ['to gb29 nwbk 6016 1331 9268 19 please', 'to [iban] please'],
  ])('takes out what %s holds', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it.each([
    'payment-123456',
    '4111111111111112',
    '1718000000001',
    'fraud@0123456789ab',
    'sku-17@hall',
    'dec_fraud.17.0',
    '550e8400-e29b-41d4-a716-446655440000',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '2026-01-01T10:00:00.123Z',
    'task-assignment-identifier-1',
    'The key ingest-production-01 lacks the scope read',
    'GB29 NWBK 6016 1331 9268 18',
    'the amount is 12.5 times the usual one',
    'the password is missing',
    'password required, token expired',
    'http://127.0.0.1:8080/v1/events?q=1',
    'https://shop.example:443/x@y',
    'a cookie: chocolate',
    'design of AB12 and CD34',
  ])('leaves %s as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('finds every card number of 13 to 19 digits, however it is parted and whatever stands around', () => {
    fc.assert(
      fc.property(digits, separator, fc.integer({ min: 2, max: 6 }), fc.tuple(words, words), (some, between, size, [before, after]) => {
        const number = card(some);
        const groups = number.match(new RegExp(`\\d{1,${size}}`, 'g')) ?? [];
        const shown = redactText(`${before}${groups.join(between)}${after}`);
        expect(shown).toContain('[card]');
        expect(shown.replace(/\D/g, '')).toBe('');
      }),
    );
  });

  it('finds an address among others, and changes nothing when it is done again', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abz019._+-'), minLength: 1, maxLength: 30 });
    const label = fc.stringMatching(/^[a-z0-9]{1,10}$/);
    fc.assert(
      fc.property(name, fc.array(label, { minLength: 1, maxLength: 3 }), words, (local, labels, after) => {
        const shown = redactText(`x <${local}@${labels.join('.')}.org> ${after}`);
        expect(shown).toContain('[mail]');
        expect(shown).not.toContain('@');
        expect(redactText(shown)).toBe(shown);
      }),
    );
  });

  it.each([1, 33, 64])('shows nothing of an address with %i characters in front', (length) => {
    expect(redactText(`to ${'a'.repeat(length)}@example.org.`)).toBe('to [mail].');
  });

  it('never makes a text of anything longer by more than a third, nor throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(redactText(text).length).toBeLessThanOrEqual(Math.ceil((text.length * 4) / 3));
      }),
    );
  });

  // each of these takes hours where a pattern looks at the rest of the text once a character: the suite's time limit tells
  it.each(
    [
      'a',
      '1',
      '1 ',
      '@',
      '%40',
      '%20',
      'x@a-',
      'a.',
      'key ',
      'token=',
      'eyJ',
      'sk-',
      'DE12 ',
      'DE12',
      '://a:',
      'bearer ',
      '-',
      ...[
        '-----BEGIN PRIVATE KEY-----',
        '---- BEGIN SSH2 PRIVATE KEY ----',
        '-----END PRIVATE KEY-----',
        'password=',
        'pwd:"',
        'cookie:a=',
        '"@a.bc',
      ],
      ...['sig=', '://a:b@', 'DE1', 'ab12\u00ad', '\\"', '123456789:', 'MNO.'],
    ].map((part) => [part] as const),
  )('takes 300 kB of %j in its stride', (part) => {
    const text = part.repeat(Math.ceil(300_000 / part.length));
    const longest = Math.ceil((text.length * 4) / 3);
    expect(redactText(text).length).toBeLessThanOrEqual(longest);
    expect(redactText(`${text}!`).length).toBeLessThanOrEqual(longest + 1);
  });
});
