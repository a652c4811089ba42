/** The only reader of the environment. All errors at once. */
import { z } from 'zod';
import { CannotRun } from './errors.ts';
import { allowList, isAllowEntry, LOOPBACK_TARGETS, refusedTarget } from './outboundTarget.ts';

const PORTS = 'must be a whole number from 0 to 65535';
const port = z.coerce.number(PORTS).int(PORTS).min(0, PORTS).max(65_535, PORTS);
const text = z.string().min(1);
const perMinute = z.coerce.number().int().min(1).max(1e9);

const targets = z
  .string()
  .transform((given) => given.split(',').map((entry) => entry.trim()))
  .pipe(z.array(z.string().refine(isAllowEntry, 'must be a host name, an IP address or a network such as 10.1.0.0/16')).max(1000));

const settings = z.object({
  PORT: port.default(8080),
  HOST: text.default('127.0.0.1'),
  SIGNALBOX_DATA: text.default('.signalbox'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: text.optional(),
  TEMPORAL_NAMESPACE: text.default('default'),
  TEMPORAL_API_KEY: text.optional(),
  TEMPORAL_UI_URL: z.url({ protocol: /^https?$/ }).optional(),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  SIGNALBOX_AUTH: z.enum(['off', 'keys']).optional(),
  SIGNALBOX_UNKNOWN_TYPES: z.enum(['store', 'reject']).default('store'),
  SIGNALBOX_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_WEBHOOK_SECRET: text.optional(),
  // what it holds must not be repeated, and must fit into a header
  OPENAI_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_LLM_MODEL: text.max(200).optional(),
  SIGNALBOX_LLM_REQUESTS_PER_MINUTE: perMinute.optional(),
  SIGNALBOX_LLM_TOKENS_PER_MINUTE: perMinute.optional(),
  /** What requests of ours may reach besides the public internet. */
  SIGNALBOX_OUTBOUND_ALLOW: targets.default([]),
  SIGNALBOX_NOTICE_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNALBOX_NOTICE_SECRET: text.optional(),
  SIGNALBOX_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SIGNALBOX_MAIL_FROM: z
    .string()
    .regex(/^(?:[^\r\n<>@]+ )?<?[^\s<>@]+@[^\s<>@]+>?$/, 'must be an address, or a name and <an address>')
    .optional(),
  SIGNALBOX_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
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

/** Readable even where the settings as a whole are not: it says how much an error tells. */
export function wantsDebug(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment.SIGNALBOX_LOG_LEVEL === 'debug';
}

/** Which ways of telling people of approvals are configured. Whoever writes a notice knows it, whoever sends one too. */
export const noticeChannels = ({ SIGNALBOX_NOTICE_URL, SIGNALBOX_SMTP_URL }: Config) => ({
  webhook: SIGNALBOX_NOTICE_URL !== undefined,
  mail: SIGNALBOX_SMTP_URL !== undefined,
});

/** What links in mails begin with: the service's own address unless told, which only this machine may reach. */
export function publicUrl({ SIGNALBOX_PUBLIC_URL: url, HOST, PORT }: Config): string {
  const host = HOST.includes(':') && !HOST.startsWith('[') ? `[${HOST}]` : HOST;
  return (url ?? `http://${host}:${PORT}`).replace(/\/+$/, '');
}

/** Throws CannotRun that names every wrong setting. An empty value counts as not set. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (!parsed.success) throw new CannotRun(`Cannot read the settings: ${wrong.join('; ')}`);
  const config = parsed.data;
  const exposed = !isLoopback(config.HOST) || config.NODE_ENV === 'production';
  const auth = config.SIGNALBOX_AUTH ?? (exposed ? 'keys' : 'off');
  if (auth === 'off' && exposed) {
    throw new CannotRun(
      `Cannot run with SIGNALBOX_AUTH=off as HOST must be a loopback address and NODE_ENV not production: HOST is ${config.HOST}`,
    );
  }
  if (config.SIGNALBOX_WEBHOOK_URL !== undefined && config.SIGNALBOX_WEBHOOK_SECRET === undefined) {
    throw new CannotRun('Cannot sign webhooks: SIGNALBOX_WEBHOOK_URL is set and SIGNALBOX_WEBHOOK_SECRET is not');
  }
  const llm = llmMistake(config);
  if (llm !== null) throw new CannotRun(llm);
  const outbound = [...config.SIGNALBOX_OUTBOUND_ALLOW, ...(exposed ? [] : LOOPBACK_TARGETS)];
  for (const setting of ['SIGNALBOX_WEBHOOK_URL', 'SIGNALBOX_NOTICE_URL'] as const) {
    const url = config[setting];
    const refused = url === undefined ? null : refusedTarget(url, allowList(outbound));
    if (refused !== null) throw new CannotRun(`Cannot send anything to ${setting} as ${refused}: see SIGNALBOX_OUTBOUND_ALLOW`);
  }
  assertTold(config);
  return { ...config, SIGNALBOX_AUTH: auth, SIGNALBOX_OUTBOUND_ALLOW: outbound };
}

/**
 * Half a configuration would be asked at the first doubtful event, and fail there. A key alone is none: many have one in their environment
 * for something else, and must neither be kept from starting nor charged.
 */
function llmMistake(config: z.infer<typeof settings>): string | null {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: address, SIGNALBOX_LLM_MODEL: model } = config;
  const limits = config.SIGNALBOX_LLM_REQUESTS_PER_MINUTE ?? config.SIGNALBOX_LLM_TOKENS_PER_MINUTE;
  const given = key !== undefined || address !== undefined;
  if (address !== undefined && model === undefined) return 'Cannot ask an LLM: OPENAI_BASE_URL is set and SIGNALBOX_LLM_MODEL is not';
  if (!given && (model !== undefined || limits !== undefined))
    return 'Cannot ask an LLM: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, and a setting SIGNALBOX_LLM_... is';
  return null;
}

/** Half of it would fail at the first approval. */
function assertTold(config: z.infer<typeof settings>): void {
  if ((config.SIGNALBOX_NOTICE_URL === undefined) !== (config.SIGNALBOX_NOTICE_SECRET === undefined))
    throw new CannotRun('Cannot sign notices: SIGNALBOX_NOTICE_URL and SIGNALBOX_NOTICE_SECRET are set together or not at all');
  if ((config.SIGNALBOX_SMTP_URL === undefined) !== (config.SIGNALBOX_MAIL_FROM === undefined))
    throw new CannotRun('Cannot send mail: SIGNALBOX_SMTP_URL and SIGNALBOX_MAIL_FROM are set together or not at all');
}
