/**
 * Gives activities the subject that a case may not know. A case of a flow with personal subjects was started with a hash, and passes
 * that on; what its activities write (decisions, approvals, timelines) is found by the subject itself, which Postgres holds.
 */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Flow } from '../domain/flow.ts';
import type { Pool } from '../log/db/database.ts';
import { readCaseSubject } from '../log/settleMail.ts';

interface OfCase {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly subject: string;
}

function isOfCase(input: unknown): input is OfCase {
  if (typeof input !== 'object' || input === null) return false;
  const { tenant, flow, caseId, subject } = input as Record<string, unknown>;
  return [tenant, flow, caseId, subject].every((text) => typeof text === 'string');
}

export function caseSubjects(pool: Pool, flows: readonly Flow[]): ActivityInterceptorsFactory {
  const personal = new Set(flows.filter(({ subjectPersonal }) => subjectPersonal === true).map(({ name }) => name));
  return () => ({
    inbound: {
      async execute({ args: [input, ...more], headers }, next) {
        if (!isOfCase(input) || !personal.has(input.flow)) return next({ args: [input, ...more], headers });
        const subject = await readCaseSubject(pool, input);
        return next({ args: [{ ...input, subject: subject ?? input.subject }, ...more], headers });
      },
    },
  });
}
