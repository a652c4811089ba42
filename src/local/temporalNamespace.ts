/** What Signalbox needs of a namespace before the first case: its search attributes. */
import type { Connection } from '@temporalio/client';
import { ATTRIBUTES } from '../domain/temporalNames.ts';

/** All keywords; a namespace takes at most ten of them. */
export const SEARCH_ATTRIBUTES = Object.values(ATTRIBUTES);

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;
const CONNECT_TIMEOUT_MS = 3000;

export interface TemporalTarget {
  readonly address: string;
  readonly apiKey?: string | undefined;
}

/** With a key the connection is encrypted, as Temporal Cloud asks. */
export async function connectTemporal({ address, apiKey }: TemporalTarget): Promise<Connection> {
  // loading it takes longer than the servers take to start: they are started first
  const client = await import('@temporalio/client');
  return await client.Connection.connect({
    address,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(apiKey === undefined ? {} : { apiKey, tls: true }),
  });
}

/** Adds what the namespace lacks; again is harmless. Gives the names that were added. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes?.[name] === undefined);
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  }
  return missing;
}
