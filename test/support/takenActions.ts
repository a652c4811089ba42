/** Actions of a flow whose reflex decides, planned as its case plans them and ended as said. */
import { endAction } from '../../src/actions/endAction.ts';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { Appender } from '../../src/log/append.ts';
import type { AcceptedEvent, Arrival } from '../../src/log/arrival.ts';
import type { Pool } from '../../src/log/db/database.ts';
import type { Notifier } from '../../src/log/db/notify.ts';
import { Policies } from '../../src/log/policies.ts';

const policies = new Policies();

export async function acceptAndAct(
  { pool, notifier }: { readonly pool: Pool; readonly notifier: Notifier },
  flow: Flow,
  sent: Arrival,
  ends: Readonly<Record<string, 'done' | 'dead'>>,
): Promise<AcceptedEvent> {
  const appender = new Appender({ pool, context: { tenant: 'default', log: flow.name, flow, policies }, mailed: () => undefined });
  const [accepted] = await appender.append([sent]);
  await appender.close();
  if (accepted?.result !== 'accepted') throw new Error(`Cannot go on as the event was not accepted: ${JSON.stringify(accepted)}`);
  const { position, caseId, subject } = accepted;
  const key = { tenant: 'default', flow: flow.name, caseId: caseId ?? '', subject: subject ?? '' };
  await recordEndings({ pool, notifier, flows: [flow], policies, announces: false }, key, [{ position, ending: 'case' }]);
  for (const [action, state] of Object.entries(ends)) {
    const error = state === 'done' ? null : { code: 'receiver-refused' as const, said: 'it answered 500' };
    await endAction(pool, { ...key, eventPosition: position, action }, { state, error });
  }
  return accepted;
}
