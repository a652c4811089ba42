import { Facts } from '../../parts/Facts.tsx';
import { Go } from '../../parts/Go.tsx';
import { Id } from '../../parts/Id.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { pathOfId } from '../../words/pathOfId.ts';
import type { Step } from '../../words/timelineRows.ts';
import { LlmStep } from './LlmStep.tsx';

/** One entry in full, with the way to what caused it. */
export function StepPane({ step, onBack }: { step: Step; onBack: () => void }) {
  const { id, at, kind, title, detail, causes } = step;
  const about = typeof detail.approval === 'string' ? detail.approval : id;
  const path = pathOfId(about) ?? pathOfId(id);
  return (
    <section className="pane" aria-label="The entry">
      <button type="button" className="quiet narrow-only" onClick={onBack}>
        ← Timeline
      </button>
      <h2>
        <Said text={title} charsMax={300} />
      </h2>
      <p>
        {kind} · <When at={at} /> · <Id id={id} /> {path !== null && <Go to={path}>Open it</Go>}
      </p>
      {causes.length > 0 && (
        <p>
          Caused by{' '}
          {causes.map((cause) => {
            const to = pathOfId(cause);
            return <span key={cause}>{to === null ? <code>{cause}</code> : <Go to={to}>{cause}</Go>} </span>;
          })}
        </p>
      )}
      {kind === 'llm' ? <LlmStep detail={detail} /> : <Facts value={detail} />}
    </section>
  );
}
