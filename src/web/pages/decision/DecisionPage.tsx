import { useParams } from '@tanstack/react-router';
import { shownNumber } from '../../../domain/shownNumber.ts';
import type { DecisionDetail } from '../../../wire/decision.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Go } from '../../parts/Go.tsx';
import { Id } from '../../parts/Id.tsx';
import { Loaded } from '../../parts/Loaded.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Reasons } from '../../parts/Reasons.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { useDecision, usePolicy, useWhyNot } from '../../read/queries.ts';
import { type BandPart, bandsOf } from '../../words/bands.ts';
import { reasonsOf } from '../../words/evidence.ts';
import { percent, usd } from '../../words/numbers.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { RUNGS } from '../../words/rungs.ts';
import { WhyNot } from '../event/WhyNot.tsx';
import { LlmCalls } from './LlmCalls.tsx';
import { Rungs } from './Rungs.tsx';
import { ScoreBand } from './ScoreBand.tsx';

/** Why it was decided so. */
export function DecisionPage() {
  const { decision } = useParams({ from: '/console/decisions/$decision' });
  const query = useDecision(decision);
  return (
    <Loaded query={query} lines={8} title="Decision">
      {(found) => <Why decision={found} />}
    </Loaded>
  );
}

function Why({ decision }: { decision: DecisionDetail }) {
  const { id, flow, subject, outcome, provisional, rung, confidence, score, reasons, policy, at, event, result, revises, truth, workflow } =
    decision;
  const [, version] = policy.split('@');
  const content = usePolicy(flow, version === undefined ? undefined : policy).data?.content;
  const why = useWhyNot(event.event, undefined).data?.flows.find((one) => one.flow === flow);
  const bands: readonly BandPart[] = why?.score?.bands ?? bandsOf(content);
  return (
    <article>
      <p className="crumbs">
        <Go to={`/console/flows/${encodeURIComponent(flow)}`}>{flow}</Go> ·{' '}
        <Go to={subjectPath(flow, subject)}>
          <Said text={subject} charsMax={80} />
        </Go>
      </p>
      <h1>
        <Outcome outcome={outcome} provisional={provisional} /> by {RUNGS[rung]}
      </h1>
      <p>
        <When at={at} />, sure to {percent(confidence)}, by the policy{' '}
        <Go to={`/console/flows/${encodeURIComponent(flow)}?tab=policies&version=${encodeURIComponent(policy)}`}>{policy}</Go>.{' '}
        {truth !== null && (
          <strong>
            It turned out: <Said text={truth.truth} charsMax={80} /> (<When at={truth.at} />
            ).
          </strong>
        )}
      </p>
      {score !== null && bands.length > 0 && <ScoreBand score={score} bands={bands} told={why?.flip != null && why.decision === id} />}
      {score !== null && bands.length === 0 && <p>Score {shownNumber(score)}.</p>}
      {why?.flip != null && why.decision === id && (
        <p className="note">
          <Said text={why.flip.text} lines />
        </p>
      )}
      <h2>Why</h2>
      <Reasons reasons={reasonsOf(reasons)} />
      <Rungs rungs={decision.rungs} decided={rung} />
      <LlmCalls calls={decision.llmCalls} />
      <h2>What followed</h2>
      {decision.actions.length === 0 ? (
        <p className="faint">No action.</p>
      ) : (
        <ul>
          {decision.actions.map(({ id: action, action: name, state, stands }) => (
            <li key={action}>
              <Go to={`/console/dead?action=${encodeURIComponent(action)}`}>{name}</Go>: {state}
              {stands && ', stands though its outcome failed: somebody has to see to it'}
            </li>
          ))}
        </ul>
      )}
      {decision.costUsd > 0 && <p>It cost {usd(decision.costUsd)}.</p>}
      <h2>What it was decided on</h2>
      <p>
        <Go to={`/console/events/${encodeURIComponent(event.event)}`}>
          <Said text={event.type} charsMax={80} /> <Said text={event.id} charsMax={80} />
        </Go>{' '}
        of <Said text={event.source} charsMax={80} />.{' '}
        {revises !== null && (
          <>
            It revises <Go to={`/console/decisions/${encodeURIComponent(revises)}`}>an earlier one</Go>.{' '}
          </>
        )}
        {workflow?.url != null && (
          <a href={workflow.url} rel="noreferrer">
            Its case in Temporal
          </a>
        )}
      </p>
      <WhyNot event={event.event} />
      <details>
        <summary>Its result, with what the rules and the model saw</summary>
        <Facts value={result} />
      </details>
      <p className="faint">
        <Id id={id} />
      </p>
    </article>
  );
}
