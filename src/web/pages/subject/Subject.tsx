import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { Timeline } from '../../../wire/flow.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Go } from '../../parts/Go.tsx';
import { Loaded, Loading } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { STEPS_MAX, useTimeline } from '../../read/useTimeline.ts';
import { eventOfStep } from '../../words/eventOfStep.ts';
import { count } from '../../words/numbers.ts';
import { rowsOf, waitsFor } from '../../words/timelineRows.ts';
import { StepPane } from './StepPane.tsx';
import { Steps } from './Steps.tsx';

const CausalGraph = lazy(() => import('../../parts/CausalGraph.tsx').then((module) => ({ default: module.CausalGraph })));

/** All that happened to one subject, in one timeline. */
export function Subject() {
  const { flow, subject } = useParams({ from: '/console/flows/$flow/subjects/$subject' });
  const query = useTimeline(flow, subject);
  return (
    <>
      <p className="crumbs">
        <Go to={`/console/flows/${encodeURIComponent(flow)}`}>{flow}</Go>
      </p>
      <h1>
        <Said text={subject} charsMax={200} />
      </h1>
      <Loaded query={query} lines={10}>
        {(timeline) => <Shown timeline={timeline} />}
      </Loaded>
    </>
  );
}

function Shown({ timeline }: { timeline: Timeline }) {
  const { items, workflow, state } = timeline;
  const { step, view } = useSearch({ from: '/console/flows/$flow/subjects/$subject' });
  const navigate = useNavigate({ from: '/console/flows/$flow/subjects/$subject' });
  const rows = useMemo(() => rowsOf(items), [items]);
  const waiting = useMemo(() => waitsFor(items), [items]);
  const choose = (id: string) => void navigate({ search: (before) => ({ ...before, step: id }), replace: true });
  const chosen = items.find(({ id }) => id === step);
  const graph = view === 'graph';
  const about = chosen ?? items.findLast(({ kind }) => kind === 'event');
  const around = about === undefined ? undefined : eventOfStep(about);
  return (
    <>
      <p>
        {count(items.length)} entries{items.length >= STEPS_MAX && ' (the first ones; the API has the rest)'}.{' '}
        {waiting !== null && (
          <strong>
            Waits for a person; without an answer it is decided
            {waiting.until !== null && (
              <>
                {' '}
                <When at={waiting.until} />
              </>
            )}
            : {waiting.otherwise}.{' '}
          </strong>
        )}
        {workflow?.url != null && (
          <a href={workflow.url} rel="noreferrer">
            Its run in Temporal
          </a>
        )}
      </p>
      <fieldset className="row-tools bare">
        <legend className="unseen">Show as</legend>
        <button type="button" aria-pressed={!graph} onClick={() => void navigate({ search: ({ view: _, ...rest }) => rest })}>
          Timeline
        </button>
        <button type="button" aria-pressed={graph} onClick={() => void navigate({ search: (before) => ({ ...before, view: 'graph' }) })}>
          What caused what
        </button>
      </fieldset>
      {graph ? (
        <Suspense fallback={<Loading />}>
          {around === undefined ? (
            <p className="faint">No event of this subject is here.</p>
          ) : (
            <>
              <p className="faint">
                Around <code>{around}</code>
                {chosen === undefined && ', the newest event; choose an entry of the timeline for another'}.
              </p>
              <CausalGraph event={around} />
            </>
          )}
        </Suspense>
      ) : (
        <div className={chosen === undefined ? 'panes' : 'panes chosen'}>
          <Steps rows={rows} chosen={step} onChoose={choose} />
          {chosen === undefined ? (
            <p className="faint pane-hint">Choose an entry to see all of it.</p>
          ) : (
            <StepPane step={chosen} onBack={() => void navigate({ search: ({ step: _, ...rest }) => rest })} />
          )}
        </div>
      )}
      <details>
        <summary>What the flow remembers of it</summary>
        <Facts value={state} />
      </details>
    </>
  );
}
