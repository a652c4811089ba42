import { Command, InvalidArgumentError } from 'commander';
import type { Pool } from '../log/database.ts';
import { SCOPES, type Scope } from '../log/keys.ts';

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

export function keys(): Command {
  const command = new Command('keys').description("callers' keys, on the database itself (DATABASE_URL, else the stack that runs here)");
  command
    .command('create')
    .description('make a key; it is printed once and stored only as its hash')
    .argument('<name>', 'whose it is: the actor of what is done with it', nameOf)
    .requiredOption('--scopes <list>', `some of ${SCOPES.join(',')}`, scopesOf)
    .option('--roles <list>', 'what the holder is, for pools of reviewers', rolesOf, [])
    .option('--tenant <name>', 'whose data', 'default')
    .option('--json', 'print {name, scopes, roles, key}')
    .addHelpText(
      'after',
      '\nExamples:\n  signalbox keys create shop --scopes events:write,read\n  signalbox keys create ann --scopes read,approve --roles fraud-lead',
    )
    .action(create);
  command
    .command('list')
    .description('names, scopes, roles and dates; no key')
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
  return command;
}

async function withPool(work: (pool: Pool) => Promise<void>): Promise<void> {
  const [{ databaseUrl }, { openReport }] = await Promise.all([import('./target.ts'), import('./openReport.ts')]);
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
  tenant: string;
  json?: true;
}

async function create(name: string, { scopes, roles, tenant, json }: Creation): Promise<void> {
  const [{ createKey }, { CannotRun }, { printJson, say }] = await Promise.all([
    import('../log/keys.ts'),
    import('../errors.ts'),
    import('./print.ts'),
  ]);
  await withPool(async (pool) => {
    const key = await createKey(pool, { tenant, name, scopes, roles });
    if (key === null)
      throw new CannotRun(`Cannot make the key as ${name} is taken: names stand in records as actors, so a revoked one is not given again`);
    if (json === true) return printJson({ name, scopes, roles, key });
    process.stdout.write(`${key}\n`);
    say(`${name} may do ${scopes.join(', ')}. The key is not shown again: send it as "Authorization: Bearer <key>", or set SIGNALBOX_KEY.`);
  });
}

async function list({ tenant, json }: { tenant: string; json?: true }): Promise<void> {
  const [{ listKeys }, { printJson, printTable }] = await Promise.all([import('../log/keys.ts'), import('./print.ts')]);
  await withPool(async (pool) => {
    const items = await listKeys(pool, tenant);
    if (json === true) return printJson({ items });
    printTable(
      ['NAME', 'SCOPES', 'ROLES', 'CREATED', 'REVOKED'],
      items.map((item) => [item.name, item.scopes.join(','), item.roles.join(',') || '-', item.createdAt, item.revokedAt ?? '-']),
    );
  });
}

async function revoke(name: string, { tenant }: { tenant: string }): Promise<void> {
  const [{ revokeKey }, { say }] = await Promise.all([import('../log/keys.ts'), import('./print.ts')]);
  await withPool(async (pool) => {
    const revoked = await revokeKey(pool, { tenant, name });
    say(revoked ? `${name} is revoked` : `There is no live key ${name}`);
    if (!revoked) process.exitCode = 1;
  });
}
