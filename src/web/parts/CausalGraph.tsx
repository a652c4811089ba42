import { useNavigate } from '@tanstack/react-router';
import type { Causes } from '../../wire/causes.ts';
import { useCauses } from '../read/queries.ts';
import { pathOfId, subjectPath } from '../words/pathOfId.ts';
import { Go } from './Go.tsx';
import { Graph } from './Graph.tsx';
import { Loaded } from './Loaded.tsx';
import { Said } from './Said.tsx';
import { TemporalRun } from './TemporalRun.tsx';

/** What led to an event, and what followed from it: its case, calls, decisions, actions, and events of other flows too. */
export function CausalGraph({ event }: { event: string }) {
  const query = useCauses(event);
  return (
    <Loaded query={query} lines={8}>
      {(found) => <Shown found={found} />}
    </Loaded>
  );
}

const pathOfNode = ({ id, kind, flow, subject }: Causes['nodes'][number]): string | null =>
  (kind === 'case' ? null : pathOfId(id)) ?? (flow !== null && subject !== null ? subjectPath(flow, subject) : null);

function Shown({ found }: { found: Causes }) {
  const { event, nodes, edges, cut } = found;
  const navigate = useNavigate();
  const go = (id: string) => {
    const node = nodes.find((one) => one.id === id);
    const path = node === undefined ? null : pathOfNode(node);
    if (path !== null) void navigate({ href: path });
  };
  const cases = nodes.filter(({ kind }) => kind === 'case');
  return (
    <>
      {(cut.depth || cut.nodes) && (
        <p className="stale">
          {cut.nodes ? 'There is more than is shown' : 'More followed behind the last events'}:{' '}
          <code>npx signalbox events graph {event}</code> shows more with <code>{cut.nodes ? '--nodes' : '--depth'}</code>.
        </p>
      )}
      {nodes.length === 1 && <p className="faint">Nothing is known to have caused it, and nothing has followed.</p>}
      <Graph label="What caused what" nodes={nodes} edges={edges} chosen={event} onChoose={go} />
      {cases.length > 0 && (
        <ul>
          {cases.map(({ id, flow, subject, url }) => (
            <li key={id}>
              The case of <Said text={subject ?? ''} charsMax={60} /> in {flow}:{' '}
              <Go to={subjectPath(flow ?? '', subject ?? '')}>all that happened</Go>, <TemporalRun run={{ id, run: null, url }} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
