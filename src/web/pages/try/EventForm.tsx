import { type FormEvent, useState } from 'react';
import type { Receipt } from '../../../wire/receipt.ts';
import { Command, Failed } from '../../parts/Loaded.tsx';
import { useMe } from '../../parts/useMe.ts';
import { send } from '../../read/call.ts';
import { curlOf } from '../../words/curlOf.ts';
import { isRequired, type Schema, sampleOf, simpleFields } from '../../words/sampleOf.ts';
import { Field } from './Field.tsx';
import { Followed } from './Followed.tsx';

type Data = Readonly<Record<string, unknown>>;

const WAIT_SECONDS = 5;

function parsed(text: string): { data: Data } | { wrong: string } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { data: value as Data }
      : { wrong: 'It must be an object' };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : 'It is no JSON' };
  }
}

/** The fields are drawn from the schema; the JSON beside them is what is sent. */
export function EventForm({ type, schema }: { type: string; schema: Schema }) {
  const [text, setText] = useState(() => JSON.stringify(sampleOf(schema), null, 2));
  const [id, setId] = useState(() => `try-${Date.now().toString(36)}`);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [error, setError] = useState<unknown>(null);
  const me = useMe();
  const [sending, setSending] = useState(false);
  const read = parsed(text);
  const data = 'data' in read ? read.data : {};
  const event = { specversion: '1.0', id, source: '/console', type, data };
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = data;
    setText(JSON.stringify(value === undefined ? rest : { ...data, [name]: value }, null, 2));
  };
  const post = async (submitted: FormEvent) => {
    submitted.preventDefault();
    setSending(true);
    setError(null);
    try {
      const headers = { prefer: `wait=${WAIT_SECONDS}` };
      const response = await send('/v1/events', { method: 'POST', body: event, type: 'application/cloudevents+json', headers });
      setReceipt((await response.json()) as Receipt);
      setId(`try-${Date.now().toString(36)}`);
    } catch (refused) {
      setError(refused);
    }
    setSending(false);
  };
  return (
    <div className="try">
      <form onSubmit={(submitted) => void post(submitted)} aria-label={`An event ${type}`}>
        <div className="fields">
          {simpleFields(schema).map(([name, field]) => (
            <Field
              key={name}
              name={name}
              schema={field}
              required={isRequired(schema, name)}
              value={data[name]}
              onChange={(value) => set(name, value)}
            />
          ))}
        </div>
        <label htmlFor="data">Data as JSON</label>
        <textarea
          id="data"
          rows={Math.min(16, text.split('\n').length + 1)}
          value={text}
          onChange={(changed) => setText(changed.target.value)}
          spellCheck={false}
          className="mono"
        />
        {'wrong' in read && (
          <p className="trouble" role="alert">
            {read.wrong}
          </p>
        )}
        <p className="row-tools">
          <button type="submit" className="accent" disabled={sending || 'wrong' in read}>
            {sending ? 'Sending' : 'Send it'}
          </button>
          <label>
            Id <input value={id} onChange={(changed) => setId(changed.target.value)} maxLength={200} required />
          </label>
        </p>
        <details>
          <summary>The same as curl</summary>
          <Command text={curlOf(location.origin, event, me.data?.auth ?? 'off')} />
        </details>
      </form>
      <section aria-live="polite" aria-label="What became of it">
        {error !== null && <Failed error={error} />}
        {receipt !== null && error === null && <Followed receipt={receipt} />}
      </section>
    </div>
  );
}
