/** The only reader of the environment. All errors at once. */

import { z } from 'zod';
import { CannotRun } from '../domain/errors.ts';
import { readNumber } from '../domain/readNumber.ts';
import { OUR_WORDS } from '../domain/shapeFaults.ts';
import { type Given, halves } from './halves.ts';
import { allowList, isAllowEntry, LOOPBACK_TARGETS, refusedTarget, shownTarget } from './outboundTarget.ts';
import { KEY_FORM, parseSecretKeys } from './secretKeys.ts';
import { isWebhookSecret, SECRET_FORM } from './webhookSecret.ts';

/** Of decimal digits alone: a blank is no port, `0x10` no limit. */
function wholeNumber(min: number, max: number) {
  const words = `must be a whole number from ${min} to ${max}`;
  return z
    .union([z.string(), z.number()])
    .transform((given) => (typeof given === 'number' ? given : readNumber(given)))
    .pipe(z.number(words).int(words).min(min, words).max(max, words));
}
const port = wholeNumber(0, 65_535);
const text = z.string().min(1);
const perMinute = wholeNumber(1, 1e9);
const PRICE = 'must be US dollars a million tokens, in and out, such as 0.5,2; or 0 for a server of your own';
/** `0`, or `0.5,2`. */
const price = z
  .string()
  .regex(/^(0|\d{1,6}(\.\d{1,6})?,\d{1,6}(\.\d{1,6})?)$/, PRICE)
  .transform((given) => {
    const [input = 0, output = input] = given.split(',').map(Number);
    return { inputUsdPerMillion: input, outputUsdPerMillion: output };
  });

/** Standard Webhooks' own form. Any text was taken once: a password typed there signed what a receiver could guess. */
const webhookSecret = z
  .string()
  .refine(isWebhookSecret, `must be ${SECRET_FORM}: \`npx signalbox receive\` makes one, \`echo whsec_$(openssl rand -base64 32)\` too`);

/** What it holds must not be repeated. */
const secretKeys = z.string().transform((given, context) => {
  const keys = parseSecretKeys(given);
  if (keys !== null) return keys;
  context.addIssue({ code: 'custom', message: `must be ${KEY_FORM}` });
  return z.NEVER;
});

const targets = z
  .string()
  .transform((given) => given.split(',').map((entry) => entry.trim()))
  .pipe(z.array(z.string().refine(isAllowEntry, 'must be a host name, an IP address or a network such as 10.1.0.0/16')).max(1000));

const settings = z.object({
  PORT: port.default(8080),
  HOST: text.default('127.0.0.1'),
  SIGNALBOX_DATA: text.default('.signalbox'),
  // what it holds must not be repeated
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that begins with postgres:// or postgresql://' }).optional(),
  TEMPORAL_ADDRESS: text.optional(),
  TEMPORAL_NAMESPACE: text.default('default'),
  TEMPORAL_API_KEY: text.optional(),
  TEMPORAL_UI_URL: z.url({ protocol: /^https?$/ }).optional(),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  SIGNALBOX_AUTH: z.enum(['off', 'keys']).optional(),
  SIGNALBOX_UNKNOWN_TYPES: z.enum(['store', 'reject']).default('store'),
  SIGNALBOX_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_WEBHOOK_SECRET: webhookSecret.optional(),
  // what it holds must not be repeated, and must fit into a header
  OPENAI_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_LLM_MODEL: text.max(200).optional(),
  SIGNALBOX_LLM_REQUESTS_PER_MINUTE: perMinute.optional(),
  SIGNALBOX_LLM_TOKENS_PER_MINUTE: perMinute.optional(),
  SIGNALBOX_LLM_REQUESTS_AT_ONCE: wholeNumber(1, 1000).optional(),
  SIGNALBOX_LLM_CONTEXT_TOKENS: wholeNumber(256, 1e8).optional(),
  SIGNALBOX_LLM_PRICE: price.optional(),
  // of the environment as such: they may hold what is none of ours, and are looked at only where an LLM is asked
  HTTP_PROXY: z.string().optional(),
  HTTPS_PROXY: z.string().optional(),
  NO_PROXY: z.string().optional(),
  /** What requests of ours may reach besides the public internet. */
  SIGNALBOX_OUTBOUND_ALLOW: targets.default([]),
  SIGNALBOX_NOTICE_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_NOTICE_SECRET: webhookSecret.optional(),
  SIGNALBOX_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SIGNALBOX_MAIL_FROM: z
    .string()
    .regex(/^(?:[^\r\n<>@]+ )?<?[^\s<>@]+@[^\s<>@]+>?$/, 'must be an address, or a name and <an address>')
    .optional(),
  SIGNALBOX_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_WORKER_METRICS: z
    .string()
    .regex(/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$/, 'must be an IP address and a port, such as 127.0.0.1:9464')
    .optional(),
  SIGNALBOX_SECRET_KEY: secretKeys.optional(),
  SIGNALBOX_SECRET_KEY_FILE: text.optional(),
  SIGNALBOX_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_KEY: text.optional(),
  SIGNALBOX_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
});

