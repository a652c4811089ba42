import { useMemo, useState } from 'react';
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
  // whatever is clicked, the story that is looked at stays
  const [around] = useState(chosen);
  const graph = useMemo(() => causesOf(steps, around), [steps, around]);
  const step = steps.find(({ id }) => id === chosen);
  return (
    <>
      <p className="faint">
        {around === undefined ? 'Around the newest entry; choose another on the timeline first.' : 'Around the entry that was chosen.'}
        {graph.leftOut > 0 && ` The last ${graph.nodes.length} of its story.`}
      </p>
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
