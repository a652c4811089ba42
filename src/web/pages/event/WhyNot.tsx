import { useState } from 'react';
import type { FlowWhy } from '../../../wire/whyNot.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Failed, Loaded } from '../../parts/Loaded.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { Refusal } from '../../read/call.ts';
import { useWhyNot } from '../../read/queries.ts';
import { RUNGS } from '../../words/rungs.ts';
import { conditionsOf, type OutcomeWhy } from '../../words/whyNot.ts';

/** For each flow and rung the first condition that did not hold: the value seen, the value needed. */
export function WhyNot({ event }: { event: string }) {
  const [outcome, setOutcome] = useState<string | undefined>(undefined);
  const query = useWhyNot(event, undefined);
  // an ingress that is older has no such route
  if (query.error instanceof Refusal && query.error.problem.status === 404) return null;
  return (
    <>
      <h2>Why not otherwise</h2>
      {query.isError && query.data === undefined ? (
        <Failed error={query.error} again={() => void query.refetch()} />
      ) : (
        <Loaded query={query}>
          {({ text, flows }) => (
            <>
              <p>
                <Said text={text} lines />
              </p>
              <Pick flows={flows} outcome={outcome} onPick={setOutcome} />
              <Flows flows={flows} said={text} outcome={outcome} />
            </>
          )}
        </Loaded>
      )}
    </>
  );
}

interface PickProps {
  readonly flows: readonly FlowWhy[];
  readonly outcome: string | undefined;
  readonly onPick: (outcome: string | undefined) => void;
}

function Pick({ flows, outcome, onPick }: PickProps) {
  const names = [...new Set(flows.flatMap(({ outcomes }) => outcomes.filter(({ happened }) => !happened).map((one) => one.outcome)))];
  if (names.length < 2) return null;
  return (
    <div className="filters">
      <label>
        Why not{' '}
        <select value={outcome ?? ''} onChange={(changed) => onPick(changed.target.value === '' ? undefined : changed.target.value)}>
          <option value="">any other</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Flows that do not take such an event are folded away where another does. */
function Flows({ flows, said, outcome }: { flows: readonly FlowWhy[]; said: string; outcome: string | undefined }) {
  const takers = flows.filter(({ takes }) => takes);
  const others = flows.filter(({ takes }) => !takes);
  const section = (flow: FlowWhy) => <FlowSection key={flow.flow} flow={flow} said={said} outcome={outcome} />;
  return (
    <>
      {takers.map(section)}
      {takers.length === 0
        ? others.map(section)
        : others.length > 0 && (
            <details>
              <summary>{others.length === 1 ? 'One flow does' : `${others.length} flows do`} not take it</summary>
              {others.map(section)}
            </details>
          )}
    </>
  );
}

interface FlowSectionProps {
  readonly flow: FlowWhy;
  /** Stands above already. */
  readonly said: string;
  readonly outcome: string | undefined;
}

function FlowSection({ flow: { flow, text, outcomes, flip }, said, outcome }: FlowSectionProps) {
  const shown = outcomes.filter((one) => !one.happened && (outcome === undefined || one.outcome === outcome));
  return (
    <section aria-label={flow}>
      <h3>{flow}</h3>
      {text !== said && (
        <p>
          <Said text={text} lines />
        </p>
      )}
      {flip !== null && (
        <p className="note">
          <Said text={flip.text} lines />
        </p>
      )}
      {shown.map((one) => (
        <Conditions key={one.outcome} why={one} open={outcome !== undefined} />
      ))}
    </section>
  );
}

const HOLDS = { true: '✓ yes', false: '✕ no', null: '· not known' } as const;

function Conditions({ why, open }: { why: OutcomeWhy; open: boolean }) {
  const conditions = conditionsOf(why);
  return (
    <details open={open}>
      <summary>
        <Outcome outcome={why.outcome} /> <Said text={why.text} charsMax={300} cut />
      </summary>
      {conditions.length > 0 && (
        <Table label={`What ${why.outcome} wants`} columns={['Holds', 'By', 'Condition', 'Seen', 'Needed']}>
          {conditions.map(({ rung, name, text, seen, needed, met, isFirst }) => (
            <tr key={`${rung} ${name}`} className={isFirst ? 'first-false' : ''}>
              <td>{HOLDS[`${met}`]}</td>
              <td>{RUNGS[rung as keyof typeof RUNGS] ?? rung}</td>
              <td className="prose">
                <Said text={text} charsMax={300} />
              </td>
              <td>
                <Facts value={seen} />
              </td>
              <td>
                <Said text={needed} charsMax={300} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </details>
  );
}
