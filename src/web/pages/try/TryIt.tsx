import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty, Loaded } from '../../parts/Loaded.tsx';
import { useMay } from '../../parts/useMay.ts';
import { useFlows } from '../../read/queries.ts';
import type { Schema } from '../../words/sampleOf.ts';
import { EventForm } from './EventForm.tsx';

/** Sends an event of a flow's own schema and follows what becomes of it. */
export function TryIt() {
  const search = useSearch({ from: '/console/try' });
  const navigate = useNavigate({ from: '/console/try' });
  const flows = useFlows();
  const maySend = useMay('events:write');
  return (
    <>
      <h1>Try it</h1>
      <Loaded query={flows}>
        {({ items }) => {
          const flow = items.find(({ name }) => name === search.flow) ?? items[0];
          if (!maySend)
            return <Empty title="Your key may not send events" command="npx signalbox keys create me --scopes events:write,read" />;
          if (flow === undefined)
            return <Empty title="No flow is here" command="npx signalbox flow new visits --type visit.asked --subject visitId" />;
          const types = Object.entries(flow.types).filter(([name]) => !flow.own.includes(name));
          const [type, schema] = types.find(([name]) => name === search.type) ?? types[0] ?? [];
          return (
            <>
              <div className="filters">
                <label>
                  Flow{' '}
                  <select value={flow.name} onChange={(event) => void navigate({ search: { flow: event.target.value } })}>
                    {items.map(({ name, title }) => (
                      <option key={name} value={name}>
                        {title}
                      </option>
                    ))}
                  </select>
                </label>
                <label>
                  Event{' '}
                  <select value={type} onChange={(event) => void navigate({ search: { flow: flow.name, type: event.target.value } })}>
                    {types.map(([name]) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                </label>
              </div>
              {type !== undefined && <EventForm key={`${flow.name} ${type}`} type={type} schema={schema as Schema} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
