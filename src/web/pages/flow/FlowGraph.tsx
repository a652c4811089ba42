import { useMemo } from 'react';
import type { FlowItem } from '../../../wire/flow.ts';
import { Graph } from '../../parts/Graph.tsx';
import { tally } from '../../read/liveFeed.ts';
import { useActions, usePolicy } from '../../read/queries.ts';
import { useLive } from '../../read/useLive.ts';
import { flowMap } from '../../words/flowMap.ts';

const MINUTES = 15;

/** The way of events: their types, the flow, its outcomes, the actions that follow. Counts are of the last minutes on this page. */
export function FlowGraph({ flow }: { flow: FlowItem }) {
  const { at } = useLive();
  const { data } = usePolicy(flow.name, flow.policy ?? undefined);
  const actions = useActions({ flow: flow.name, limit: 1000 });
  const { nodes, edges } = useMemo(() => {
    const outcomes = tally
      .last(MINUTES * 60, MINUTES * 60)
      .filter((one) => one.flow === flow.name && at >= 0)
      .map(({ outcome, counts }) => ({ outcome, count: counts[0] ?? 0 }));
    return flowMap(flow, { content: data?.content, outcomes, actions: actions.data?.items ?? [] });
  }, [flow, data, actions.data, at]);
  return <Graph label={`The way of events through ${flow.title}`} nodes={nodes} edges={edges} />;
}
