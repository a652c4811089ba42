/** Commits that land while their answer does not arrive: the connection breaks in between. */
import type { Client, Pool } from '../../src/log/db/database.ts';
import { COMMIT, Pipeline } from '../../src/log/db/together.ts';

type Send = (...args: unknown[]) => unknown;

/** `loses` is asked once a commit of the pool's connections. */
export function losingCommits(pool: Pool, loses: () => boolean): Pool {
  const connect = pool.connect.bind(pool) as unknown as (...callback: unknown[]) => Promise<Client>;
  const known = new WeakSet<Client>();
  return Object.assign(pool, {
    // with a callback it is pool.query that asks
    connect: async (...callback: unknown[]) => {
      const client = await connect(...callback);
      if (callback.length > 0 || known.has(client)) return client;
      known.add(client);
      const send = client.query.bind(client) as unknown as Send;
      return Object.assign(client, { query: (...args: unknown[]) => sendLosing(send, args, loses) });
    },
  });
}

function sendLosing(send: Send, args: unknown[], loses: () => boolean): unknown {
  const [sent] = args;
  if (sent instanceof Pipeline) {
    if (!sent.statements.includes(COMMIT)) return send(...args);
    const answer = (sent as unknown as { callback: (error: unknown, results?: unknown) => void }).callback;
    return send(
      Object.assign(sent, { callback: (error: unknown, results: unknown) => (loses() ? answer(broken()) : answer(error, results)) }),
    );
  }
  const answer = send(...args) as Promise<unknown>;
  return sent === COMMIT || sent === 'commit' ? answer.then((result) => (loses() ? Promise.reject(broken()) : result)) : answer;
}

const broken = (): Error => Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
