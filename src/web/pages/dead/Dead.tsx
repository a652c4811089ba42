import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Go } from '../../parts/Go.tsx';
import { Loaded, NoneOf } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { useActions, useFlows, useQuarantine } from '../../read/queries.ts';
import { ActionPane } from './ActionPane.tsx';
import { Redrive } from './Redrive.tsx';

function useMarks() {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const mark = (id: string) =>
    setMarked((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])));
  return { marked, mark, clear: () => setMarked(new Set()), all: (ids: readonly string[]) => setMarked(new Set(ids)) };
}

/** What went no further: events that could not be folded, actions that were given up or never sent. */
export function Dead() {
  const { flow, action } = useSearch({ from: '/console/dead' });
  const navigate = useNavigate({ from: '/console/dead' });
  const flows = useFlows();
  return (
    <>
      <h1>Dead letters</h1>
      <div className="filters">
        <label>
          Flow{' '}
          <select
            value={flow ?? ''}
            onChange={(event) => void navigate({ search: event.target.value === '' ? {} : { flow: event.target.value } })}
          >
            <option value="">all</option>
            {(flows.data?.items ?? []).map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      {action !== undefined && <ActionPane id={action} />}
      <Quarantine flow={flow} />
      <Actions flow={flow} state="dead" title="Actions that were given up" />
      <Actions flow={flow} state="not-sent" title="Actions that were never sent" />
    </>
  );
}

function Quarantine({ flow }: { flow: string | undefined }) {
  const query = useQuarantine(flow);
  const { marked, mark, clear, all } = useMarks();
  return (
    <>
      <h2 id="quarantine">Events in quarantine</h2>
      <Loaded query={query}>
        {({ items, more }) =>
          items.length === 0 ? (
            <NoneOf text="No event is in quarantine" command="npx signalbox quarantine list" />
          ) : (
            <>
              <Redrive
                what="events"
                marked={items.flatMap(({ event }) => (marked.has(event) ? [event] : []))}
                filter={flow === undefined ? {} : { flow }}
                onDone={() => [clear(), void query.refetch()]}
              >
                <button type="button" onClick={() => all(items.map(({ event }) => event))}>
                  Mark all {items.length}
                  {more && ' shown'}
                </button>
              </Redrive>
              <ul className="marked-list">
                {items.map(({ event, type, flow: of, reason, acceptedAt }) => (
                  <li key={event}>
                    <input type="checkbox" checked={marked.has(event)} onChange={() => mark(event)} aria-label={`Mark ${event}`} />
                    <div>
                      <Go to={`/console/events/${encodeURIComponent(event)}`}>
                        <Said text={type} charsMax={100} />
                      </Go>{' '}
                      of {of ?? 'no flow'}, <When at={acceptedAt} />: <Said text={reason ?? 'no reason was kept'} charsMax={400} />
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Actions({ flow, state, title }: { flow: string | undefined; state: string; title: string }) {
  const query = useActions({ flow, state });
  const { marked, mark, clear, all } = useMarks();
  return (
    <>
      <h2>{title}</h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <NoneOf text="None" command={`npx signalbox actions list --state ${state}`} />
          ) : (
            <>
              <Redrive
                what="actions"
                marked={items.flatMap(({ id }) => (marked.has(id) ? [id] : []))}
                filter={{ state, ...(flow === undefined ? {} : { flow }) }}
                onDone={() => [clear(), void query.refetch()]}
              >
                <button type="button" onClick={() => all(items.map(({ id }) => id))}>
                  Mark all {items.length}
                </button>
              </Redrive>
              <ul className="marked-list">
                {items.map(({ id, action, flow: of, subject, tries, error, endedAt }) => (
                  <li key={id}>
                    <input type="checkbox" checked={marked.has(id)} onChange={() => mark(id)} aria-label={`Mark ${id}`} />
                    <div>
                      <Go to={`/console/dead?action=${encodeURIComponent(id)}`}>{action}</Go> of {of}, <Said text={subject} charsMax={60} />
                      {endedAt !== null && (
                        <>
                          , <When at={endedAt} />
                        </>
                      )}
                      , tried {tries} times: <Said text={error?.detail ?? 'no webhook was set'} charsMax={400} />
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </>
  );
}
