import { span } from '../../../domain/span.ts';
import type { LlmCall } from '../../../wire/llmCall.ts';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { count, usd } from '../../words/numbers.ts';

/** Requests to LLMs about the event. What was asked and answered stands on the timeline of the subject. */
export function LlmCalls({ calls }: { calls: readonly LlmCall[] }) {
  if (calls.length === 0) return null;
  return (
    <>
      <h2 id="llm-calls">LLM calls</h2>
      <Scroll label="LLM calls">
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">State</th>
              <th scope="col">Model</th>
              <th scope="col">Prompt</th>
              <th scope="col" className="number">
                Tokens
              </th>
              <th scope="col" className="number">
                Took
              </th>
              <th scope="col" className="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {calls.map(({ id, step, state, code, note, model, prompt, ms, inputTokens, outputTokens, costUsd }) => (
              <tr key={id}>
                <td>{step}</td>
                <td>
                  {state}
                  {code !== null && `: ${code}`} {note !== null && <Said text={note} charsMax={200} />}
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
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
