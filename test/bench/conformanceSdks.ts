/**
 * CloudEvents' own SDKs for Go and Java against a running service: each sends an event in binary and in structured mode as it comes, and what is stored
 * must be what was sent. The one for JavaScript is in `test/ingress/client.test.ts`. Attributes are plain ASCII here: in binary mode both SDKs write other
 * text into headers unescaped, against the HTTP binding, and that is refused. If a language is not on this machine, or its packages cannot be fetched, that
 * is said and passed over.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

interface Service {
  readonly url: string;
  readonly authorization: Readonly<Record<string, string>>;
  readonly run: string;
  readonly miss: (text: string) => void;
}

interface Sdk {
  readonly name: string;
  readonly needs: readonly string[];
  /** Fetches and builds in a folder of its own; gives the command that sends. */
  readonly build: (folder: string) => Promise<readonly string[]>;
}

const BUILD_MS = 300_000;
const SOURCES = join(import.meta.dirname, '../../../test/bench/sdks');

class CannotBuild extends Error {}

function make(folder: string, [command = '', ...given]: readonly string[]): void {
  const { status, stderr, stdout } = spawnSync(command, given, { cwd: folder, encoding: 'utf8', timeout: BUILD_MS });
  if (status !== 0) throw new CannotBuild(`${command} ended with ${status}: ${`${stdout}${stderr}`.trim().split('\n').at(-1)}`);
}

const SDKS: readonly Sdk[] = [
  {
    name: 'go',
    needs: ['go'],
    build: async (folder) => {
      make(folder, ['go', 'build', '-mod=mod', '-o', 'send', '.']);
      return [join(folder, 'send')];
    },
  },
  {
    name: 'java',
    needs: ['java', 'mvn'],
    build: async (folder) => {
      make(folder, ['mvn', '-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath']);
      const classes = await readFile(join(folder, 'target/classpath'), 'utf8');
      return ['java', '-cp', `${join(folder, 'target/classes')}${delimiter}${classes.trim()}`, 'Sender'];
    },
  },
];

/** How many events were held against what was sent. */
export async function checkSdks(service: Service): Promise<number> {
  let cases = 0;
  for (const sdk of SDKS) {
    const lacking = sdk.needs.find((command) => spawnSync(command, [command === 'go' ? 'version' : '-version']).error !== undefined);
    if (lacking === undefined) cases += await checkSdk(service, sdk);
    else console.log(`passed over: CloudEvents' SDK for ${sdk.name}, as ${lacking} is not on this machine`);
  }
  return cases;
}

async function checkSdk(service: Service, { name, build }: Sdk): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), `signalbox-sdk-${name}-`));
  try {
    await cp(join(SOURCES, name), folder, { recursive: true });
    const [command = '', ...given] = await build(folder);
    const source = `/conformance/${service.run}/${name}`;
    const sent = spawnSync(command, [...given, service.url, source], { encoding: 'utf8', timeout: 30_000 });
    if (sent.status !== 0)
      console.log(`The SDK for ${name} ended with ${sent.status}: ${`${sent.stdout}${sent.stderr}`.trim().slice(0, 500)}`);
    for (const mode of ['binary', 'structured']) await checkStored(service, { name, source, mode });
    return 2;
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error;
    console.log(`passed over: CloudEvents' SDK for ${name}, as ${error.message}`);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkStored(
  { url, authorization, miss }: Service,
  { name, source, mode }: { name: string; source: string; mode: string },
): Promise<void> {
  const response = await fetch(`${url}/v1/events?${new URLSearchParams({ source, id: `sent-${mode}` })}`, { headers: authorization });
  const { items = [] } = (await response.json()) as { items?: { cloudevent: Record<string, unknown> }[] };
  const { type, subject, data } = items[0]?.cloudevent ?? {};
  const wanted = { type: 'conformance.sent', subject: 'order-7', data: { mode, amount: 12.5, text: 'é ☃' } };
  if (items.length !== 1 || !isDeepStrictEqual({ type, subject, data }, wanted))
    miss(`sdk ${name}, ${mode}: ${items.length} stored, ${JSON.stringify({ type, subject, data })}`);
}
