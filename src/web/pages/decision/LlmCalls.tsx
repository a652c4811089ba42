import { span } from '../../../domain/span.ts';
import type { LlmCall } from '../../../wire/llmCall.ts';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { count, usd } from '../../words/numbers.ts';

/** Requests to LLMs about the event. What was asked and answered stands on the timeline of the subject. */
export function LlmCalls({ calls }: { calls: readonly LlmCall[] }) {
  if (calls.length === 0) return null;
  return (
    <>
      <h2 id="llm-calls">LLM calls</h2>
      <Table label="LLM calls" columns={['Step', 'State', 'Model', 'Prompt', { number: 'Tokens' }, { number: 'Took' }, { number: 'Cost' }]}>
        {calls.map(({ id, step, state, code, note, model, prompt, ms, inputTokens, outputTokens, costUsd }) => (
          <tr key={id}>
            <td>{step}</td>
            <td>
              {state}
              {code !== null && <Said text={`: ${code}`} charsMax={80} />} {note !== null && <Said text={note} charsMax={200} />}
            </td>
            <td>
              <Said text={model} charsMax={60} />
            </td>
            <td>
              <code>{prompt}</code>
            </td>
            <td className="number">
              {count(inputTokens)} + {count(outputTokens)}
            </td>
            <td className="number">{span(ms)}</td>
            <td className="number">{usd(costUsd)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
