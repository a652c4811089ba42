import { useMemo } from 'react';
import type { FlowMap as Drawn } from '../../../wire/flowMap.ts';
import { Graph } from '../../parts/Graph.tsx';
import { Empty, Loaded } from '../../parts/Loaded.tsx';
import { useFlowMap } from '../../read/queries.ts';
import { count } from '../../words/numbers.ts';
import { minutesOf, RANGES, type RangeName } from '../../words/ranges.ts';

/** The way of events: their types, the flows that take them, what these decide, what follows. Of one flow, or of all. */
export function FlowMap({ flow, range }: { flow?: string; range: RangeName }) {
  const query = useFlowMap({ flow, minutes: minutesOf(range) });
  return (
    <Loaded query={query} lines={8}>
      {(found) => (
        <Shown found={found} label={`The way of events${flow === undefined ? '' : ` through ${flow}`}, ${RANGES[range].title}`} />
      )}
    </Loaded>
  );
}

const KINDS: Readonly<Record<Drawn['nodes'][number]['kind'], string>> = {
  type: 'event',
  flow: 'flow',
  outcome: 'outcome',
  action: 'action',
};

function edgeText({ count: taken, failed }: Drawn['edges'][number]): string {
  const parts = [taken > 0 ? count(taken) : '', failed > 0 ? `${count(failed)} not done` : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function Shown({ found, label }: { found: Drawn; label: string }) {
  const { nodes, edges, behind } = found;
  const drawn = useMemo(
    () => ({
      nodes: nodes.map(({ id, kind, flow, title }) => ({
        id,
        title,
        kind: kind === 'type' && flow !== null ? 'its own event' : KINDS[kind],
      })),
      edges: edges.map((edge) => ({ from: edge.from, to: edge.to, text: edgeText(edge) })),
    }),
    [nodes, edges],
  );
  if (nodes.length === 0) return <Empty title="No flow is here" command="npx signalbox flow list" />;
  return (
    <>
      {behind > 0 && <p className="stale">{count(behind)} entries have not been counted yet.</p>}
      {edges.every((edge) => edge.count === 0) && (
        <p className="faint">Nothing came in this time; this is the way that events would take.</p>
      )}
      <Graph label={label} nodes={drawn.nodes} edges={drawn.edges} />
    </>
  );
}
