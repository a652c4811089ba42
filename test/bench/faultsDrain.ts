/** Waits until the stack is whole again, and until nothing waits any more. */
import pg from 'pg';
import { until } from '../../src/local/until.ts';
import type { Approval } from '../../src/wire/approval.ts';
import type { Ready } from '../../src/wire/ready.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { openService } from '../support/service.ts';
import type { TestStack } from '../support/stack.ts';

const DRAIN_MS = 900_000;
const PROCESSES = ['postgres', 'temporal', 'ingress', 'worker'];

/**
 * Seconds until all four run, the service says that it is whole, and a doubtful payment goes all the way to its final decision. It is answered
 * here as soon as it is asked about: the reviewer has hundreds of older questions before it, and how long people take is no part of health.
 */
export async function untilHealthy(stack: TestStack, timeoutMs: number): Promise<number> {
  const startedMs = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const service = openService(stack.url);
  await until(async () => {
    const { processes } = await stack.run();
    const ready = await service.get<Ready>('/readyz');
    return PROCESSES.every((name) => processes[name] !== undefined) && ready.database.ok && ready.temporal.ok && ready.worker.ok;
  }, signal);
  const id = `probe-${Date.now()}`;
  const probe = doubtfulPayment({ id, card: id });
  await until(async () => {
    const { status, links } = (await service.post(probe)).receipt;
    if (status !== 'decided' && links.approval !== undefined) {
      const { id: approval } = await service.get<Approval>(links.approval);
      await service.giveVerdict(approval, 'approve', 'the probe');
    }
    return status === 'decided';
  }, signal);
  return (performance.now() - startedMs) / 1000;
}

/** Until every event has its end and every action too; seconds. */
export async function drain(stack: TestStack): Promise<number> {
  const startedMs = performance.now();
  const client = new pg.Client({ connectionString: (await stack.run()).database ?? '' });
  await client.connect();
  try {
    await until(async () => {
      const { rows } = await client.query<{ open: number }>(
        "select (select count(*) from entries where ending = 'waiting')::int + (select count(*) from actions where state = 'planned')::int as open",
      );
      return rows[0]?.open === 0;
    }, AbortSignal.timeout(DRAIN_MS));
  } finally {
    await client.end();
  }
  return (performance.now() - startedMs) / 1000;
}
