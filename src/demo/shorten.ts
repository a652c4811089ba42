/** The demo's policies: the shipped ones with shorter times, activated as an operator would. */
import { parseDocument } from 'yaml';
import type { ServiceClient } from '../client/serviceClient.ts';
import type { StoredPolicy } from '../wire/policy.ts';
import type { Business } from './business.ts';

/** `changes`: by path, such as `silence.afterSeconds`. Throws where the policy has no such place. */
export function shortened(text: string, changes: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    if (!document.hasIn(keys)) throw new Error(`the policy has no ${path}`);
    document.setIn(keys, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}

export async function activateShorter(client: ServiceClient, { flow, policy }: Business): Promise<void> {
  const { text } = await client.ask<StoredPolicy>(`/v1/flows/${flow}/policies/active`);
  const body = JSON.stringify({ text: shortened(text, policy), note: 'the demo: minutes for weeks' });
  await client.ask(`/v1/flows/${flow}/policies`, { method: 'POST', contentType: 'application/json', body });
}
