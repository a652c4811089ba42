/** The settings. The bug this hunts: one mistake is told, mended, and only then the next one. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CannotRun } from '../../src/domain/errors.ts';
import { readConfig } from '../../src/settings/config.ts';
import { readSecretKeys } from '../../src/settings/secretKeys.ts';
import { makeWebhookSecret } from '../../src/settings/webhookSecret.ts';

function mistakes(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof CannotRun) return error.message;
    throw error;
  }
  return '';
}

const SECRET = `whsec_${'c2VjcmV0'.repeat(4)}`;

describe('readConfig()', () => {
  it('names every mistake at once: each setting alone, and those that do not go together', () => {
    const said = mistakes({
      ...{ PORT: 'many', TEMPORAL_PORT: '-1', HOST: '0.0.0.0', SIGNALBOX_AUTH: 'off' },
      ...{ SIGNALBOX_WEBHOOK_URL: 'http://10.0.0.1/', OPENAI_BASE_URL: 'http://127.0.0.1/v1' },
      ...{ SIGNALBOX_NOTICE_SECRET: SECRET, SIGNALBOX_MAIL_FROM: 'a@example.com' },
    });
    for (const one of [
      ...[/^Cannot read the settings: PORT: [^;]+; TEMPORAL_PORT: [^;]+; /, /Cannot run with SIGNALBOX_AUTH=off/],
      ...[/Cannot sign webhooks: /, /Cannot ask an LLM: OPENAI_BASE_URL is set/, /Cannot sign notices: /, /Cannot send mail: /],
      /Cannot send anything to SIGNALBOX_WEBHOOK_URL as 10\.0\.0\.1 is private/,
    ])
      expect(said).toMatch(one);
    expect(said).not.toContain('\n');
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SIGNALBOX_AUTH: 'off', NODE_ENV: 'production' }, /^Cannot run with SIGNALBOX_AUTH=off [^;]+$/],
    [{ SIGNALBOX_WEBHOOK_URL: 'https://example.com/' }, /^Cannot sign webhooks: [^;]+$/],
    [{ SIGNALBOX_NOTICE_URL: 'https://example.com/' }, /^Cannot sign notices: [^;]+$/],
    [{ SIGNALBOX_SMTP_URL: 'smtp://example.com' }, /^Cannot send mail: [^;]+$/],
    // the other half is there, only misspelt: that it is missing would be a second, wrong, thing to say
    [{ SIGNALBOX_NOTICE_URL: 'ftp://x', SIGNALBOX_NOTICE_SECRET: SECRET }, /^Cannot read the settings: SIGNALBOX_NOTICE_URL: [^;]+$/],
    [{ OPENAI_BASE_URL: 'ftp://x', SIGNALBOX_LLM_MODEL: 'm' }, /^Cannot read the settings: OPENAI_BASE_URL: [^;]+$/],
    [{ HOST: '0.0.0.0', SIGNALBOX_AUTH: 'none' }, /^Cannot read the settings: SIGNALBOX_AUTH: [^;]+$/],
  ])('names one mistake alone: %j', (environment, said) => {
    expect(mistakes(environment)).toMatch(said);
  });

  it.each([
    ...[
      'hush hush',
      'whsec_',
      'whsec_c2hvcnQ=',
      `whsec_${'c2VjcmV0'.repeat(20)}`,
      'c2VjcmV0'.repeat(4),
      `${SECRET}!`,
      `whsec_${'c2VjcmV0'.repeat(4)}a`,
    ],
  ])('refuses %j as a secret of webhooks, and says what to send instead', (text) => {
    for (const half of ['WEBHOOK', 'NOTICE'] as const) {
      const said = mistakes({ [`SIGNALBOX_${half}_URL`]: 'https://example.com/', [`SIGNALBOX_${half}_SECRET`]: text });
      expect(said).toBe(
        `Cannot read the settings: SIGNALBOX_${half}_SECRET: must be whsec_ and base64 of 24 to 64 random bytes: \`npx signalbox receive\` makes one, \`echo whsec_$(openssl rand -base64 32)\` too`,
      );
    }
  });

  it('takes a secret as standard libraries make it', () => {
    for (const secret of [SECRET, makeWebhookSecret(), `whsec_${Buffer.alloc(25).toString('base64')}`])
      expect(readConfig({ SIGNALBOX_WEBHOOK_URL: 'https://example.com/', SIGNALBOX_WEBHOOK_SECRET: secret }).SIGNALBOX_WEBHOOK_SECRET).toBe(
        secret,
      );
  });

  it('takes several keys that seal secrets, from the setting or a file, and repeats none that it refuses', async () => {
    const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const read = (settings: Record<string, string>) => readSecretKeys(readConfig(settings)).map((key) => key.toString('base64'));
    expect(read({})).toEqual([]);
    expect(read({ SIGNALBOX_SECRET_KEY: `${one}, ${two}` })).toEqual([one, two]);
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-keys-'));
    try {
      const file = join(folder, 'keys');
      expect(() => read({ SIGNALBOX_SECRET_KEY_FILE: file })).toThrow('Cannot read SIGNALBOX_SECRET_KEY_FILE: ENOENT');
      await writeFile(file, `${two}\n${one}\n`);
      expect(read({ SIGNALBOX_SECRET_KEY_FILE: file })).toEqual([two, one]);
      expect(mistakes({ SIGNALBOX_SECRET_KEY_FILE: file, SIGNALBOX_SECRET_KEY: one })).toMatch(
        /^Cannot tell which keys seal secrets: [^;]+$/,
      );
      await writeFile(file, 'a-password');
      expect(() => read({ SIGNALBOX_SECRET_KEY_FILE: file })).toThrow(
        /^Cannot use SIGNALBOX_SECRET_KEY_FILE: it must hold base64 of 32 random bytes/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
    for (const wrong of ['a-password', one.slice(4), `${one},a-password`, ','])
      expect(mistakes({ SIGNALBOX_SECRET_KEY: wrong })).toBe(
        'Cannot read the settings: SIGNALBOX_SECRET_KEY: must be base64 of 32 random bytes, as `openssl rand -base64 32` makes it; several with commas or line ends between them, the one that seals first',
      );
  });

  it.each([' ', '0x50', '80.5', '1e9', '-1'])('takes %j for no port', (PORT) => {
    expect(() => readConfig({ PORT })).toThrow('PORT: must be a whole number from 0 to 65535');
  });

  it('takes an empty value for one that is not set', () => {
    expect(readConfig({ PORT: '', SIGNALBOX_AUTH: '', SIGNALBOX_WEBHOOK_URL: '' })).toMatchObject({ PORT: 8080, SIGNALBOX_AUTH: 'off' });
    expect(readConfig({ HOST: '0.0.0.0' }).SIGNALBOX_AUTH).toBe('keys');
  });
});
