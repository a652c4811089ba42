import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { StoredEvent } from '../../../wire/event.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Go } from '../../parts/Go.tsx';
import { Id } from '../../parts/Id.tsx';
import { Loaded, Loading } from '../../parts/Loaded.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { useActions, useEvent } from '../../read/queries.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { RUNGS } from '../../words/rungs.ts';
import { STATUS_WORDS } from '../../words/statusWords.ts';
import { WhyNot } from './WhyNot.tsx';

const CausalGraph = lazy(() => import('../../parts/CausalGraph.tsx').then((module) => ({ default: module.CausalGraph })));

/** One event: its receipt, what became of it, and why nothing did. */
export function EventPage() {
  const { event } = useParams({ from: '/console/events/$event' });
  const query = useEvent(event);
  return (
    <Loaded query={query} lines={8} title="Event">
      {(found) => <Shown event={found} />}
    </Loaded>
  );
}

function Shown({ event }: { event: StoredEvent }) {
  const {
    event: id,
    source,
    id: sent,
    status,
    flow,
    subject,
    decisions,
    workflow,
    links,
    note,
    acceptedAt,
    cloudevent,
    adoptions = [],
    adoptedFrom,
  } = event;
  const [graph, setGraph] = useState(false);
  const type = typeof cloudevent?.type === 'string' ? cloudevent.type : 'An event';
  return (
    <article>
      <p className="crumbs">
        {flow === null ? 'No flow' : <Go to={`/console/flows/${encodeURIComponent(flow)}`}>{flow}</Go>}
        {flow !== null && subject !== null && (
          <>
            {' '}
            ·{' '}
            <Go to={`${subjectPath(flow, subject)}?step=${encodeURIComponent(id)}`}>
              <Said text={subject} charsMax={80} />
            </Go>
          </>
        )}
      </p>
      <h1>
        <Said text={type} charsMax={120} />
      </h1>
      <p>
        <strong>{status}</strong>: {STATUS_WORDS[status]}. Accepted <When at={acceptedAt} />, as <Said text={sent} charsMax={120} /> of{' '}
        <Said text={source} charsMax={120} />.
      </p>
      {note !== undefined && (
        <p className="note">
          <Said text={note} lines />
        </p>
      )}
      {links.approval !== undefined && (
        <p className="note">
          A person is asked:{' '}
          <Go to={`/console/inbox?approval=${encodeURIComponent(links.approval.split('/').at(-1) ?? '')}`}>the approval</Go>.
        </p>
      )}
      <h2>Decisions</h2>
      {decisions.length === 0 ? (
        <p className="faint">None{status === 'signalled' ? ' yet: its case works on it' : ''}.</p>
      ) : (
        <ol className="steps-of-event">
          {decisions.map(({ id: decision, outcome, provisional, rung, at, reasons }) => (
            <li key={decision}>
              <Go to={`/console/decisions/${encodeURIComponent(decision)}`} className="plain">
                <Outcome outcome={outcome} provisional={provisional} />
              </Go>{' '}
              by {RUNGS[rung]}, <When at={at} />: <Said text={reasons[0]?.text ?? 'no reason was given'} charsMax={200} />
            </li>
          ))}
        </ol>
      )}
      {workflow?.url != null && (
        <p>
          <a href={workflow.url} rel="noreferrer">
            Its case in Temporal
          </a>
        </p>
      )}
      {links.actions !== undefined && <Followed event={id} />}
      {adoptions.map((adoption) => (
        <p key={adoption}>
          Another flow took it over: <Go to={`/console/events/${encodeURIComponent(adoption)}`}>{adoption}</Go>
        </p>
      ))}
      {adoptedFrom !== undefined && (
        <p>
          Taken over from <Go to={`/console/events/${encodeURIComponent(adoptedFrom)}`}>{adoptedFrom}</Go>
        </p>
      )}
      <details className="causes" open={graph} onToggle={({ currentTarget }) => setGraph(currentTarget.open)}>
        <summary>What caused what</summary>
        {graph && (
          <Suspense fallback={<Loading />}>
            <CausalGraph event={id} />
          </Suspense>
        )}
      </details>
      <WhyNot event={id} />
      <section className="strangers" aria-label="What the sender wrote">
        <h3>
          What was sent <span className="tag">by others</span>
        </h3>
        {cloudevent === null ? <p className="faint">Its body was given up.</p> : <Facts value={cloudevent} />}
      </section>
      <p className="faint">
        <Id id={id} />
      </p>
    </article>
  );
}

function Followed({ event }: { event: string }) {
  const query = useActions({ event });
  return (
    <>
      <h2>Actions</h2>
      <Loaded query={query} lines={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint">None yet.</p>
          ) : (
            <ul>
              {items.map(({ id, action, state, tries, error }) => (
                <li key={id}>
                  <Go to={`/console/dead?action=${encodeURIComponent(id)}`}>{action}</Go>: {state}
                  {tries > 0 && `, tried ${tries} times`}
                  {error !== null && (
                    <>
                      : <Said text={error.detail} charsMax={200} />
                    </>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}
