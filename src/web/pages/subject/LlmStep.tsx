import { Facts } from '../../parts/Facts.tsx';
import { Said } from '../../parts/Said.tsx';

const QUESTION = new Set(['system', 'question', 'prompt', 'words', 'messages']);
const ANSWER = new Set(['answer', 'value', 'reasons', 'said']);

function Words({ title, value, model }: { title: string; value: unknown; model: boolean }) {
  return (
    <section className={model ? 'model-text' : 'strangers'} aria-label={title}>
      <h3>
        {title} {model && <span className="tag">a model’s words</span>}
      </h3>
      {typeof value === 'string' ? <Said text={value} lines /> : <Facts value={value} />}
    </section>
  );
}

/** A turn with an LLM: what it was asked and what it said, apart, then tokens and cost. */
export function LlmStep({ detail }: { detail: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(detail);
  const rest = entries.filter(([name]) => !QUESTION.has(name) && !ANSWER.has(name));
  return (
    <>
      {entries
        .filter(([name]) => QUESTION.has(name))
        .map(([name, value]) => (
          <Words key={name} title={`Asked: ${name}`} value={value} model={false} />
        ))}
      {entries
        .filter(([name]) => ANSWER.has(name))
        .map(([name, value]) => (
          <Words key={name} title={`Answered: ${name}`} value={value} model />
        ))}
      <Facts value={Object.fromEntries(rest)} />
    </>
  );
}
