import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useKeys } from '../../keys/useKeys.ts';
import { Empty, Loaded } from '../../parts/Loaded.tsx';
import { useMe } from '../../parts/useMe.ts';
import { onApprovals } from '../../read/liveFeed.ts';
import { useApprovals, useFlows } from '../../read/queries.ts';
import { inOrder } from '../../words/inboxOrder.ts';
import { ApprovalPane } from './ApprovalPane.tsx';
import { Bulk } from './Bulk.tsx';
import { InboxList } from './InboxList.tsx';

const STATES = ['open', 'decided', 'expired', 'all'] as const;

function useFreshApprovals(): void {
  const client = useQueryClient();
  useEffect(() => onApprovals(() => void client.invalidateQueries({ queryKey: ['/v1/approvals'] })), [client]);
}

export function Inbox() {
  const search = useSearch({ from: '/console/inbox' });
  const { flow, state = 'open', handed, approval } = search;
  const navigate = useNavigate({ from: '/console/inbox' });
  const query = useApprovals({ state, ...(flow === undefined ? {} : { flow }), ...(handed === undefined ? {} : { handed }) });
  const me = useMe().data ?? null;
  const flows = useFlows();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  useFreshApprovals();
  const items = inOrder(query.data?.items ?? []);
  const at = items.findIndex(({ id }) => id === approval);
  const choose = (id: string | undefined) =>
    void navigate({ search: ({ approval: _, ...rest }) => (id === undefined ? rest : { ...rest, approval: id }), replace: true });
  const mark = (id: string) =>
    setMarked((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])));
  const step = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, at < 0 ? 0 : at + by))];
    if (next !== undefined) choose(next.id);
  };
  useKeys({ next: () => step(1), previous: () => step(-1), mark: () => approval !== undefined && mark(approval) });
  /** The next one is there as soon as one is done. */
  const done = (id: string) => {
    const rest = items.filter((one) => one.id !== id);
    choose((rest[Math.max(0, at)] ?? rest.at(-1))?.id);
    setMarked((before) => new Set([...before].filter((one) => one !== id)));
    void query.refetch();
  };
  return (
    <>
      <h1>Inbox</h1>
      <div className="filters">
        <label>
          State{' '}
          <select value={state} onChange={(event) => void navigate({ search: (before) => ({ ...before, state: event.target.value }) })}>
            {STATES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          Flow{' '}
          <select
            value={flow ?? ''}
            onChange={(event) =>
              void navigate({
                search: ({ flow: _, ...rest }) => (event.target.value === '' ? rest : { ...rest, flow: event.target.value }),
              })
            }
          >
            <option value="">all</option>
            {(flows.data?.items ?? []).map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {me?.auth === 'keys' && (
          <label>
            <input
              type="checkbox"
              checked={handed !== undefined}
              onChange={({ target }) =>
                void navigate({ search: ({ handed: _, ...rest }) => (target.checked ? { ...rest, handed: 'me' } : rest) })
              }
            />{' '}
            Handed on to me
          </label>
        )}
        <Bulk marked={items.filter(({ id }) => marked.has(id))} onDone={() => [setMarked(new Set()), void query.refetch()]} />
      </div>
      <Loaded query={query}>
        {({ more }) =>
          items.length === 0 && approval === undefined ? (
            <Nothing state={state} handed={handed !== undefined} />
          ) : (
            <div className={approval === undefined ? 'panes' : 'panes chosen'}>
              <InboxList items={items} more={more} chosen={approval} marked={marked} onChoose={choose} onMark={mark} />
              {approval === undefined ? (
                <p className="faint pane-hint">
                  Choose one, or press <kbd>j</kbd> for the first.
                </p>
              ) : (
                <ApprovalPane key={approval} id={approval} onDone={done} onBack={() => choose(undefined)} />
              )}
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function Nothing({ state, handed }: { state: string; handed: boolean }) {
  if (handed) return <Empty title="Nothing was handed on to you" />;
  if (state !== 'open') return <Empty title={`No approval is ${state}`} />;
  return (
    <Empty
      title="Nothing waits for a person"
      command={`npx signalbox events send --type payment.attempted --data '{"paymentId":"p-2","cardId":"c-1","terminalId":"t-1","amount":900,"currency":"EUR"}'`}
    >
      <p>A payment that the policy doubts comes here:</p>
    </Empty>
  );
}
