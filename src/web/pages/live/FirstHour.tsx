import type { FlowItem } from '../../../wire/flow.ts';
import { Go } from '../../parts/Go.tsx';
import { Command } from '../../parts/Loaded.tsx';

const EVENT = `{"specversion":"1.0","id":"p-1","source":"/try","type":"payment.attempted","data":{"paymentId":"p-1","cardId":"c-1","terminalId":"t-1","amount":24.5,"currency":"EUR"}}`;

/** Nothing was sent yet: how to send the first event, and where what becomes of it is seen. */
export function FirstHour({ flows }: { flows: readonly FlowItem[] }) {
  return (
    <div className="state empty first-hour">
      <h2>No event has come yet</h2>
      <p>
        Signalbox takes business events and answers each with a decision. This page shows them as they come. Send one from{' '}
        <Go to="/console/try">Try it</Go>, or by hand:
      </p>
      <Command
        text={`curl -sS ${location.origin}/v1/events \\\n  -H 'content-type: application/cloudevents+json' -H 'prefer: wait=5' \\\n  -d '${EVENT}'`}
      />
      <p>
        A payment of 900 EUR instead goes to a person: it waits in the <Go to="/console/inbox">Inbox</Go>.
      </p>
      <h3>Flows that are here</h3>
      <ul>
        {flows.map(({ name, title, types }) => (
          <li key={name}>
            <Go to={`/console/flows/${encodeURIComponent(name)}`}>{title}</Go>: {Object.keys(types).join(', ')}
          </li>
        ))}
      </ul>
      <p>
        <a href="/docs">The reference</a> says what each route takes and answers (<a href="/openapi.json">OpenAPI</a>).
      </p>
    </div>
  );
}
