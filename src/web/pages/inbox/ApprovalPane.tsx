import { useQuery } from '@tanstack/react-query';
import type { Approval } from '../../../wire/approval.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Go } from '../../parts/Go.tsx';
import { Id } from '../../parts/Id.tsx';
import { Loaded } from '../../parts/Loaded.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Reasons } from '../../parts/Reasons.tsx';
import { Said } from '../../parts/Said.tsx';
import { useMay } from '../../parts/useMay.ts';
import { When } from '../../parts/When.tsx';
import { readApproval } from '../../read/verdicts.ts';
import { readEvidence, reasonsOf } from '../../words/evidence.ts';
import { votesText } from '../../words/inboxOrder.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { RUNGS } from '../../words/rungs.ts';
import { Questions } from './Questions.tsx';
import { SimilarCases } from './SimilarCases.tsx';
import { VerdictForm } from './VerdictForm.tsx';

const LOOK_EVERY_MS = 4000;

export function ApprovalPane({ id, onDone, onBack }: { id: string; onDone: (id: string) => void; onBack: () => void }) {
  const query = useQuery({ queryKey: ['/v1/approval', id], queryFn: () => readApproval(id), refetchInterval: LOOK_EVERY_MS });
  return (
    <section className="pane" aria-label="The approval">
      <button type="button" className="quiet narrow-only" onClick={onBack}>
        ← All
      </button>
      <Loaded query={query} lines={8}>
        {({ approval, etag }) => <Shown approval={approval} etag={etag} onDone={() => onDone(id)} again={() => void query.refetch()} />}
      </Loaded>
    </section>
  );
}

interface ShownProps {
  readonly approval: Approval;
  readonly etag: string | null;
  readonly onDone: () => void;
  readonly again: () => void;
}

function Shown({ approval, etag, onDone, again }: ShownProps) {
  const { id, question, flow, subject, proposed, event, evidence } = approval;
  const mayApprove = useMay('approve');
  const { reasons, score, sent, advice, similar, facts } = readEvidence(evidence);
  return (
    <>
      <h2 className="question">
        <Said text={question} charsMax={300} />
      </h2>
      <Waiting approval={approval} />
      <h3>Why you are asked</h3>
      <Reasons reasons={reasons} />
      <h3>
        Proposed: <Outcome outcome={proposed.outcome} />
      </h3>
      <Facts value={proposed.result} />
      {advice.map(({ by, said }) => (
        <section key={by} className={by === 'llm' ? 'advice model-text' : 'advice'} aria-label={`What ${by} said`}>
          <h3>
            What the {RUNGS[by as keyof typeof RUNGS] ?? by} said {by === 'llm' && <span className="tag">a model’s words</span>}
          </h3>
          <Facts value={{ outcome: said.outcome, confidence: said.confidence, abstained: said.abstained }} />
          <Reasons reasons={reasonsOf(said.reasons)} />
        </section>
      ))}
      {sent.map(([name, data]) => (
        <section key={name} className="strangers" aria-label="What the sender wrote">
          <h3>
            {name} <span className="tag">as it was sent, by others</span>
          </h3>
          <Facts value={data} />
        </section>
      ))}
      <SimilarCases similar={similar} />
      <details>
        <summary>All facts</summary>
        <Facts value={{ score, ...facts }} />
      </details>
      <Questions approval={approval} again={again} />
      <p className="faint">
        <Id id={id} /> · <Go to={subjectPath(flow, subject)}>everything about this subject</Go> ·{' '}
        <Go to={`/console/events/${encodeURIComponent(event.event)}`}>its event</Go>
      </p>
      {approval.state === 'open' && !mayApprove && (
        <p className="note">Your key may read this and not answer it: that wants the scope approve.</p>
      )}
      {approval.state === 'open' && mayApprove && <VerdictForm approval={approval} etag={etag} onDone={onDone} again={again} />}
    </>
  );
}

function Waiting({ approval }: { approval: Approval }) {
  const { state, verdict, deadline, asked, claim, votes, handed } = approval;
  if (state !== 'open')
    return (
      <p className="note">
        <Said
          text={
            verdict === null
              ? 'It is over: nobody answered in time.'
              : `Decided: ${verdict.verdict} by ${verdict.actor}, “${verdict.reason}”.`
          }
        />
      </p>
    );
  return (
    <p>
      Due <When at={deadline} />; without an answer it is decided: {approval.default}. Asked:{' '}
      <Said text={asked.length === 0 ? 'everyone who may give verdicts' : asked.join(', ')} />.{' '}
      {votesText(approval) !== '' && <strong>{votesText(approval)}. </strong>}
      {votes.map(({ actor, reason }) => (
        <span key={actor}>
          {actor}: “<Said text={reason} />”{' '}
        </span>
      ))}
      {handed !== null && (
        <>
          <Said text={`${handed.by} handed it on to ${'person' in handed.to ? handed.to.person : `the role ${handed.to.role}`}`} />: “
          <Said text={handed.reason} />”{' '}
        </>
      )}
      {claim !== null && (
        <>
          {claim.by} works on it until <When at={claim.until} />.
        </>
      )}
    </p>
  );
}
