import { useNavigate, useSearch } from '@tanstack/react-router';
import { DecisionTable } from '../../parts/DecisionTable.tsx';
import { Empty, Loaded } from '../../parts/Loaded.tsx';
import { Views } from '../../parts/Views.tsx';
import { useDecisions, useFlows } from '../../read/queries.ts';

const LIMIT = 100;
/** In place of a cursor. */
const FIRST = 'start';

/** Decisions that fit the filters, which stand in the address: the newest first, or from the first one on. */
export function Decisions() {
  const search = useSearch({ from: '/console/decisions' });
  const navigate = useNavigate({ from: '/console/decisions' });
  const { flow, subject, outcome, after } = search;
  const place = after === undefined ? { last: LIMIT } : { limit: LIMIT, after: after === FIRST ? undefined : after };
  const query = useDecisions({ flow, subject, outcome, ...place });
  const flows = useFlows();
  const set = (name: 'flow' | 'subject' | 'outcome', value: string) =>
    void navigate({ search: ({ after: _, ...before }) => ({ ...before, [name]: value === '' ? undefined : value }), replace: true });
  return (
    <>
      <h1>Decisions</h1>
      <div className="filters">
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
          Subject <input defaultValue={subject ?? ''} maxLength={500} onBlur={(event) => set('subject', event.target.value.trim())} />
        </label>
        <label>
          Outcome <input defaultValue={outcome ?? ''} maxLength={100} onBlur={(event) => set('outcome', event.target.value.trim())} />
        </label>
        <Views />
      </div>
      <Loaded query={query}>
        {({ items, next, more }) =>
          items.length === 0 ? (
            <Empty title={after === undefined ? 'No decision fits' : 'There are no more'} command="npx signalbox decisions list" />
          ) : (
            <>
              <DecisionTable items={after === undefined ? [...items].reverse() : items} />
              <p className="row-tools">
                {after === undefined ? (
                  items.length === LIMIT && (
                    <button type="button" onClick={() => void navigate({ search: (before) => ({ ...before, after: FIRST }) })}>
                      From the first one on
                    </button>
                  )
                ) : (
                  <button type="button" onClick={() => void navigate({ search: ({ after: _, ...rest }) => rest })}>
                    The newest
                  </button>
                )}
                {after !== undefined && more && (
                  <button type="button" onClick={() => void navigate({ search: (before) => ({ ...before, after: next }) })}>
                    The next {LIMIT}
                  </button>
                )}
              </p>
            </>
          )
        }
      </Loaded>
    </>
  );
}