export const SETTINGS: readonly string[] = Object.keys(settings.shape);

export type Config = z.infer<typeof settings> & { SIGNALBOX_AUTH: 'off' | 'keys' };

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Others than this machine may reach the service, or it is said to be in production. */
export const isExposed = ({ HOST, NODE_ENV }: Pick<Config, 'HOST' | 'NODE_ENV'>): boolean => !isLoopback(HOST) || NODE_ENV === 'production';

/** Readable even where the settings as a whole are not: it says how much an error tells. */
export function wantsDebug(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment.SIGNALBOX_LOG_LEVEL === 'debug';
}

/** Which ways of telling people of approvals are configured. Whoever writes a notice knows it, whoever sends one too. */
export const noticeChannels = ({ SIGNALBOX_NOTICE_URL, SIGNALBOX_SMTP_URL }: Config) => ({
  webhook: SIGNALBOX_NOTICE_URL !== undefined,
  mail: SIGNALBOX_SMTP_URL !== undefined,
});

/** Where actions go, as it may be shown and kept; null where they go nowhere. */
export const webhookShown = ({ SIGNALBOX_WEBHOOK_URL: url }: Config): string | null => (url === undefined ? null : shownTarget(url));

/** What links in mails begin with: the service's own address unless told, which only this machine may reach. */
export function publicUrl({ SIGNALBOX_PUBLIC_URL: url, HOST, PORT }: Config): string {
  const host = HOST.includes(':') && !HOST.startsWith('[') ? `[${HOST}]` : HOST;
  return (url ?? `http://${host}:${PORT}`).replace(/\/+$/, '');
}

/** Throws CannotRun that names every wrong setting, each alone and all together. An empty value counts as not set. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const named = Object.entries(environment).filter(([, value]) => value !== '');
  // others write these in small letters, and those count first
  const proxies = named.flatMap(([name, value]) => (/^(https?|no)_proxy$/.test(name) ? [[name.toUpperCase(), value] as const] : []));
  const given: Given = Object.fromEntries([...named, ...proxies]);
  const { issues = [] } = settings.safeParse(given, OUR_WORDS).error ?? {};
  const alone = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const unreadable = new Set(issues.map(({ path }) => path[0]));
  const config = settings.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !unreadable.has(name))));
  const exposed = isExposed(config);
  const auth = config.SIGNALBOX_AUTH ?? (exposed ? 'keys' : 'off');
  const outbound = [...config.SIGNALBOX_OUTBOUND_ALLOW, ...(exposed ? [] : LOOPBACK_TARGETS)];
  const mistakes = [
    ...(alone.length === 0 ? [] : [`Cannot read the settings: ${alone.join('; ')}`]),
    ...(auth === 'off' && exposed
      ? [`Cannot run with SIGNALBOX_AUTH=off as HOST must be a loopback address and NODE_ENV not production: HOST is ${config.HOST}`]
      : []),
    ...halves(given),
    ...refusedTargets(config, outbound),
  ];
  if (mistakes.length > 0) throw new CannotRun(mistakes.join('; '));
  return { ...config, SIGNALBOX_AUTH: auth, SIGNALBOX_OUTBOUND_ALLOW: outbound };
}

function refusedTargets(config: z.infer<typeof settings>, outbound: readonly string[]): string[] {
  const found: string[] = [];
  for (const setting of ['SIGNALBOX_WEBHOOK_URL', 'SIGNALBOX_NOTICE_URL'] as const) {
    const url = config[setting];
    const refused = url === undefined ? null : refusedTarget(url, allowList(outbound));
    if (refused !== null) found.push(`Cannot send anything to ${setting} as ${refused}: see SIGNALBOX_OUTBOUND_ALLOW`);
  }
  return found;
}
