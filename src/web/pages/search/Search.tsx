import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Go } from '../../parts/Go.tsx';
import { Empty, Failed, Loaded } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { Views } from '../../parts/Views.tsx';
import { Refusal } from '../../read/call.ts';
import { useFlows, useFound } from '../../read/queries.ts';
import { pathOfId } from '../../words/pathOfId.ts';
import { FoundTable } from './FoundTable.tsx';

const KINDS = ['event', 'decision', 'approval', 'subject', 'action'] as const;
const CHARS_MIN = 3;
const LIMIT = 50;

/** A day as the reader's own zone has it. */
const instant = (day: string | undefined, end: boolean): string | undefined =>
  day === undefined || Number.isNaN(Date.parse(day))
    ? undefined
    : new Date(Date.parse(`${day}T00:00:00`) + (end ? 86_400_000 : 0)).toISOString();

/** One field over ids, subjects, types, reasons and outcomes; every filter stands in the address. */
export function Search() {
  const search = useSearch({ from: '/console/search' });
  const navigate = useNavigate({ from: '/console/search' });
  const { q = '', kind, flow, from, to, after } = search;
  const path = pathOfId(q);
  const enough = q.trim().length >= CHARS_MIN;
  const filtered = [kind, flow, from, to].some((one) => one !== undefined);
  const filters = { q, kind, flow, from: instant(from, false), to: instant(to, true), after, limit: LIMIT };
  const query = useFound(filters, enough && path === null);
  const flows = useFlows();
  useEffect(() => {
    if (q === '') document.getElementById('search')?.focus();
    if (path !== null) void navigate({ href: path, replace: true });
  }, [path, q, navigate]);
  const set = (name: 'kind' | 'flow' | 'from' | 'to', value: string) =>
    void navigate({ search: ({ after: _, ...before }) => ({ ...before, [name]: value === '' ? undefined : value }), replace: true });
  return (
    <>
      <h1>Search</h1>
      <div className="filters">
        <label>
          Kind{' '}
          <select value={kind ?? ''} onChange={(event) => set('kind', event.target.value)}>
            <option value="">all</option>
            {KINDS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          Flow{' '}
          <select value={flow ?? ''} onChange={(event) => set('flow', event.target.value)}>
            <option value="">all</option>
            {(flows.data?.items ?? []).map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          From <input type="date" value={from ?? ''} onChange={(event) => set('from', event.target.value)} />
        </label>
        <label>
          To <input type="date" value={to ?? ''} onChange={(event) => set('to', event.target.value)} />
        </label>
        <Views />
      </div>
      <p className="row-tools">
        <Go to="/console/stuck">Stuck or retrying now</Go> <Go to="/console/dead">Dead letters</Go>{' '}
        <Go to="/console/inbox">Waiting for a person</Go>
      </p>
      {!enough ? (
        <Empty title={q === '' ? 'Write what you look for above' : `At least ${CHARS_MIN} characters`}>
          <p>Any part of an id, a subject, a type, a reason or an outcome. A whole id of ours opens its page at once.</p>
        </Empty>
      ) : query.error instanceof Refusal && query.error.problem.status === 404 ? (
        <Empty title="This ingress cannot search" command="npx signalbox events list --id p-1">
          <p>A whole id of ours opens its page; decisions are filtered by flow, subject and outcome.</p>
        </Empty>
      ) : query.isError && query.data === undefined ? (
        <Failed error={query.error} again={() => void query.refetch()} />
      ) : (
        <Loaded query={query}>
          {({ items, next, more }) =>
            items.length === 0 ? (
              <Empty title="Nothing is found">
                <p>
                  No id, subject, type, reason or outcome holds “<Said text={q} charsMax={60} />”{filtered ? ' within these filters' : ''}.
                  New events are found after a second or two.
                </p>
              </Empty>
            ) : (
              <>
                <FoundTable items={items} />
                {more && (
                  <p className="row-tools">
                    <button type="button" onClick={() => void navigate({ search: (before) => ({ ...before, after: next }) })}>
                      The next {LIMIT}
                    </button>
                  </p>
                )}
              </>
            )
          }
        </Loaded>
      )}
    </>
  );
}
