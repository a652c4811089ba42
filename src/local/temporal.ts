/** The embedded Temporal: the real dev server with its store in the data folder, on ports that stay the same over restarts. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { ProcessSpec } from './processSpec.ts';
import { connectTemporal, SEARCH_ATTRIBUTES } from './temporalNamespace.ts';
import { until } from './until.ts';

interface TemporalPlace {
  readonly binary: string;
  /** The SQLite store. */
  readonly file: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
}

export interface EmbeddedTemporal {
  readonly spec: ProcessSpec;
  readonly address: string;
  readonly web: string;
}

const DYNAMIC = {
  // its command line has search attributes read anew at every use; ours are there before it starts
  'system.forceSearchAttributesCacheRefreshOnRead': false,
  // ten minutes unless told: a case whose worker was killed nine times in a row would stand still for five of them (seen)
  'history.workflowTaskRetryMaxInterval': '10s',
};

/** Asked before the client is: that one waits a second after a refused connection before it tries again. */
async function listens(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

export function embeddedTemporal({ binary, file, port, uiPort, namespace }: TemporalPlace): EmbeddedTemporal {
  const address = `127.0.0.1:${port}`;
  const answers = async () => {
    const connection = await connectTemporal({ address });
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    } finally {
      await connection.close();
    }
  };
  const attributes = SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]);
  const where = ['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort), '--db-filename', file];
  // SQLite's default journal syncs several times for each step of a case, this one once (decision 23)
  const store = ['--sqlite-pragma', 'journal_mode=WAL'];
  const dynamic = Object.entries(DYNAMIC).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${JSON.stringify(value)}`]);
  // what the operator set up for the command line (an address, an environment file) must not reach the server
  const plain = ['--disable-config-file', '--disable-config-env', '--color', 'never', '--log-format', 'json', '--log-level', 'warn'];
  const spec: ProcessSpec = {
    name: 'temporal',
    command: binary,
    args: [
      'server',
      'start-dev',
      ...where,
      '--namespace',
      namespace,
      ...attributes,
      '--ui-disable-news-fetch',
      ...store,
      ...dynamic,
      ...plain,
    ],
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    readyTimeoutMs: 60_000,
    ready: async (signal) => {
      await until(() => listens(port), signal);
      await until(answers, signal);
    },
    // its warnings and errors are about its own parts finding each other, at every start and end
    showFrom: 60,
  };
  return { spec, address, web: `http://127.0.0.1:${uiPort}` };
}
