/** The API: every route that is not a page. */
import { actionRoutes } from './actionRoutes.ts';
import { approvalRoutes } from './approvals/approvalRoutes.ts';
import { handOnRoutes } from './approvals/handOnRoutes.ts';
import { reviewRoutes } from './approvals/reviewRoutes.ts';
import { brokerRoutes } from './brokerRoutes.ts';
import { causeRoutes } from './causeRoutes.ts';
import { decisionRoutes } from './decisionRoutes.ts';
import { eventRoutes } from './eventRoutes.ts';
import { flowMapRoutes } from './flowMapRoutes.ts';
import { flowRoutes } from './flowRoutes.ts';
import { openCaseRoutes } from './openCaseRoutes.ts';
import { operationRoutes } from './operationRoutes.ts';
import { overTimeRoutes } from './overTimeRoutes.ts';
import { policyDiffRoutes } from './policyDiffRoutes.ts';
import { policyRoutes } from './policyRoutes.ts';
import { postEventsRoute } from './postEvents.ts';
import { previewRoutes } from './previewRoutes.ts';
import { qualityRoutes } from './qualityRoutes.ts';
import { quarantineRoutes } from './quarantineRoutes.ts';
import { receiverRoutes } from './receiverRoutes.ts';
import type { Route } from './route.ts';
import { searchRoutes } from './searchRoutes.ts';
import { sessionRoutes } from './sessionRoutes.ts';
import { slowCaseRoutes } from './slowCaseRoutes.ts';
import { streamRoutes } from './streamRoutes.ts';
import { watchRoutes } from './watchRoutes.ts';
import { webhookAdminRoutes } from './webhookAdminRoutes.ts';
import { webhookRoute } from './webhookRoutes.ts';
import { whyRoutes } from './whyRoutes.ts';

export const API_ROUTES: readonly Route[] = [
  ...[postEventsRoute, ...eventRoutes, ...causeRoutes, ...quarantineRoutes],
  ...[...decisionRoutes, ...whyRoutes],
  ...[
    ...flowRoutes,
    ...overTimeRoutes,
    ...flowMapRoutes,
    ...slowCaseRoutes,
    ...openCaseRoutes,
    ...watchRoutes,
    ...policyRoutes,
    ...policyDiffRoutes,
    ...qualityRoutes,
  ],
  ...[...approvalRoutes, ...reviewRoutes, ...handOnRoutes],
  ...[...actionRoutes, ...receiverRoutes, ...previewRoutes],
  ...[webhookRoute, ...webhookAdminRoutes, ...brokerRoutes],
  ...[...streamRoutes, ...searchRoutes, ...sessionRoutes, ...operationRoutes],
];
