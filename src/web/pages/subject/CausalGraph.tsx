import { useMemo } from 'react';
import { Graph } from '../../parts/Graph.tsx';
import { causesOf } from '../../words/causes.ts';
import type { Step } from '../../words/timelineRows.ts';
import { StepPane } from './StepPane.tsx';

interface CausalGraphProps {
  readonly steps: readonly Step[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

export function CausalGraph({ steps, chosen, onChoose }: CausalGraphProps) {
  const graph = useMemo(() => causesOf(steps), [steps]);
  const step = steps.find(({ id }) => id === chosen);
  return (
    <>
      {graph.leftOut > 0 && <p className="faint">The last {graph.nodes.length} of them; the timeline has all.</p>}
      <Graph
        label="What caused what"
        nodes={graph.nodes}
        edges={graph.edges.map(([from, to]) => ({ from, to, text: '' }))}
        chosen={chosen}
        onChoose={onChoose}
      />
      {step !== undefined && <StepPane step={step} onBack={() => undefined} />}
    </>
  );
}
