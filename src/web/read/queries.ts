/** What the pages ask the API, each under the name by which it is kept. */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ActionDetail, ActionItem } from '../../wire/action.ts';
import type { Approval } from '../../wire/approval.ts';
import type { Causes } from '../../wire/causes.ts';
import type { DecisionDetail, DecisionItem } from '../../wire/decision.ts';
import type { QuarantinedEvent, StoredEvent } from '../../wire/event.ts';
import type { FlowItem } from '../../wire/flow.ts';
import type { FlowMap } from '../../wire/flowMap.ts';
import type { Page } from '../../wire/list.ts';
import type { OpenCase } from '../../wire/openCase.ts';
import type { OutcomesOverTime } from '../../wire/overTime.ts';
import type { ActivatedPolicy, PolicyDiff, StoredPolicy } from '../../wire/policy.ts';
import type { QualityReport } from '../../wire/quality.ts';
import type { Ready } from '../../wire/ready.ts';
import type { SlowCases } from '../../wire/slowCase.ts';
import type { WatchItem } from '../../wire/watch.ts';
import type { WhyNot } from '../../wire/whyNot.ts';
import type { Found } from '../words/found.ts';
import { ask, queryText } from './call.ts';

type Parameters = Readonly<Record<string, string | number | undefined>>;

function useAsk<Answer>(
  path: string,
  parameters: Parameters = {},
  options: { every?: number; enabled?: boolean } = {},
): UseQueryResult<Answer> {
  const address = `${path}${queryText(parameters)}`;
  return useQuery({
    queryKey: [path, address],
    queryFn: () => ask<Answer>(address),
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
    enabled: options.enabled ?? true,
    placeholderData: (previous, query) => (query?.queryKey[0] === path ? keepPreviousData(previous) : undefined),
  });
}

const part = encodeURIComponent;

export const useReady = () => useAsk<Ready>('/readyz', {}, { every: 5000 });
export const useFlows = () => useAsk<Page<FlowItem>>('/v1/flows', {}, { every: 5000 });
export const useFlow = (flow: string) => useAsk<FlowItem>(`/v1/flows/${part(flow)}`, {}, { every: 5000 });
export const useApprovals = (parameters: { state?: string; flow?: string; handed?: string; after?: string }) =>
  useAsk<Page<Approval>>('/v1/approvals', { limit: 200, ...parameters }, { every: 5000 });
export const useDecision = (decision: string) => useAsk<DecisionDetail>(`/v1/decisions/${part(decision)}`, {}, { every: 10_000 });
export const useDecisions = (parameters: Parameters) => useAsk<Page<DecisionItem>>('/v1/decisions', parameters);
export const useEvent = (event: string) => useAsk<StoredEvent>(`/v1/events/${part(event)}`, {}, { every: 5000 });
export const useQuarantine = (flow: string | undefined) =>
  useAsk<Page<QuarantinedEvent>>('/v1/quarantine', { flow, limit: 100 }, { every: 10_000 });
export const useActions = (parameters: Parameters) =>
  useAsk<Page<ActionItem>>('/v1/actions', { limit: 100, ...parameters }, { every: 10_000 });
export const useAction = (action: string) => useAsk<ActionDetail>(`/v1/actions/${part(action)}`);
export const useWatches = (parameters: Parameters) =>
  useAsk<Page<WatchItem>>('/v1/watches', { limit: 100, ...parameters }, { every: 10_000 });
export const useQuality = (flow: string, by: string) => useAsk<QualityReport>(`/v1/flows/${part(flow)}/quality`, { by });
export const usePolicies = (flow: string) => useAsk<Page<ActivatedPolicy>>(`/v1/flows/${part(flow)}/policies`, { limit: 100 });
export const usePolicy = (flow: string, version: string | undefined) =>
  useAsk<StoredPolicy>(`/v1/flows/${part(flow)}/policies/${part(version ?? 'active')}`, {}, { enabled: version !== undefined });
export const usePolicyDiff = (flow: string, version: string, against: string | undefined) =>
  useAsk<PolicyDiff>(`/v1/flows/${part(flow)}/policies/${part(version)}/diff`, { against });
export const useWhyNot = (event: string, outcome: string | undefined) => useAsk<WhyNot>(`/v1/events/${part(event)}/why-not`, { outcome });
export const useCases = (parameters: Parameters) => useAsk<Page<OpenCase>>('/v1/cases', { limit: 100, ...parameters }, { every: 10_000 });
export const useFound = (parameters: Parameters, enabled: boolean) => useAsk<Page<Found>>('/v1/search', parameters, { enabled });
export const useOutcomes = (flow: string, parameters: Parameters) =>
  useAsk<OutcomesOverTime>(`/v1/flows/${part(flow)}/outcomes`, parameters, { every: 5000 });
export const useSlowCases = (flow: string, parameters: Parameters) =>
  useAsk<SlowCases>(`/v1/flows/${part(flow)}/slow-cases`, parameters, { every: 10_000 });
export const useFlowMap = (parameters: Parameters) => useAsk<FlowMap>('/v1/flow-map', parameters, { every: 5000 });
export const useCauses = (event: string) => useAsk<Causes>(`/v1/events/${part(event)}/graph`, {}, { every: 10_000 });
