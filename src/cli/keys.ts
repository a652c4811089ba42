import { Command, InvalidArgumentError } from 'commander';
import { SCOPES, type Scope } from '../domain/caller.ts';
import type { Pool } from '../log/db/database.ts';
import { RATE_MAX } from '../log/keys.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;

function nameOf(text: string): string {
  if (!NAME.test(text)) throw new InvalidArgumentError('It must be 1 to 63 letters, digits, or . _ @ - in between.');
  return text;
}

function scopesOf(text: string): Scope[] {
  const scopes = [...new Set(text.split(','))];
  const wrong = scopes.filter((scope) => !SCOPES.includes(scope as Scope));
  if (wrong.length > 0) throw new InvalidArgumentError(`It must be some of ${SCOPES.join(',')}.`);
  return scopes as Scope[];
}

const ROLE = /^[a-z][a-z0-9-]{0,62}$/;
const ROLES_MAX = 50;

function rolesOf(text: string): string[] {
  const roles = [...new Set(text.split(','))];
  if (roles.length > ROLES_MAX || roles.some((role) => !ROLE.test(role)))
    throw new InvalidArgumentError(`It must be up to ${ROLES_MAX} roles of lower case letters, digits and dashes, with commas between.`);
  return roles;
}

function rateOf(text: string): number {
  const rate = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (rate < 1 || rate > RATE_MAX) throw new InvalidArgumentError(`It must be a whole number from 1 to ${RATE_MAX}.`);
  return rate;
}

export function keys(): Command {
  const command = new Command('keys').description("callers' keys, on the database itself (DATABASE_URL, else the stack that runs here)");
  command
    .command('create')
    .description('make a key; it is printed once and stored only as its hash')
    .argument('<name>', 'whose it is: the actor of what is done with it', nameOf)
    .requiredOption('--scopes <list>', `some of ${SCOPES.join(',')}`, scopesOf)
    .option('--roles <list>', 'what the holder is, for pools of reviewers', rolesOf, [])
    .option('--rate <events>', 'a second, in each ingress; without it as many as there is room for', rateOf)
    .option('--tenant <name>', 'whose data', 'default')
    .option('--json', 'print {name, scopes, roles, rate, key}')
    .addHelpText(
      'after',
      '\nExamples:\n  signalbox keys create shop --scopes events:write,read --rate 500\n  signalbox keys create ann --scopes read,approve --roles fraud-lead',
    )
    .action(create);
  command
    .command('list')
    .description('names, scopes, roles, rates and dates; no key')
    .option('--tenant <name>', 'whose data', 'default')
    .option('--json', 'print {items}')
    .addHelpText('after', '\nExample:\n  signalbox keys list')
    .action(list);
  command
    .command('revoke')
    .description('end a key; ingresses notice within seconds')
    .argument('<name>', 'as given to create')
    .option('--tenant <name>', 'whose data', 'default')
    .addHelpText('after', '\nExample:\n  signalbox keys revoke shop')
    .action(revoke);
  command
    .command('rate')
    .description('how many events a second a key may send to each ingress; ingresses notice within seconds')
    .argument('<name>', 'as given to create')
    .argument('<events>', 'a number, or none', (text) => (text === 'none' ? null : rateOf(text)))
    .option('--tenant <name>', 'whose data', 'default')
    .addHelpText('after', '\nExamples:\n  signalbox keys rate shop 2000\n  signalbox keys rate shop none')
    .action(setRate);
  return command;
}

async function withPool(work: (pool: Pool) => Promise<void>): Promise<void> {
  const [{ databaseUrl }, { openReport }] = await Promise.all([import('./terminal/target.ts'), import('./terminal/openReport.ts')]);
  const pool = await openReport(await databaseUrl(), 'keys');
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

interface Creation {
  scopes: Scope[];
  roles: string[];
  rate?: number;
  tenant: string;
  json?: true;
}

async function create(name: string, { scopes, roles, rate, tenant, json }: Creation): Promise<void> {
  const [{ createKey }, { CannotRun }, { keysUnchecked }, { printJson, say }] = await Promise.all([
    import('../log/keys.ts'),
    import('../domain/errors.ts'),
    import('./terminal/target.ts'),
    import('./terminal/print.ts'),
  ]);
  await withPool(async (pool) => {
    const key = await createKey(pool, { tenant, name, scopes, roles, rate: rate ?? null });
    if (key === null)
      throw new CannotRun(`Cannot make the key as ${name} is taken: names stand in records as actors, so a revoked one is not given again`);
    const unchecked = await keysUnchecked();
    if (unchecked !== null)
      say(`Keys are not checked, ${unchecked}: whoever reaches the port may do everything. Start with SIGNALBOX_AUTH=keys.`);
    if (json === true) return printJson({ name, scopes, roles, rate: rate ?? null, key });
    process.stdout.write(`${key}\n`);
    say(`${name} may do ${scopes.join(', ')}. The key is not shown again: send it as "Authorization: Bearer <key>", or set SIGNALBOX_KEY.`);
  });
}

async function list({ tenant, json }: { tenant: string; json?: true }): Promise<void> {
  const [{ listKeys }, { printJson, printTable }] = await Promise.all([import('../log/keys.ts'), import('./terminal/print.ts')]);
  await withPool(async (pool) => {
    const items = await listKeys(pool, tenant);
    if (json === true) return printJson({ items });
    printTable(
      ['NAME', 'SCOPES', 'ROLES', 'RATE', 'CREATED', 'REVOKED'],
      items.map(({ name, scopes, roles, rate, createdAt, revokedAt }) => [
        ...[name, scopes.join(','), roles.join(',') || '-', rate === null ? '-' : String(rate)],
        ...[createdAt, revokedAt ?? '-'],
      ]),
    );
  });
}

async function revoke(name: string, { tenant }: { tenant: string }): Promise<void> {
  const [{ revokeKey }, { say }] = await Promise.all([import('../log/keys.ts'), import('./terminal/print.ts')]);
  await withPool(async (pool) => {
    const revoked = await revokeKey(pool, { tenant, name });
    say(revoked ? `${name} is revoked` : `There is no live key ${name}`);
    if (!revoked) process.exitCode = 1;
  });
}

async function setRate(name: string, rate: number | null, { tenant }: { tenant: string }): Promise<void> {
  const [{ setKeyRate }, { say }] = await Promise.all([import('../log/keys.ts'), import('./terminal/print.ts')]);
  await withPool(async (pool) => {
    const set = await setKeyRate(pool, { tenant, name, rate });
    say(
      set
        ? `${name} may send ${rate === null ? 'as many events as there is room for' : `${rate} events a second`}`
        : `There is no live key ${name}`,
    );
    if (!set) process.exitCode = 1;
  });
}
